/// <reference types="vitest/config" />
// Types only: the build runs where Vitest is not installed.
import { defineConfig } from "vite";

export default defineConfig({
  build: {
    // The strict content security policy allows no data: address for fonts and styles, and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    target: "es2022",
    rolldownOptions: {
      input: { welcome: "index.html", classe: "classe.html" },
      output: {
        // Other sites include the loader by this address: it never changes.
        entryFileNames: ({ name }) => (name === "aide-loader" ? "aide.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
