import { expect, test } from "../house/fixtures";
import type { Locator, Page } from "@playwright/test";
import type { Person } from "../house/people";

const table = "/o/northwind/organization";

/** Goes on by Tab until the focus is there, as somebody without a pointer does. */
async function tabTo(page: Page, target: Locator, key = "Tab"): Promise<void> {
  const focused = () => target.evaluate((element) => element === document.activeElement);
  for (let steps = 0; steps < 60 && !(await focused()); steps++) await page.keyboard.press(key);
  await expect(target).toBeFocused();
}

/** An open dialog keeps the focus to itself; leaving its end leads to the browser's own controls and back. */
async function expectFocusStaysIn(who: Person, dialog: Locator): Promise<void> {
  for (let steps = 0; steps < 12; steps++) {
    await who.page.keyboard.press("Tab");
    const outside = await dialog.evaluate((element) => {
      const active = document.activeElement;
      return active !== document.body && !element.contains(active) ? active?.outerHTML : null;
    });
    expect(outside).toBeNull();
  }
}

test("the first Tab offers to skip to the page", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.open(table);
  await ada.page.keyboard.press("Tab");
  const skip = ada.page.getByRole("link", { name: "Skip to the page" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await ada.page.keyboard.press("Enter");
  await expect(ada.page.getByRole("main")).toBeFocused();
  await ada.page.keyboard.press("Tab");
  await expect(ada.page.getByRole("button", { name: "Invite a User" })).toBeFocused();
});

test("somebody is invited by keyboard alone", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev", "lab");
  await ada.open(table);
  const invite = ada.page.getByRole("button", { name: "Invite a User" });
  await tabTo(ada.page, invite);
  await ada.page.keyboard.press("Enter");
  const field = ada.inviteDialog.getByLabel("Email");
  await expect(field).toBeFocused();

  await ada.page.keyboard.press("Escape");
  await expect(ada.inviteDialog).toHaveCount(0);
  await expect(invite).toBeFocused();
  await expect(ada.page).toHaveURL(table);

  await ada.page.keyboard.press("Enter");
  await expect(field).toBeFocused();
  await expectFocusStaysIn(ada, ada.inviteDialog);
  await tabTo(ada.page, field);
  await ada.page.keyboard.type("bo@northwind.example");
  await tabTo(ada.page, ada.inviteDialog.getByLabel("northwind-lab"), "Shift+Tab");
  await ada.page.keyboard.press("Space");
  await tabTo(ada.page, ada.inviteDialog.getByRole("button", { name: "Send Invite" }));
  await ada.page.keyboard.press("Enter");
  await expect(ada.inviteDialog).toHaveCount(0);
  await expect(ada.announcement).toHaveText("Invitation sent to bo@northwind.example.");
  await expect(ada.row("bo@northwind.example")).toBeVisible();
  await expect(invite).toBeFocused();
});

test("namespaces are given and taken by keyboard alone", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev", "lab");
  await bo.belong(ada);
  await ada.open(table);
  const opener = ada.row(bo.email).getByRole("button", { name: "Namespaces of" });
  await tabTo(ada.page, opener);
  await ada.page.keyboard.press("Enter");
  await expect(opener).toHaveAttribute("aria-expanded", "true");
  await expect(opener).toBeFocused();

  await tabTo(ada.page, ada.panel.getByLabel("northwind-lab"));
  await ada.page.keyboard.press("Space");
  await expect(ada.panel.getByText("1 change: removes northwind-lab")).toBeVisible();
  await tabTo(ada.page, ada.panel.getByRole("button", { name: "Save Changes" }));
  await ada.page.keyboard.press("Enter");
  await expect(ada.announcement).toHaveText("The namespaces are saved.");
  await expect(ada.panel.getByText("Nothing changed.")).toBeVisible();
  await expect(ada.panel.getByLabel("northwind-lab")).not.toBeChecked();
  await expect(opener).toBeFocused();

  await ada.page.keyboard.press("Enter");
  await expect(ada.panel).toHaveCount(0);
  await expect(opener).toBeFocused();
});

test("the single permissions behind a tick are reached by keyboard", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(table);
  await tabTo(ada.page, ada.row(ada.email).getByRole("button", { name: "Namespaces of" }));
  await ada.page.keyboard.press("Space");
  await tabTo(ada.page, ada.panel.locator("summary"));
  await ada.page.keyboard.press("Enter");
  const single = ada.panel.locator("details[open]");
  await expect(single.getByText("w:workloads", { exact: true })).toBeVisible();
  await expect(single.getByText("w:full", { exact: true })).toBeVisible();
  await expect(ada.panel.getByRole("link", { name: "Ask the operator for w:pods in northwind-dev" })).toBeVisible();
});

