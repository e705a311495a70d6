import { expect, test } from "../house/fixtures";

const table = "/o/northwind/organization";

test("the back button closes a dialog, and the forward button opens it again", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(table);
  await ada.page.getByRole("button", { name: "Invite a User" }).click();
  await expect(ada.inviteDialog).toBeVisible();
  await ada.page.goBack();
  await expect(ada.inviteDialog).toHaveCount(0);
  await expect(ada.page).toHaveURL(table);
  await ada.page.goForward();
  await expect(ada.inviteDialog).toBeVisible();
  await expect(ada.page).toHaveURL(`${table}?invite=1`);
  // It is a modal one again: what is behind it can't be reached.
  await expect(ada.page.locator("dialog:modal")).toHaveCount(1);
});

test("the back button closes what was opened below a row", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(table);
  await ada.expand(ada.email);
  await expect(ada.panel).toBeVisible();
  await ada.page.goBack();
  await expect(ada.panel).toHaveCount(0);
  await ada.page.goForward();
  await expect(ada.panel).toBeVisible();
});

test("the back button leads through the pages as they were", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(`${table}?status=active`);
  await ada.goTo("Namespaces");
  await expect(ada.page).toHaveTitle("Namespaces · Northwind · Bailiwick");
  await ada.goTo("Activity");
  await expect(ada.page).toHaveTitle("Activity · Northwind · Bailiwick");
  await ada.page.goBack();
  await expect(ada.heading("Namespaces")).toBeVisible();
  await expect(ada.page).toHaveTitle("Namespaces · Northwind · Bailiwick");
  await ada.page.goBack();
  await expect(ada.heading("Organization management")).toBeVisible();
  await expect(ada.page).toHaveURL(`${table}?status=active`);
  await expect(ada.page.getByRole("group", { name: "Status" }).getByRole("link", { name: "Active" }).first()).toHaveAttribute(
    "aria-current",
    "true",
  );
});

test("an address that names a dialog opens it, and a reload keeps it", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(`${table}?invite=1`);
  await expect(ada.inviteDialog.getByLabel("Email")).toBeFocused();
  await ada.page.reload();
  await ada.alive();
  await expect(ada.inviteDialog).toBeVisible();
  await ada.page.keyboard.press("Escape");
  await expect(ada.inviteDialog).toHaveCount(0);
  await expect(ada.page).toHaveURL(table);
});
