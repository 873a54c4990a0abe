import tseslint from "typescript-eslint";

/** Folders may import only downwards: wire <- protocol <- state <- features; ui and i18n import nothing of ours. */
const forbidden = {
  wire: ["**/protocol/**", "**/state/**", "**/features/**", "**/ui/**", "**/i18n/**"],
  protocol: ["**/state/**", "**/features/**", "**/ui/**", "**/i18n/**", "preact", "preact/*", "@preact/*"],
  state: ["**/features/**", "**/ui/**"],
  ui: ["**/wire/**", "**/protocol/**", "**/state/**", "**/features/**", "**/i18n/**"],
  i18n: ["**/protocol/**", "**/state/**", "**/features/**", "**/ui/**"],
};
const features = ["welcome", "check", "pupil", "volunteer", "lesson", "help", "desk"];
for (const own of features) {
  forbidden[`features/${own}`] = features.filter((other) => other !== own).map((other) => `**/${other}/**`);
}
const browserOnly = [
  "document",
  "window",
  "navigator",
  "localStorage",
  "sessionStorage",
  "indexedDB",
  "location",
];

export default tseslint.config(
  { ignores: ["dist", "node_modules", "scripts", "public", "eslint.config.js", "src/wire/messages.gen.ts"] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines": ["error", 400],
      complexity: ["error", 10],
      "no-console": "error",
      eqeqeq: "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/consistent-type-imports": "error",
    },
  },
  ...Object.entries(forbidden).map(([folder, group]) => ({
    files: [`src/${folder}/**`],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group, message: "Folder direction, see eslint.config.js." }] },
      ],
    },
  })),
  // In markup each shown-or-not counts as a branch.
  { files: ["**/*.tsx"], rules: { complexity: ["error", 15] } },
  { files: ["src/protocol/**"], rules: { "no-restricted-globals": ["error", ...browserOnly] } },
);
