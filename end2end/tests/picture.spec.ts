import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "../house/fixtures";

const picture = resolve(__dirname, "../../docs/organization.png");

test.use({ demo: 25 });

test("the README's picture shows the Users table with a row open", async ({ person, house }, info) => {
  const ada = await person("Ada", "Admin", { viewport: { width: 1360, height: 920 }, colorScheme: "light" });
  await ada.signIn(house.demo);
  await expect(ada.heading("Organization management")).toBeVisible();
  const opener = ada.page.getByRole("button", { name: "Namespaces of chika" });
  await opener.click();
  await ada.panel.getByRole("checkbox", { checked: false }).first().check();
  await expect(ada.panel.getByText("not saved")).toBeVisible();
  await opener.scrollIntoViewIfNeeded();
  await ada.page.mouse.move(0, 0);
  await ada.page.evaluate(() => (document.activeElement as HTMLElement).blur());
  // The days in it change, so it is written anew only when that is asked for.
  const wanted = !existsSync(picture) || process.env.UPDATE_PICTURE === "1";
  await ada.page.screenshot({ path: wanted ? picture : info.outputPath("organization.png") });
});
