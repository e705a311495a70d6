import { chromium, defineConfig } from "@playwright/test";
import { existsSync } from "node:fs";
import type { Choice } from "./house/fixtures";

// Playwright's own browser where it is installed, else the system's.
const executablePath =
  process.env.BAILIWICK_TEST_CHROMIUM ?? (existsSync(chromium.executablePath()) ? undefined : "/usr/bin/chromium");

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
    launchOptions: {
      executablePath,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
      ],
    },
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
