import { expect, test } from "../house/fixtures";
import type { Person } from "../house/people";

const matrix = "/o/northwind/access";

/** Somebody's row. */
const row = (who: Person, email: string) => who.page.locator("tr.matrix-row").filter({ hasText: email });

/** Of somebody in a namespace. */
const cell = (who: Person, email: string, namespace: string) =>
  row(who, email).locator(`button[value="northwind-${namespace}"]`);

/** What is said of the cell that has the focus. */
const why = (who: Person) => who.page.locator(".matrix-why");

test("a cell takes a namespace and gives it again, and says who has what", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev", "lab");
  await bo.belong(ada);
  await ada.open("/o/northwind/namespaces");
  await ada.goTo("Access");
  await expect(ada.page).toHaveURL(matrix);
  await expect(ada.page.locator("tr.matrix-row")).toHaveCount(2);
  const dev = cell(ada, bo.email, "dev");
  await expect(dev).toHaveAttribute("aria-pressed", "true");
  await expect(dev).toHaveAccessibleName(new RegExp(`^${bo.email} has all permissions in dev\\. Given by ${ada.email} on `));

  await dev.click();
  await expect(dev).toHaveAttribute("aria-pressed", "false");
  await expect(ada.announcement).toHaveText(`${bo.email} has no access to northwind-dev any more.`);
  await expect(dev).toHaveAccessibleName(`${bo.email} has no access to dev.`);
  await expect(dev).toBeFocused();
  await expect(why(ada)).toHaveText(`${bo.email} has no access to dev.`);
  await expect(cell(ada, bo.email, "lab")).toHaveAttribute("aria-pressed", "true");

  await dev.click();
  await expect(ada.announcement).toHaveText(`${bo.email} has access to northwind-dev now.`);
  await expect(dev).toHaveAttribute("aria-pressed", "true");
  await ada.page.reload();
  await expect(dev).toHaveAttribute("aria-pressed", "true");
});

test("a cell shows at once what was asked for, and that it is being saved", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev", "lab");
  await bo.belong(ada);
  await ada.open(matrix);
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await ada.page.route("**/api/v1/grants/take", async (route) => {
    await held;
    await route.continue();
  });
  const [dev, lab] = [cell(ada, bo.email, "dev"), cell(ada, bo.email, "lab")];
  await dev.click();
  await expect(dev).toHaveAttribute("aria-pressed", "false");
  await expect(dev).toHaveAttribute("aria-busy", "true");
  // The others do not wait for it.
  await lab.click();
  await expect(lab).toHaveAttribute("aria-busy", "true");
  release();
  for (const one of [dev, lab]) {
    await expect(one).not.toHaveAttribute("aria-busy");
    await expect(one).toHaveAttribute("aria-pressed", "false");
  }
});

test("what can't be saved is said beside its cell, and the cell is as it was", async ({ person, quiet }) => {
  quiet.allow(/status of 503/);
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev");
  await bo.belong(ada);
  await ada.open(matrix);
  const error = { code: "unavailable", message: "Bailiwick can't reach its database at the moment." };
  await ada.page.route("**/api/v1/grants/take", (route) => route.fulfill({ status: 503, json: error }));
  const dev = cell(ada, bo.email, "dev");
  await dev.click();
  await expect(row(ada, bo.email).getByRole("alert")).toHaveText(error.message);
  await expect(dev).toHaveAttribute("aria-pressed", "true");
  await ada.page.unroute("**/api/v1/grants/take");
  await dev.click();
  await expect(row(ada, bo.email).getByRole("alert")).toHaveCount(0);
  await expect(dev).toHaveAttribute("aria-pressed", "false");
});

test("what another admin changes appears", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev");
  await bo.belong(ada);
  await ada.open(matrix);
  const other = await ada.anotherTab();
  await other.open(matrix);
  await cell(other, bo.email, "dev").click();
  await expect(cell(ada, bo.email, "dev")).toHaveAttribute("aria-pressed", "false");
});

test("arrows lead from cell to cell, and the line below says what each is", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev", "lab");
  await bo.belong(ada);
  await ada.open(matrix);
  await cell(ada, ada.email, "dev").focus();
  await expect(why(ada)).toContainText(`${ada.email} has all permissions in dev.`);
  await ada.page.keyboard.press("ArrowRight");
  await expect(cell(ada, ada.email, "lab")).toBeFocused();
  await ada.page.keyboard.press("ArrowDown");
  await expect(cell(ada, bo.email, "lab")).toBeFocused();
  await expect(why(ada)).toContainText(`${bo.email} has all permissions in lab.`);
  await ada.page.keyboard.press("Space");
  await expect(cell(ada, bo.email, "lab")).toHaveAttribute("aria-pressed", "false");
  await ada.page.keyboard.press("ArrowLeft");
  await expect(cell(ada, bo.email, "dev")).toBeFocused();
});

