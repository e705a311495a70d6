// What common acts of the console cost in a real browser, without delay and 400 ms away from the server: requests, what they
// bring, and how long it takes until the page shows what was asked for.
import { chromium } from "@playwright/test";
import { launchOptions } from "../browser.mjs";

/** Each leaves the page as the next one finds it. `act` begins, `shown` is when it is done. */
const acts = (page) => {
  const row = page.locator("tr.row").nth(1);
  const opener = row.getByRole("button", { name: "Namespaces of" });
  const panel = page.locator(".panel");
  const dialog = page.getByRole("dialog");
  const heading = (name) => page.getByRole("heading", { name, exact: true });
  const go = (name) => page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: new RegExp(`^${name}`) });
  const others = page.locator("tr.row").filter({ has: page.locator(".status .badge").filter({ hasNotText: /^active/i }) });
  const said = page.locator("#announcement").filter({ hasText: "are saved" });
  return [
    ["open a row", () => opener.click(), () => panel.getByRole("checkbox").first().waitFor()],
    ["close it", () => opener.click(), () => panel.waitFor({ state: "detached" })],
    ["open it again", () => opener.click(), () => panel.getByRole("checkbox").first().waitFor()],
    ["tick a namespace", () => panel.getByRole("checkbox").first().click(), () => panel.getByText("1 change").waitFor()],
    ["save", () => panel.getByRole("button", { name: "Save Changes" }).click(), () => said.waitFor()],
    ["open the invite dialog", () => page.getByRole("button", { name: "Invite a User" }).click(), () => dialog.waitFor()],
    ["cancel it", () => dialog.getByRole("link", { name: "Cancel" }).click(), () => dialog.waitFor({ state: "detached" })],
    ["filter by a status", () => page.getByRole("group", { name: "Status" }).getByRole("link", { name: "Active" }).click(), () => others.first().waitFor({ state: "detached" })],
    ["go to the namespaces", () => go("Namespaces").click(), () => heading("Namespaces").waitFor()],
    ["go back", () => page.goBack(), () => opener.waitFor()],
  ];
};

async function measured(page, counted, name, act, shown) {
  Object.assign(counted, { requests: 0, bytes: 0 });
  const began = performance.now();
  await act();
  await shown();
  const milliseconds = performance.now() - began;
  // What an act asks for beside, like the counts of the navigation, is its own too.
  await page.waitForLoadState("networkidle");
  return { name, milliseconds, ...counted };
}

/** The figures of a filled installation's Users page at this latency. */
async function walk(browser, server, latency) {
  const context = await browser.newContext({ baseURL: server.url, reducedMotion: "reduce" });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  const counted = { requests: 0, bytes: 0 };
  const asked = new Set();
  session.on("Network.responseReceived", ({ requestId, response }) => {
    if (response.fromDiskCache || response.fromPrefetchCache) return;
    counted.requests++;
    asked.add(requestId);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (asked.has(requestId)) counted.bytes += encodedDataLength;
  });
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(server.credentials.email);
  await page.getByLabel("Password").fill(server.credentials.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("tr.row").first().waitFor();
  await session.send("Network.clearBrowserCache");
  const network = { offline: false, latency, downloadThroughput: -1, uploadThroughput: -1 };
  await session.send("Network.emulateNetworkConditions", network);
  // One that listens is never idle: what a page hears is another measure.
  await session.send("Network.setBlockedURLs", { urls: ["*/api/v1/live*"] });
  const alive = () => page.locator("html[data-ready]").waitFor();
  const lines = [await measured(page, counted, "first visit of the Users page", () => page.reload(), alive)];
  for (const [name, act, shown] of acts(page)) lines.push(await measured(page, counted, name, act, shown));
  await context.close();
  return lines;
}

/** One line for each act: `{ name, requests, bytes, near, far }`, times in milliseconds. */
export async function latencies(server) {
  const browser = await chromium.launch(launchOptions);
  try {
    const [near, far] = [await walk(browser, server, 0), await walk(browser, server, 400)];
    return near.map(({ name, requests, bytes, milliseconds }, at) => ({ name, requests, bytes, near: milliseconds, far: far[at].milliseconds }));
  } finally {
    await browser.close();
  }
}
