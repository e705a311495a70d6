import type { CDPSession } from "@playwright/test";
import { expect, test } from "../house/fixtures";
import type { Person } from "../house/people";

const rounds = Number(process.env.BAILIWICK_TEST_ROUNDS ?? 12);

type Figures = { nodes: number; listeners: number; heap: number };

async function figures(session: CDPSession): Promise<Figures> {
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const value = (name: string) => metrics.find((metric) => metric.name === name)!.value;
  return { nodes: value("Nodes"), listeners: value("JSEventListeners"), heap: value("JSHeapUsedSize") };
}

async function walk(who: Person): Promise<void> {
  for (const entry of ["Namespaces", "Access", "API access", "Activity", "Settings", "Organization"] as const) await who.goTo(entry);
  await who.page.getByRole("button", { name: "Invite a User" }).click();
  await expect(who.inviteDialog).toBeVisible();
  await who.inviteDialog.getByRole("link", { name: "Cancel" }).click();
  await expect(who.inviteDialog).toHaveCount(0);
}

test("hours of use leave nothing behind in the browser", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev", "lab");
  await ada.open("/o/northwind/organization");
  const session = await ada.page.context().newCDPSession(ada.page);
  await session.send("Performance.enable");
  // What is made once, by the first visit of each page, is no leak.
  await walk(ada);
  const before = await figures(session);
  for (let round = 0; round < rounds; round++) await walk(ada);
  const after = await figures(session);
  expect(after.nodes, JSON.stringify({ before, after })).toBeLessThanOrEqual(before.nodes * 1.1);
  expect(after.listeners, JSON.stringify({ before, after })).toBeLessThanOrEqual(before.listeners * 1.1);
  expect(after.heap - before.heap, JSON.stringify({ before, after })).toBeLessThanOrEqual(20 * 1024 * 1024);
});
