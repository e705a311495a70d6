import { expect, test } from "../house/fixtures";

test("somebody changes their names, and everybody sees them", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.open("/account");
  await ada.page.getByLabel("First name").fill("Adaeze");
  await ada.page.getByRole("button", { name: "Save names" }).click();
  await expect(ada.announcement).toHaveText("Your names are saved.");
  await expect(ada.page.getByLabel("Account menu of Adaeze Okafor")).toBeVisible();
  await ada.goTo("Organization");
  await expect(ada.row(ada.email)).toContainText("Adaeze");
});

test("a new password ends the other sessions and keeps this one", async ({ person, quiet }) => {
  quiet.allow(/status of (401|422)/); // the other session hears of its end
  const ada = await person("Ada", "Okafor");
  const elsewhere = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await elsewhere.signIn();
  await expect(elsewhere.heading("Organization management")).toBeVisible();
  await ada.open("/account");
  await expect(ada.page.getByText("2 sessions", { exact: true })).toBeVisible();

  const password = "a lantern, a ladder and a long way home";
  await ada.page.getByLabel("Current password").fill("not what it was at all");
  await ada.page.getByLabel("New password").fill(password);
  const change = ada.page.getByRole("button", { name: "Change password" });
  await change.click();
  await expect(ada.page.getByLabel("Current password")).toHaveAccessibleDescription(/not your current password/);
  await expect(ada.page.getByLabel("Current password")).toBeFocused();
  await ada.page.getByLabel("Current password").fill(ada.password);
  await change.click();
  await expect(ada.announcement).toHaveText("Your password is changed. Every other session of yours has ended.");
  await expect(ada.page.getByText("1 session", { exact: true })).toBeVisible();
  await elsewhere.page.reload();
  await expect(elsewhere.heading("Sign in")).toBeVisible();
  await elsewhere.signIn({ email: ada.email, password });
  await expect(elsewhere.heading("Organization management")).toBeVisible();
});

test("one session is ended from another", async ({ person, quiet }) => {
  quiet.allow(/status of 401/); // its page hears that it has ended, and leaves
  const ada = await person("Ada", "Okafor");
  const elsewhere = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await elsewhere.signIn();
  await expect(elsewhere.heading("Organization management")).toBeVisible();
  await ada.open("/account");
  await ada.page.getByRole("button", { name: /^End the session of/ }).click();
  await expect(ada.announcement).toHaveText("That session has ended.");
  await expect(ada.page.getByText("1 session", { exact: true })).toBeVisible();
  await elsewhere.page.reload();
  await expect(elsewhere.heading("Sign in")).toBeVisible();
});

test("somebody in two organizations goes from one to the other", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const eve = await person("Eve", "Tanaka");
  await ada.found("Northwind", "dev");
  await eve.signUp("Southwind");
  await eve.openMail(/Confirm your email address/);
  await eve.page.getByRole("button", { name: "Create organization and sign in" }).click();
  await expect(eve.page).toHaveURL("/o/southwind/organization");
  await ada.post("invitations/send", { organization: "northwind", emails: [eve.email] });
  await eve.openMail(/invites you to Northwind/);
  await eve.page.getByRole("button", { name: "Accept the invitation" }).click();
  await expect(eve.page).toHaveURL("/o/northwind/organization");
  await expect(eve.page.getByRole("button", { name: "Invite a User" })).toHaveCount(0);
  await eve.page.getByLabel("Organization Northwind, switch").click();
  await eve.page.getByRole("link", { name: "Southwind" }).click();
  await expect(eve.page).toHaveURL("/o/southwind/organization");
  await expect(eve.page.getByRole("button", { name: "Invite a User" })).toBeVisible();
});
