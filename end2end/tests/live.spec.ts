import { expect, test } from "../house/fixtures";

const table = "/o/northwind/organization";

test("what somebody else does appears by itself, without loading the page", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev");
  await bo.belong(ada);
  await bo.open(table);
  await expect(bo.page.locator("tr.row")).toHaveCount(2);
  const pages: string[] = [];
  bo.page.on("request", (request) => request.resourceType() === "document" && pages.push(request.url()));
  const listening = bo.page.waitForRequest(/api\/v1\/live/);
  await bo.page.reload();
  await listening;
  await bo.alive();
  pages.length = 0;
  await ada.post("invitations/send", { organization: "northwind", emails: ["cleo@b.example"] });
  await expect(bo.page.locator("tr.row")).toHaveCount(3);
  expect(pages).toEqual([]);
});

test("what is ticked and typed stays while somebody else changes the page", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev", "lab");
  await ada.open(table);
  await ada.expand(ada.email);
  await ada.panel.getByLabel("northwind-lab").uncheck();
  await ada.post("invitations/send", { organization: "northwind", emails: ["cleo@b.example"] });
  await expect(ada.page.locator("tr.row")).toHaveCount(2);
  await expect(ada.panel.getByLabel("northwind-lab")).not.toBeChecked();
  await expect(ada.panel.getByText("1 change: removes northwind-lab")).toBeVisible();
});

test("an open page of somebody who is switched off closes by itself", async ({ person, quiet }) => {
  quiet.allow(/status of 40[13]/);
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind");
  await bo.belong(ada);
  await bo.open(table);
  const member = (await bo.row(bo.email).getAttribute("id"))!.replace("row-", "");
  await ada.post("members/deactivate", { organization: "northwind", member });
  await expect(bo.heading("Sign in")).toBeVisible();
});

test("a page whose password was changed elsewhere in its browser goes on listening, in its new session", async ({ person, quiet }) => {
  quiet.allow(/status of 401/); // where the stream is quicker than the new cookie
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  const first = ada.page.waitForRequest(/api\/v1\/live/);
  await ada.open(table);
  await first;
  await ada.alive();
  const again = ada.page.waitForRequest(/api\/v1\/live/);
  await ada.post("account/change-password", { current_password: ada.password, password: "a lantern, a ladder and a long way home" });
  await again;
  await ada.post("invitations/send", { organization: "northwind", emails: ["cleo@b.example"] });
  await expect(ada.page.locator("tr.row")).toHaveCount(2);
  await expect(ada.heading("Organization management")).toBeVisible();
});

test("somebody who is signed out everywhere by an admin signs in again", async ({ person, quiet }) => {
  quiet.allow(/status of 401/);
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind");
  await bo.belong(ada);
  await bo.open(table);
  await ada.open(table);
  await ada.expand(bo.email);
  await ada.panel.getByRole("button", { name: "Sign out everywhere" }).click();
  const dialog = ada.page.getByRole("dialog", { name: `Sign ${bo.email} out everywhere?` });
  await dialog.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(ada.announcement).toHaveText(`${bo.email} is signed out on every device.`);
  await expect(bo.heading("Sign in")).toBeVisible();
  await bo.signIn();
  await expect(bo.heading("Organization management")).toBeVisible();
});
