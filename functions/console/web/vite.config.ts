/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { precompress } from "./build/precompress.ts";

// Two pages, each the start of a bundle of its own: the console, and the reference of the API.
export default defineConfig({
  base: "/console/",
  plugins: [react(), precompress()],
  // Replaced in each answer, by functions/console/serve.go.
  html: { cspNonce: "CSP_NONCE" },
  build: {
    outDir: "../dist/app",
    emptyOutDir: true,
    // Browsers that know light-dark(), which the styles are written with.
    target: ["chrome123", "firefox120", "safari17.5"],
    // Nothing may be inlined: the policy allows files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rollupOptions: { input: { console: "index.html", docs: "docs.html" } },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
  },
});
