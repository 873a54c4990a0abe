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
      input: {
        welcome: "index.html",
        classe: "classe.html",
        conseil: "conseil.html",
        aide: "aide.html",
        demo: "demo/index.html",
        housing: "demo/logement.html",
      },
    },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
