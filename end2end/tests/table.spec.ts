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
  await expect(ada.page.getByText("No user matches search “cxleo@b”.")).toBeVisible();
  await expect(box).toBeFocused();
  await ada.page.getByRole("link", { name: "Show everybody" }).click();
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
  const first = /members\/page\?(.*&)?search=b(&|$)/;
  await ada.page.route(first, async (route) => {
    await held;
    await route.continue();
  });
  const box = ada.page.getByRole("searchbox", { name: "Search users" });
  await box.click();
  const asked = ada.page.waitForRequest(first);
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

test("the table is ordered by another column and filtered by role, and what opens a row keeps both", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.post("invitations/send", { organization: "northwind", emails: ["aa@b.example", "bo@b.example"] });
  await ada.open(table);
  const emails = ada.page.locator("tr.row b");
  const heading = (name: string) => ada.page.getByRole("columnheader", { name });
  await expect(emails).toHaveText(["aa@b.example", ada.email, "bo@b.example"]);
  await heading("Last Name").getByRole("link").click();
  await expect(ada.page).toHaveURL(`${table}?sort=name`);
  // Invitees have no names yet: they stand last, whichever way the names go.
  await expect(emails).toHaveText([ada.email, "aa@b.example", "bo@b.example"]);
  await expect(heading("Last Name")).toHaveAttribute("aria-sort", "ascending");
  await expect(heading("Email")).not.toHaveAttribute("aria-sort");
  await heading("Last Name").getByRole("link").click();
  await expect(ada.page).toHaveURL(`${table}?sort=-name`);
  await expect(emails).toHaveText([ada.email, "bo@b.example", "aa@b.example"]);
  await expect(heading("Last Name")).toHaveAttribute("aria-sort", "descending");
  await expect(heading("Last Name").getByRole("link")).toBeFocused();

  const role = ada.page.getByRole("combobox", { name: "Role" });
  await role.selectOption("admin");
  await expect(ada.page).toHaveURL(`${table}?role=admin&sort=-name`);
  await expect(emails).toHaveText([ada.email]);
  await ada.expand(ada.email);
  await expect(ada.page).toHaveURL(/[?&]role=admin&sort=-name(&|$)/);
  await ada.page.reload();
  await expect(role).toHaveValue("admin");
  await expect(ada.panel).toBeVisible();
  await expect(emails).toHaveText([ada.email]);

  await ada.page.getByRole("group", { name: "Status" }).getByRole("link", { name: "Invited" }).click();
  await expect(ada.page.getByText("No user matches status “invited”, role “admin”.")).toBeVisible();
  await ada.page.getByRole("link", { name: "Show everybody" }).click();
  await expect(ada.page).toHaveURL(`${table}?sort=-name`);
  await expect(emails).toHaveText([ada.email, "bo@b.example", "aa@b.example"]);
  await expect(role).toHaveValue("");
});

test.describe(() => {
  test.use({ demo: 120 });

  test("a page of another size keeps it from page to page", async ({ person, house }) => {
    const ada = await person("Ada", "Admin");
    await ada.signIn(house.demo);
    const rows = ada.page.locator("tr.row");
    await expect(rows).toHaveCount(50);
    const sizes = ada.page.getByRole("navigation", { name: "Users per page" });
    await expect(sizes.getByRole("link", { name: "50" })).toHaveAttribute("aria-current", "true");
    await sizes.getByRole("link", { name: "25" }).click();
    await expect(rows).toHaveCount(25);
    const range = ada.page.locator(".foot span").first();
    await expect(range).toHaveText(/^1–25 of \d+$/);
    await ada.page.getByRole("link", { name: "Next" }).click();
    await expect(range).toHaveText(/^26–50 of \d+$/);
    await expect(rows).toHaveCount(25);
    expect(new URL(ada.page.url()).searchParams.get("limit")).toBe("25");
    await sizes.getByRole("link", { name: "100" }).click();
    await expect(rows).toHaveCount(100);
    await expect(range).toHaveText(/^1–100 of \d+$/);
  });

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
  await expect(ada.announcement).toHaveText("The namespaces are saved.");
  await ada.page.reload();
  for (const box of await ada.panel.getByRole("checkbox").all()) await expect(box).not.toBeChecked();
});
