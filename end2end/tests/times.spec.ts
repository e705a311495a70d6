import { expect, test } from "../house/fixtures";
import type { Locator } from "@playwright/test";

const table = "/o/northwind/organization";
const log = "/o/northwind/activity";

/** The instant of a time on the page. */
const instant = async (time: Locator) => new Date((await time.getAttribute("datetime"))!);

/** `10:30` on the clocks of a zone, and `30 Nov 2026` on its calendars. */
const clockIn = (timeZone: string, at: Date) =>
  new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
const dayIn = (timeZone: string, at: Date) => {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, day: "numeric", month: "short", year: "numeric" }).formatToParts(at);
  const part = (type: string) => parts.find((part) => part.type === type)!.value;
  return `${part("day")} ${part("month")} ${part("year")}`;
};

// Far apart: at any time of day one of them has another date than UTC.
for (const { timeZone, offset } of [
  { timeZone: "Pacific/Kiritimati", offset: "UTC+14:00" },
  { timeZone: "Pacific/Pago_Pago", offset: "UTC-11:00" },
  { timeZone: "Asia/Kolkata", offset: "UTC+05:30" },
]) {
  test(`times are told in the zone of whoever reads: ${timeZone}`, async ({ person }) => {
    const ada = await person("Ada", "Okafor", { timezoneId: timeZone });
    await ada.found("Northwind");
    await ada.open(log);
    const time = ada.page.locator(".event time").first();
    const at = await instant(time);
    const exact = `${dayIn(timeZone, at)}, ${clockIn(timeZone, at)} ${offset} (${dayIn("UTC", at)}, ${clockIn("UTC", at)} UTC)`;
    await expect(time).toHaveText(clockIn(timeZone, at));
    await expect(time).toHaveAttribute("title", exact);
    await expect(ada.page.locator(".day time").first()).toHaveText(dayIn(timeZone, at));

    // From page to page too, and not only after the first.
    await ada.goTo("Organization");
    const joined = ada.row(ada.email).locator("td[data-label=Joined] time");
    await expect(joined).toHaveText(/^(just now|\d minutes? ago)$/);
    await expect(joined).toHaveAttribute("title", new RegExp(`${offset.replace("+", "\\+")} \\(`));
  });
}

test("a reader in UTC is told so", async ({ person }) => {
  const ada = await person("Ada", "Okafor", { timezoneId: "UTC" });
  await ada.found("Northwind");
  await ada.open(log);
  const time = ada.page.locator(".event time").first();
  await expect(time).toHaveText(/^\d\d:\d\d UTC$/);
  await expect(time).toHaveAttribute("title", /^\d+ \w{3} \d{4}, \d\d:\d\d UTC$/);
});

test("without scripts times are those of UTC, and say so", async ({ person }) => {
  const ada = await person("Ada", "Okafor", { javaScriptEnabled: false, timezoneId: "Asia/Kolkata" });
  await ada.found("Northwind");
  await ada.open(log);
  const time = ada.page.locator(".event time").first();
  const at = await instant(time);
  await expect(time).toHaveText(`${clockIn("UTC", at)} UTC`);
  await expect(time).toHaveAttribute("title", `${dayIn("UTC", at)}, ${clockIn("UTC", at)} UTC`);
  await expect(ada.page.locator(".day time").first()).toHaveText(dayIn("UTC", at));
  await ada.open(table);
  await expect(ada.row(ada.email).locator("td[data-label=Joined] time")).toHaveText(/^(just now|\d minutes? ago)$/);
});

test("what is told goes on with the time, whatever the browser's clock says, and rests where nobody looks", async ({
  person,
}) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  // A clock that is wrong by years: the time of the server counts.
  await ada.page.clock.install({ time: new Date("2020-01-01T00:00:00Z") });
  await ada.open(table);
  const joined = ada.row(ada.email).locator("td[data-label=Joined] time");
  await expect(joined).toHaveText(/^(just now|1 minute ago)$/);
  await ada.page.clock.runFor("05:00");
  await expect(joined).toHaveText(/^[56] minutes ago$/);

  const hide = (hidden: boolean) =>
    ada.page.evaluate((hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, hidden);
  await hide(true);
  await ada.page.clock.runFor("10:00");
  await expect(joined).toHaveText(/^[56] minutes ago$/);
  await hide(false);
  await expect(joined).toHaveText(/^1[56] minutes ago$/);
});