test("somebody is switched off and on by keyboard alone", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind");
  await bo.belong(ada);
  await ada.open(table);
  const deactivate = ada.row(bo.email).getByRole("button", { name: "Deactivate" });
  await tabTo(ada.page, deactivate);
  await ada.page.keyboard.press("Enter");
  const dialog = ada.page.getByRole("dialog");
  await expect(dialog.getByRole("link", { name: "Cancel" })).toBeFocused();

  await ada.page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(deactivate).toBeFocused();

  await ada.page.keyboard.press("Enter");
  await expect(dialog.getByRole("link", { name: "Cancel" })).toBeFocused();
  await expectFocusStaysIn(ada, dialog);
  await tabTo(ada.page, dialog.getByRole("button", { name: "Deactivate" }));
  await ada.page.keyboard.press("Enter");
  await expect(ada.status(bo.email)).toHaveText("deactivated");
  // The button is gone; the focus stays in that person's row.
  await expect(ada.row(bo.email).locator(":focus")).toHaveCount(1);

  await tabTo(ada.page, ada.row(bo.email).getByRole("button", { name: "Reactivate" }));
  await ada.page.keyboard.press("Enter");
  await expect(ada.status(bo.email)).toHaveText("active");
  await expect(ada.row(bo.email).locator(":focus")).toHaveCount(1);
});

test("the Cancel of a dialog leads back to what opened it", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.post("invitations/send", { organization: "northwind", emails: ["bo@northwind.example"] });
  await ada.open(table);
  const revoke = ada.row("bo@northwind.example").getByRole("button", { name: "Revoke" });
  await tabTo(ada.page, revoke);
  await ada.page.keyboard.press("Space");
  await expect(ada.page.getByRole("dialog").getByRole("link", { name: "Cancel" })).toBeFocused();
  await ada.page.keyboard.press("Enter");
  await expect(ada.page.getByRole("dialog")).toHaveCount(0);
  await expect(revoke).toBeFocused();
});

test("Ctrl K finds a page, and Escape gives the focus back", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(table);
  const sort = ada.page.getByRole("link", { name: "Email" });
  await tabTo(ada.page, sort);
  await ada.page.keyboard.press("Control+k");
  const box = ada.page.getByRole("combobox", { name: "Search pages and people" });
  await expect(box).toBeFocused();
  await ada.page.keyboard.press("Escape");
  await expect(box).toBeHidden();
  await expect(sort).toBeFocused();

  await ada.page.keyboard.press("Control+k");
  await ada.page.keyboard.type("name");
  const found = ada.page.getByRole("listbox").getByRole("option");
  await expect(found).toHaveText(["Namespaces", "Create a namespace"]);
  await expect(found.first()).toHaveAttribute("aria-selected", "true");
  await ada.page.keyboard.press("ArrowDown");
  await expect(found.nth(1)).toHaveAttribute("aria-selected", "true");
  await ada.page.keyboard.press("ArrowUp");
  await ada.page.keyboard.press("Enter");
  await expect(ada.heading("Namespaces")).toBeVisible();
  await expect(ada.page.getByRole("main")).toBeFocused();
});

test("Escape closes the search alone where it lies over a dialog", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.open(`${table}?invite=1`);
  const field = ada.inviteDialog.getByLabel("Email");
  await field.fill("bo@northwind.example");
  await ada.page.keyboard.press("Control+k");
  const box = ada.page.getByRole("combobox", { name: "Search pages and people" });
  await expect(box).toBeFocused();
  await ada.page.keyboard.press("Escape");
  await expect(box).toBeHidden();
  await expect(field).toBeFocused();
  await expect(field).toHaveValue("bo@northwind.example");
  // What is typed is not given up without a question.
  const asked: string[] = [];
  ada.page.on("dialog", (question) => {
    asked.push(question.type());
    void (asked.length > 1 ? question.accept() : question.dismiss());
  });
  await ada.page.keyboard.press("Escape");
  await expect.poll(() => asked).toEqual(["confirm"]);
  await expect(field).toHaveValue("bo@northwind.example");
  await ada.page.keyboard.press("Escape");
  await expect(ada.inviteDialog).toHaveCount(0);
  expect(asked).toEqual(["confirm", "confirm"]);
});