test("whoever is deactivated is shown, and the cell says why it can't be changed", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev");
  await bo.belong(ada);
  await ada.open("/o/northwind/organization");
  await ada.row(bo.email).getByRole("button", { name: "Deactivate" }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
  await expect(ada.status(bo.email)).toHaveText("deactivated");
  await ada.open(matrix);
  const dev = cell(ada, bo.email, "dev");
  await expect(dev).toHaveAttribute("aria-disabled", "true");
  await expect(dev).toHaveAccessibleName(/They are deactivated: reactivate them first\.$/);
  await dev.click({ force: true });
  await expect(dev).toHaveAttribute("aria-pressed", "true");
});

test("the page is for admins", async ({ person, quiet }) => {
  quiet.allow(/status of 403/);
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev");
  await bo.belong(ada);
  await bo.open("/o/northwind/organization");
  await expect(bo.page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Access" })).toHaveCount(0);
  await bo.open(matrix);
  await expect(bo.heading("Not for you")).toBeVisible();
});

test("without scripts a cell posts by itself", async ({ person }) => {
  const ada = await person("Ada", "Okafor", { javaScriptEnabled: false });
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev", "lab");
  await bo.belong(ada);
  await ada.open(`${matrix}?search=bo`);
  const dev = cell(ada, bo.email, "dev");
  await dev.click();
  await expect(ada.page).toHaveURL(`${matrix}?search=bo`);
  await expect(ada.announcement).toHaveText(`${bo.email} has no access to northwind-dev any more.`);
  await expect(dev).toHaveAttribute("aria-pressed", "false");
  await expect(cell(ada, bo.email, "lab")).toHaveAttribute("aria-pressed", "true");
  await dev.click();
  await expect(dev).toHaveAttribute("aria-pressed", "true");
});

test.describe(() => {
  test.use({ demo: 1000 });

  test("a thousand people are scrolled through, and only those in sight are drawn", async ({ person, house }) => {
    const ada = await person("Ada", "Admin");
    await ada.signIn(house.demo);
    await expect(ada.heading("Organization management")).toBeVisible();
    await ada.goTo("Access");
    const rows = ada.page.locator("tr.matrix-row");
    await expect(rows).toHaveCount(50);
    const first = await rows.first().locator("th a").getAttribute("title");
    const box = ada.page.locator(".matrix");
    const last = async () => Number(await rows.last().getAttribute("aria-rowindex"));
    const total = Number((await box.locator("table").getAttribute("aria-rowcount"))!);
    expect(total).toBeGreaterThan(900);
    await expect(async () => {
      await box.evaluate((box) => box.scrollTo(0, box.scrollHeight));
      expect(await last()).toBe(total);
    }).toPass();
    expect(await rows.count()).toBeLessThan(100);
    await box.evaluate((box) => box.scrollTo(0, 0));
    await expect(rows.first().locator("th a")).toHaveAttribute("title", first!);
    expect(await rows.count()).toBeLessThan(100);

    const search = ada.page.getByRole("searchbox", { name: "Search people" });
    await search.fill(first!);
    await expect(rows).toHaveCount(1);
  });

  test("on a narrow window the picture scrolls in its card, and the page does not", async ({ person, house }) => {
    const ada = await person("Ada", "Admin", { viewport: { width: 320, height: 640 } });
    await ada.signIn(house.demo);
    await expect(ada.heading("Organization management")).toBeVisible();
    await ada.goTo("Access");
    const box = ada.page.locator(".matrix");
    const address = ada.page.locator("tr.matrix-row th").first();
    const [before, cells] = [await address.boundingBox(), ada.page.locator("tr.matrix-row").first().locator(".cell")];
    await cells.last().scrollIntoViewIfNeeded();
    expect(await box.evaluate((box) => box.scrollLeft)).toBeGreaterThan(0);
    expect((await address.boundingBox())!.x).toBe(before!.x);
    expect(await ada.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  });
});

test("access is given and taken where one sees who has a namespace", async ({ person, quiet }) => {
  quiet.allow(/status of 422/);
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev", "lab");
  await bo.belong(ada);
  await ada.open("/o/northwind/namespaces?open=dev");
  const here = ada.page.getByRole("region", { name: "Who can do what here" });
  const line = here.getByRole("listitem").filter({ hasText: bo.email });
  await line.getByRole("button", { name: `Remove access of ${bo.email} to northwind-dev` }).click();
  await expect(ada.announcement).toHaveText(`${bo.email} has no access to northwind-dev any more.`);
  await expect(line).toHaveCount(0);

  const member = ada.page.getByLabel("Give access to");
  await expect(ada.page.locator(`#give-members option[value="${bo.email}"]`)).toHaveCount(1);
  await member.fill("nobody@northwind.example");
  await ada.page.getByRole("button", { name: "Give access" }).click();
  await expect(member).toHaveAccessibleDescription(/No member of this organization has this address/);
  await member.fill(bo.email);
  await ada.page.getByRole("button", { name: "Give access" }).click();
  await expect(ada.announcement).toHaveText(`${bo.email} has access to northwind-dev now.`);
  await expect(line).toHaveCount(1);
  await expect(member).toHaveValue("");
  await expect(ada.page.locator(`#give-members option[value="${bo.email}"]`)).toHaveCount(0);
});
