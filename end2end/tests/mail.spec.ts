import { expectAccessible } from "../house/accessible";
import { expect, test } from "../house/fixtures";
import { expectNothingCut } from "../house/fits";

// Nothing listens there.
test.use({ configuration: { BAILIWICK_SMTP_URL: "smtp://127.0.0.1:1", BAILIWICK_MAIL_FROM: "console@northwind.example" } });

test("while mail is failing, the row says so and why, and the link can be given by hand", async ({ person, house }) => {
  const ada = await person("Ada", "Okafor", { permissions: ["clipboard-read", "clipboard-write"] });
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind");
  await ada.open("/o/northwind/organization");
  await ada.invite(bo.email);
  await expect(ada.announcement).toHaveText(`Invitation sent to ${bo.email}.`);
  await expect(async () => {
    await ada.page.reload();
    await expect(ada.row(bo.email).locator(".mail-state small")).toHaveText(/./, { timeout: 1_000 });
  }).toPass();
  await expect(ada.row(bo.email)).toContainText("mail pending");
  await ada.alive();
  await expectAccessible(ada.page);
  await ada.page.setViewportSize({ width: 320, height: 800 });
  await expectNothingCut(ada.page);

  await ada.row(bo.email).getByRole("button", { name: "Copy invite link" }).click();
  await expect(ada.announcement).toHaveText(`The link for ${bo.email} is copied.`);
  const link = await ada.page.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain(`${house.url}/invitations/`);
  await bo.open(link);
  await bo.join();
});
