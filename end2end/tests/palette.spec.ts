import type { Locator } from "@playwright/test";
import { expectAccessible } from "../house/accessible";
import { expect, test } from "../house/fixtures";
import type { Person } from "../house/people";

const table = "/o/northwind/organization";
const namespaces = "/o/northwind/namespaces";

const palette = (who: Person) => who.page.getByRole("dialog", { name: "Search", exact: true });
const box = (who: Person) => palette(who).getByRole("combobox");
const options = (who: Person) => palette(who).getByRole("option");
const group = (who: Person, name: string): Locator =>
  palette(who).getByRole("group", { name, exact: true }).getByRole("option");
const shortcuts = (who: Person) => who.page.getByRole("dialog", { name: "Keyboard shortcuts" });
const url = (path: string) => new RegExp(`${path.replace(/[.?]/g, "\\$&")}$`);

/** Opens the search by its keys, and types. */
async function search(who: Person, text = ""): Promise<void> {
  await who.page.keyboard.press("Control+k");
  await expect(box(who)).toBeFocused();
  if (text) await who.page.keyboard.type(text);
}

/** The path and query of every read of this page from now on; that it listens for changes does not count. */
function reads(who: Person): string[] {
  const asked: string[] = [];
  who.page.on("request", (request) => {
    const { pathname, search } = new URL(request.url());
    const reads = request.method() === "GET" && pathname.startsWith("/api/v1/") && pathname !== "/api/v1/live";
    if (reads) asked.push(pathname + search);
  });
  return asked;
}

test("the search offers pages and actions, and finds by letters in order", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev", "lab");
  await ada.open(table);
  await search(ada);
  await expect(group(ada, "Go to")).toHaveText(
    ["Organization", "Namespaces", "Access", "API access", "Activity", "Settings", "Account"],
  );
  await expect(group(ada, "Actions")).toHaveText(["Invite people", "Create a namespace", "Create a token"]);
  await expectAccessible(ada.page);

  await ada.page.keyboard.type("crtok");
  await expect(options(ada)).toHaveText(["Create a token"]);
  await ada.page.keyboard.press("Enter");
  await expect(palette(ada)).toBeHidden();
  await expect(ada.page.getByRole("dialog").getByLabel("Name", { exact: true })).toBeVisible();
  await expect(ada.page).toHaveURL(url("/o/northwind/api-access?create=1"));
});

test("the search opens the row of a namespace", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev", "lab");
  await ada.open(table);
  await search(ada, "lab");
  await expect(group(ada, "Namespaces")).toHaveText(["northwind-lab"]);
  await expect(options(ada)).toHaveCount(1);
  await expectAccessible(ada.page);
  await ada.page.keyboard.press("Enter");
  await expect(ada.heading("Namespaces")).toBeVisible();
  await expect(ada.page).toHaveURL(url(`${namespaces}?open=lab`));
  const opener = ada.page.getByRole("button", { name: "Who can do what in northwind-lab" });
  await expect(opener).toHaveAttribute("aria-expanded", "true");
});

test("the search opens the dialog of a token, by a press too", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.post("tokens/create", { organization: "northwind", name: "ci-deploy", namespaces: ["northwind-dev"] });
  await ada.open(table);
  await ada.page.getByRole("button", { name: "Search", exact: true }).click();
  await box(ada).fill("cidep");
  await expect(group(ada, "Tokens")).toHaveText([/^ci-deploy bwk_/]);
  await group(ada, "Tokens").click();
  await expect(palette(ada)).toBeHidden();
  await expect(ada.page).toHaveURL(/\/o\/northwind\/api-access\?assign=/);
  await expect(ada.page.getByRole("dialog").getByLabel("Assigned (1)")).toBeVisible();
});

test("the search opens a person's row and the question of their deactivation", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev");
  await bo.belong(ada);
  await ada.open(namespaces);
  await search(ada, "lindq");
  await expect(group(ada, "People")).toHaveText([`${bo.email} Bo Lindqvist`]);
  await expect(options(ada)).toHaveCount(1);
  await ada.page.keyboard.press("Enter");
  await expect(ada.heading("Organization management")).toBeVisible();
  await expect(ada.row(bo.email).getByRole("button", { name: "Namespaces of" })).toHaveAttribute("aria-expanded", "true");
  await expect(ada.panel.getByLabel("northwind-dev")).toBeVisible();

  await search(ada, "deactivate lindq");
  await expect(group(ada, "Actions")).toHaveText([`Deactivate ${bo.email} Bo Lindqvist`]);
  await expect(options(ada)).toHaveCount(1);
  await ada.page.keyboard.press("Enter");
  await expect(ada.heading(`Deactivate ${bo.email}?`)).toBeVisible();
  await expect(ada.page.getByRole("dialog").getByRole("link", { name: "Cancel" })).toBeFocused();
  await ada.page.keyboard.press("Escape");
  await expect(ada.page.getByRole("dialog")).toHaveCount(0);
  await expect(ada.status(bo.email)).toHaveText("active");

  // The founder stays: nothing asks about that.
  await search(ada, "deactivate okafor");
  await expect(palette(ada).getByText("Nothing by that name.")).toBeVisible();
  await expect(options(ada)).toHaveCount(0);
});

