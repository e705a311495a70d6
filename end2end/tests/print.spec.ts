import { expect, test } from "../house/fixtures";

const table = "/o/northwind/organization";

test("on paper a page is what it says, without what can be pressed", async ({ person }) => {
  const ada = await person("Ada", "Okafor", { colorScheme: "dark" });
  await ada.found("Northwind");
  await ada.open(table);
  // As wide as a sheet of paper.
  await ada.page.setViewportSize({ width: 700, height: 990 });
  await ada.page.emulateMedia({ media: "print" });
  await expect(ada.page.locator(".side")).toBeHidden();
  await expect(ada.page.getByRole("searchbox", { name: "Search users" })).toBeHidden();
  for (const button of await ada.page.locator("main").getByRole("button").all()) await expect(button).toBeHidden();
  await expect(ada.heading("Organization management")).toBeVisible();
  await expect(ada.row(ada.email)).toContainText("active");

  const users = ada.page.locator("table.users");
  await expect(users).toHaveCSS("display", "table");
  await expect(users.locator("thead")).toHaveCSS("display", "table-header-group");
  await expect(ada.page.locator("body")).toHaveCSS("background-color", "rgb(255, 255, 255)");
  await expect(ada.page.locator("body")).toHaveCSS("color", "rgb(0, 0, 0)");
});

test("the secret of a token can be printed", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open("/o/northwind/api-access?create=1");
  const dialog = ada.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Create", exact: true }).click();
  await expect(dialog).toHaveCount(0);
  await ada.page.emulateMedia({ media: "print" });
  await expect(ada.page.locator("#secret")).toBeVisible();
  await expect(ada.page.locator(".secret-actions")).toBeHidden();
});
