import { defineConfig } from "vite";

/** The loader is a classic script for other sites: one file, one name for ever, nothing left in the global scope. */
export default defineConfig({
  publicDir: false,
  build: {
    emptyOutDir: false,
    target: "es2022",
    modulePreload: false,
    lib: { entry: "src/loader/loader.ts", formats: ["iife"], name: "permanence", fileName: () => "aide.js" },
  },
});