test("the search shows a member only what they may open", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev");
  await ada.post("tokens/create", { organization: "northwind", name: "ci-deploy" });
  await bo.belong(ada);
  await bo.open(table);
  const asked = reads(bo);
  await search(bo);
  await expect(options(bo)).toHaveText(["Organization", "Namespaces", "Account"]);
  await expect(palette(bo).getByRole("group")).toHaveCount(1);
  await bo.page.keyboard.type("deactivate ada");
  await expect(palette(bo).getByText("Nothing by that name.")).toBeVisible();
  await box(bo).fill("cidep");
  await expect(palette(bo).getByText("Nothing by that name.")).toBeVisible();
  expect(asked.filter((path) => path.includes("/tokens/"))).toEqual([]);
  await box(bo).fill("dev");
  await expect(options(bo)).toHaveText(["northwind-dev"]);
  await bo.page.keyboard.press("Enter");
  await expect(bo.heading("Namespaces")).toBeVisible();
  await expect(bo.page).toHaveURL(url(namespaces));
});

test("the search asks nothing before something is typed, and reads lists once for each opening", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev", "lab");
  await ada.open(table);
  const asked = reads(ada);
  const lists = () => asked.filter((path) => /\/(namespaces|tokens)\/page/.test(path)).length;
  await search(ada);
  await expect(options(ada).first()).toBeVisible();
  expect(asked).toEqual([]);
  await ada.page.keyboard.type("dev");
  await expect(options(ada)).toHaveText(["northwind-dev"]);
  await box(ada).fill("lab");
  await expect(options(ada)).toHaveText(["northwind-lab"]);
  await expect.poll(lists).toBe(2);
  // Letters that follow each other soon are one question.
  const people = asked.filter((path) => path.startsWith("/api/v1/members/list"));
  expect(people.length, people.join(" ")).toBeLessThanOrEqual(4);
  await ada.page.keyboard.press("Escape");
  await expect(palette(ada)).toBeHidden();
  await search(ada, "lab");
  await expect(box(ada)).toHaveValue("lab");
  await expect(options(ada)).toHaveText(["northwind-lab"]);
  await expect.poll(lists).toBe(4);
});

test("what was chosen recently comes first while nothing is typed", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(table);
  await search(ada);
  await expect(palette(ada).getByRole("group", { name: "Recent" })).toHaveCount(0);
  await ada.page.keyboard.type("dev");
  await expect(options(ada)).toHaveText(["northwind-dev"]);
  await ada.page.keyboard.press("Enter");
  await expect(ada.heading("Namespaces")).toBeVisible();
  await search(ada, "sett");
  await expect(options(ada)).toHaveText(["Settings"]);
  await ada.page.keyboard.press("Enter");
  await expect(ada.heading("Settings")).toBeVisible();

  await ada.page.reload();
  await ada.alive();
  await search(ada);
  await expect(group(ada, "Recent")).toHaveText(["Settings", "northwind-dev"]);
  await expect(options(ada).first()).toHaveAttribute("aria-selected", "true");
  await expect(group(ada, "Go to").filter({ hasText: "Settings" })).toHaveCount(0);
  await ada.page.keyboard.press("ArrowDown");
  await ada.page.keyboard.press("Enter");
  await expect(ada.page).toHaveURL(url(`${namespaces}?open=dev`));
  await search(ada);
  await expect(group(ada, "Recent")).toHaveText(["northwind-dev", "Settings"]);
  await ada.page.keyboard.press("Escape");

  // The next person at this browser finds nothing of it, in its storage either.
  const kept = () => ada.page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith("recent ")));
  expect(await kept()).toHaveLength(1);
  await ada.signOut();
  expect(await kept()).toEqual([]);
});

test("the options of the search are walked by arrows, Home and End", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(table);
  const opener = ada.page.getByRole("button", { name: "Invite a User" });
  await opener.focus();
  await search(ada);
  const expectActive = async (option: Locator) => {
    await expect(option).toHaveAttribute("aria-selected", "true");
    await expect(box(ada)).toHaveAttribute("aria-activedescendant", (await option.getAttribute("id"))!);
    await expect(palette(ada).locator("[aria-selected=true]")).toHaveCount(1);
    await expect(option).toBeInViewport();
  };
  await expectActive(options(ada).first());
  await ada.page.keyboard.press("ArrowDown");
  await expectActive(options(ada).nth(1));
  await ada.page.keyboard.press("End");
  await expectActive(options(ada).last());
  await ada.page.keyboard.press("ArrowDown");
  await expectActive(options(ada).first());
  await ada.page.keyboard.press("ArrowUp");
  await expectActive(options(ada).last());
  await ada.page.keyboard.press("Home");
  await expectActive(options(ada).first());
  await ada.page.keyboard.press("Escape");
  await expect(palette(ada)).toBeHidden();
  await expect(opener).toBeFocused();
});

