import { defineConfig } from "vitest/config";

// The walks with a browser. infra/local/browser starts the stack that they walk through.
export default defineConfig({
  test: {
    environment: "node",
    include: ["walk/**/*.walk.ts"],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    bail: 1,
  },
});
