import { expect, test } from "../house/fixtures";

const people = "/o/northwind/organization";

test("an admin of a new organization sees what is yet to be set up, and puts it away", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.open(people);
  const steps = ada.page.getByRole("region", { name: "First steps" });
  await expect(steps).toContainText("0 of 4 done");
  await steps.getByRole("link", { name: "Create a namespace" }).click();
  const dialog = ada.page.getByRole("dialog", { name: "Create a namespace" });
  await dialog.getByRole("textbox").fill("dev");
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(dialog).toHaveCount(0);

  await ada.open(people);
  await expect(steps).toContainText("1 of 4 done");
  await expect(steps.getByRole("link", { name: "Create a namespace" })).toHaveCount(0);
  await steps.getByRole("button", { name: "Hide" }).click();
  await expect(steps).toHaveCount(0);
  await ada.page.reload();
  await expect(ada.heading("Organization management")).toBeVisible();
  await expect(steps).toHaveCount(0);
});

test("a member who is no admin sees where they may work, and whom to ask for more", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev");
  await bo.belong(ada);
  await bo.open(people);
  const own = bo.page.getByRole("region", { name: "Your access" });
  await expect(own).toContainText("northwind-dev");
  await expect(own).toContainText(`For more, ask ${ada.email}.`);
  await expect(bo.page.getByRole("region", { name: "First steps" })).toHaveCount(0);
});
