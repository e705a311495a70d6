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