test("a question mark lists all shortcuts, and so does the account menu", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(table);
  const opener = ada.page.getByRole("button", { name: "Invite a User" });
  await opener.focus();
  await ada.page.keyboard.press("?");
  await expect(shortcuts(ada)).toBeVisible();
  await expect(shortcuts(ada).getByRole("heading", { level: 3 })).toHaveText(
    ["Everywhere", "Go to", "In a table", "In the search", "In a dialog"],
  );
  await expect(shortcuts(ada).locator("dl > div", { hasText: "API access" })).toContainText("g then t");
  await expect(shortcuts(ada).locator("kbd").first()).toHaveText("Ctrl K");
  await expectAccessible(ada.page);
  await ada.page.keyboard.press("Escape");
  await expect(shortcuts(ada)).toBeHidden();
  await expect(opener).toBeFocused();
  await ada.page.keyboard.press("?");
  await expect(shortcuts(ada)).toBeVisible();
  await ada.page.keyboard.press("?");
  await expect(shortcuts(ada)).toBeHidden();

  const menu = ada.page.getByLabel("Account menu of Ada Okafor");
  const entry = ada.page.getByRole("button", { name: "Keyboard shortcuts" });
  await menu.click();
  await entry.click();
  await expect(shortcuts(ada)).toBeVisible();
  await shortcuts(ada).getByRole("button", { name: "Close" }).click();
  await expect(shortcuts(ada)).toBeHidden();
  await expect(entry).toBeHidden();
  await expect(menu).toBeFocused();
});

test("a slash leads to the search box, and g with a letter to a page", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(table);
  const field = ada.page.getByRole("searchbox");
  await ada.page.keyboard.press("/");
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("");

  // While somebody types, all of it is text.
  await ada.page.keyboard.type("gn?/");
  await expect(field).toHaveValue("gn?/");
  await expect(shortcuts(ada)).toBeHidden();
  await field.fill("");
  await expect(ada.row(ada.email)).toBeVisible();
  await expect(ada.page).toHaveURL(url(table));

  await ada.page.getByRole("main").focus();
  const pages = { n: "Namespaces", t: "API & Kubeconfig", a: "Activity", o: "Organization management" };
  for (const [letter, heading] of Object.entries(pages)) {
    await ada.page.keyboard.press("g");
    await ada.page.keyboard.press(letter);
    await expect(ada.heading(heading)).toBeVisible();
    await expect(ada.page.getByRole("main")).toBeFocused();
  }
  // Another key between the two: nothing.
  for (const key of ["g", "x", "n"]) await ada.page.keyboard.press(key);
  await ada.page.keyboard.press("Alt+g");
  await ada.page.keyboard.press("n");
  await expect(ada.page).toHaveURL(url(table));
});

test("no shortcut leaves an open dialog, and none leads a member where only admins go", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev");
  await bo.belong(ada);
  await ada.open(`${table}?invite=1`);
  await ada.inviteDialog.getByRole("link", { name: "Cancel" }).focus();
  for (const key of ["g", "n", "/"]) await ada.page.keyboard.press(key);
  await expect(ada.inviteDialog.getByRole("link", { name: "Cancel" })).toBeFocused();
  await ada.page.keyboard.press("?");
  await expect(shortcuts(ada)).toBeVisible();
  await ada.page.keyboard.press("Escape");
  await expect(shortcuts(ada)).toBeHidden();
  await expect(ada.inviteDialog.getByRole("link", { name: "Cancel" })).toBeFocused();
  await expect(ada.page).toHaveURL(url(`${table}?invite=1`));

  await bo.open(table);
  await bo.page.keyboard.press("?");
  await expect(shortcuts(bo).locator("dl > div", { hasText: "then" })).toHaveText([/^Organization/, /^Namespaces/]);
  await bo.page.keyboard.press("Escape");
  await expect(shortcuts(bo)).toBeHidden();
  for (const letter of ["t", "a"]) {
    await bo.page.keyboard.press("g");
    await bo.page.keyboard.press(letter);
  }
  await expect(bo.page).toHaveURL(url(table));
  await bo.page.keyboard.press("g");
  await bo.page.keyboard.press("n");
  await expect(bo.heading("Namespaces")).toBeVisible();
});
