import { defineConfig } from "@playwright/test";
import { launchOptions } from "./browser.mjs";
import type { Choice } from "./house/fixtures";

export default defineConfig<Choice>({
  testDir: "tests",
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  reporter: "list",
  use: {
    browserName: "chromium",
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "retain-on-failure",
    contextOptions: { reducedMotion: "reduce" },
    launchOptions,
  },
  projects: [
    { name: "sqlite", use: { database: "sqlite" } },
    ...(process.env.BAILIWICK_TEST_POSTGRES_URL
      ? [
          { name: "postgres", testMatch: "story.spec.ts", use: { database: "postgres" as const } },
          {
            name: "function",
            testMatch: ["story.spec.ts", "plain.spec.ts"],
            use: { database: "postgres" as const, runs: "as a function" as const },
          },
        ]
      : []),
  ],
});
