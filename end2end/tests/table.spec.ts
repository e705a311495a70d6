import { expect, test } from "../house/fixtures";
import type { Person } from "../house/people";

const table = "/o/northwind/organization";

const caret = (who: Person) =>
  who.page.getByRole("searchbox", { name: "Search users" }).evaluate((box: HTMLInputElement) => box.selectionStart);

test("the search filters while it is typed, and keeps the focus and the caret", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.post("invitations/send", { organization: "northwind", emails: ["bo@b.example", "cleo@b.example"] });
  await ada.open(table);
  const rows = ada.page.locator("tr.row");
  const box = ada.page.getByRole("searchbox", { name: "Search users" });
  await box.click();
  await ada.page.keyboard.type("leo@b");
  await expect(rows).toHaveCount(1);
  await expect(ada.page).toHaveURL(`${table}?search=leo%40b`);
  await expect(box).toBeFocused();
  await expect(box).toHaveValue("leo@b");

  await ada.page.keyboard.press("Home");
  await ada.page.keyboard.type("c");
  await expect(ada.page).toHaveURL(`${table}?search=cleo%40b`);
  await expect(box).toBeFocused();
  await expect(box).toHaveValue("cleo@b");
  expect(await caret(ada)).toBe(1);

  await ada.page.keyboard.type("x");
  await expect(ada.page.getByText("No user matches this search and filter.")).toBeVisible();
  await expect(box).toBeFocused();
  await ada.page.getByRole("link", { name: "Show all users" }).click();
  await expect(rows).toHaveCount(3);
  await expect(box).toHaveValue("");
});

test("what is typed while an answer is under way is not lost", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.post("invitations/send", { organization: "northwind", emails: ["bo@b.example", "cleo@b.example"] });
  await ada.open(table);
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await ada.page.route(/search=b$/, async (route) => {
    await held;
    await route.continue();
  });
  const box = ada.page.getByRole("searchbox", { name: "Search users" });
  await box.click();
  const asked = ada.page.waitForRequest(/search=b$/);
  await ada.page.keyboard.type("b");
  await asked;
  await ada.page.keyboard.type("o@b");
  release();
  await expect(ada.page).toHaveURL(`${table}?search=bo%40b`);
  await expect(box).toHaveValue("bo@b");
  await expect(ada.page.locator("tr.row")).toHaveCount(1);
  expect(await caret(ada)).toBe(4);
});

test("the table is turned by its address column and filtered by status", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.post("invitations/send", { organization: "northwind", emails: ["bo@b.example"] });
  await ada.open(table);
  const emails = ada.page.locator("tr.row b");
  const column = ada.page.getByRole("columnheader", { name: "Email" });
  await expect(emails).toHaveText([ada.email, "bo@b.example"]);
  await expect(column).toHaveAttribute("aria-sort", "ascending");
  await column.getByRole("link").click();
  await expect(emails).toHaveText(["bo@b.example", ada.email]);
  await expect(column).toHaveAttribute("aria-sort", "descending");
  await expect(column.getByRole("link")).toBeFocused();
  await ada.page.getByRole("group", { name: "Status" }).getByRole("link", { name: "Invited" }).click();
  await expect(emails).toHaveText(["bo@b.example"]);
  await expect(column).toHaveAttribute("aria-sort", "descending");
});

test.describe(() => {
  test.use({ demo: 120 });

  test("a large organization is leafed through", async ({ person, house }) => {
    const ada = await person("Ada", "Admin");
    await ada.signIn(house.demo);
    await expect(ada.page.locator("tr.row")).toHaveCount(50);
    const range = ada.page.locator(".foot span").first();
    await expect(range).toHaveText(/^1–50 of \d+$/);
    const total = Number((await range.textContent())!.split(" ").at(-1));
    const first = await ada.page.locator("tr.row b").allTextContents();
    await ada.page.getByRole("link", { name: "Next" }).click();
    await expect(range).toHaveText(`51–100 of ${total}`);
    const second = await ada.page.locator("tr.row b").allTextContents();
    expect(second.filter((email) => first.includes(email))).toEqual([]);
    await ada.page.getByRole("link", { name: "Next" }).click();
    await expect(range).toHaveText(`101–${total} of ${total}`);
    await expect(ada.page.getByRole("link", { name: "Next" })).toHaveCount(0);
    await ada.page.getByRole("link", { name: "Previous" }).click();
    await expect(range).toHaveText(`51–100 of ${total}`);
    expect(await ada.page.locator("tr.row b").allTextContents()).toEqual(second);
  });
});

test("the reason why somebody can't be switched off stands on the button", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.open(table);
  const deactivate = ada.row(ada.email).getByRole("button", { name: "Deactivate" });
  await expect(deactivate).toBeDisabled();
  await expect(deactivate).toHaveAttribute("title", /founder|yourself/);
});

test("add all, remove all and reset change only what is ticked", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev", "lab");
  await ada.open(table);
  await ada.expand(ada.email);
  const press = (name: string) => ada.panel.getByRole("button", { name }).click();
  await press("Remove All");
  await expect(ada.panel.getByText("2 changes: removes northwind-dev and northwind-lab")).toBeVisible();
  await expect(ada.panel.getByText("not saved: will be removed")).toHaveCount(2);
  await press("Reset");
  await expect(ada.panel.getByText("Nothing changed.")).toBeVisible();
  await expect(ada.panel.getByRole("button", { name: "Save Changes" })).toBeDisabled();
  await press("Remove All");
  await press("Add All");
  await expect(ada.panel.getByText("Nothing changed.")).toBeVisible();
  await press("Remove All");
  await press("Save Changes");
  await expect(ada.announcement).toHaveText(`The namespaces of ${ada.email} are saved.`);
  await ada.page.reload();
  for (const box of await ada.panel.getByRole("checkbox").all()) await expect(box).not.toBeChecked();
});
