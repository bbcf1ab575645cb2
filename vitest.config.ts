import { defineConfig } from "vitest/config"

const real = { testTimeout: 60_000, hookTimeout: 120_000 }

/** `unit` runs beside the code and in parallel; the others start real programs and take their turn. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{shared,daemon,cli,web}/src/**/*.test.{ts,tsx}", "daemon/{simulator,bench,scripts}/**/*.test.ts", ".ci/**/*.test.ts"],
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { name: "daemon", include: ["daemon/test/**/*.test.ts"], ...real, sequence: { groupOrder: 1 } } },
      { test: { name: "cli", include: ["cli/test/**/*.test.ts"], ...real, sequence: { groupOrder: 2 } } },
      { test: { name: "browser", include: ["web/e2e/**/*.test.ts"], fileParallelism: false, ...real, sequence: { groupOrder: 3 } } },
    ],
  },
})