test("Ctrl K finds a person by part of a name", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind");
  await bo.belong(ada);
  await ada.open("/account");
  await ada.page.keyboard.press("Control+k");
  await ada.page.keyboard.type("lindq");
  await expect(ada.page.getByRole("listbox").getByRole("option")).toHaveText([`${bo.email} Bo Lindqvist`]);
  await ada.page.keyboard.press("Enter");
  await expect(ada.heading("Organization management")).toBeVisible();
  await expect(ada.page.locator("tr.row")).toHaveCount(1);
  await expect(ada.row(bo.email)).toBeVisible();
});

test("the account menu opens, leads on and closes by keyboard", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.open(table);
  const menu = ada.page.getByLabel("Account menu of Ada Okafor");
  await tabTo(ada.page, menu);
  await ada.page.keyboard.press("Enter");
  const account = ada.page.getByRole("link", { name: "Account" });
  await expect(account).toBeVisible();
  await ada.page.keyboard.press("Escape");
  await expect(account).toBeHidden();
  await expect(menu).toBeFocused();
  await ada.page.keyboard.press("Enter");
  await tabTo(ada.page, account);
  await ada.page.keyboard.press("Enter");
  await expect(ada.heading("Account")).toBeVisible();
});

test("arrow keys lead through the rows of the table, and x ticks one", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  const cleo = await person("Cleo", "Marchetti");
  await ada.found("Northwind");
  await bo.belong(ada);
  await cleo.belong(ada);
  await ada.post("invitations/send", { organization: "northwind", emails: ["dora@northwind.example"] });
  await ada.open(table);
  const deactivate = (who: Person) => ada.row(who.email).getByRole("button", { name: "Deactivate" });
  await deactivate(bo).focus();
  await ada.page.keyboard.press("ArrowDown");
  await expect(deactivate(cleo)).toBeFocused();
  // Not the same control, but the first of its cell.
  await ada.page.keyboard.press("ArrowDown");
  await expect(ada.row("dora@northwind.example").getByRole("button", { name: "Copy invite link" })).toBeFocused();
  await ada.page.keyboard.press("ArrowDown");
  await expect(ada.row("dora@northwind.example").getByRole("button", { name: "Copy invite link" })).toBeFocused();
  await ada.page.keyboard.press("Home");
  await expect(deactivate(ada)).toBeFocused();
  await ada.page.keyboard.press("ArrowUp");
  await expect(deactivate(ada)).toBeFocused();

  const opener = (who: Person) => ada.row(who.email).getByRole("button", { name: "Namespaces of" });
  await opener(cleo).focus();
  await ada.page.keyboard.press("ArrowUp");
  await expect(opener(bo)).toBeFocused();
  await ada.page.keyboard.press("x");
  const box = ada.row(bo.email).getByRole("checkbox");
  await expect(box).toBeChecked();
  await expect(opener(bo)).toBeFocused();
  await ada.page.keyboard.press("x");
  await expect(box).not.toBeChecked();
  await ada.page.keyboard.press("Enter");
  await expect(opener(bo)).toHaveAttribute("aria-expanded", "true");
  await expect(opener(bo)).toBeFocused();

  // What is typed elsewhere stays what it is.
  const search = ada.page.getByRole("searchbox", { name: "Search users" });
  await search.focus();
  await ada.page.keyboard.type("x");
  await ada.page.keyboard.press("Home");
  await ada.page.keyboard.press("ArrowDown");
  await expect(search).toBeFocused();
  await expect(search).toHaveValue("x");
});

test("a button that is closed is reached by keyboard, says why and does nothing", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.open(table);
  const deactivate = ada.row(ada.email).getByRole("button", { name: "Deactivate" });
  const reason = ada.row(ada.email).locator(".why");
  await expect(deactivate).toBeDisabled();
  await expect(deactivate).toHaveAccessibleDescription(/founder|yourself/);
  await tabTo(ada.page, deactivate);
  await expect(reason).toBeVisible();
  await expect(reason).toHaveCSS("clip-path", "none");
  await ada.page.keyboard.press("Enter");
  await ada.page.keyboard.press("Space");
  await expect(ada.page).toHaveURL(table);
  await expect(ada.page.getByRole("dialog")).toHaveCount(0);
});
