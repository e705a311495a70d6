// The browser that tests and the bench start: Playwright's own where it is installed, else the system's.
import { chromium } from "@playwright/test";
import { existsSync } from "node:fs";

export const launchOptions = {
  executablePath:
    process.env.BAILIWICK_TEST_CHROMIUM ?? (existsSync(chromium.executablePath()) ? undefined : "/usr/bin/chromium"),
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
};
