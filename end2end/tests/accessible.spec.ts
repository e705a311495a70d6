import { expectAccessible } from "../house/accessible";
import { expect, test } from "../house/fixtures";
import type { Person } from "../house/people";

const table = "/o/northwind/organization";
const namespaces = "/o/northwind/namespaces";

const fill = async (who: Person, fields: Record<string, string>) => {
  for (const [label, text] of Object.entries(fields)) await who.page.getByLabel(label, { exact: true }).fill(text);
};

test("the sign-up pages are accessible", async ({ person, quiet }) => {
  quiet.allow(/status of 422/);
  const ada = await person("Ada", "Okafor");
  await ada.open("/sign-up");
  await expectAccessible(ada.page);

  await fill(ada, { "First name": "Ada", "Last name": "Okafor", Organization: "Northwind" });
  await fill(ada, { Email: ada.email, Password: "too short" });
  await ada.page.getByRole("button", { name: "Create organization" }).click();
  await expect(ada.page.getByText("The password is too short")).toBeVisible();
  await expect(ada.page.getByLabel("Password")).toBeFocused();
  await expectAccessible(ada.page);

  await (await person("Cleo", "Marchetti")).found("Northwind");
  await ada.page.getByLabel("Password").fill(ada.password);
  await ada.page.getByRole("button", { name: "Create organization" }).click();
  await expect(ada.heading("Look into your mailbox")).toBeVisible();
  await expectAccessible(ada.page);
  await ada.openMail(/Confirm your email address/);
  await expect(ada.heading("Confirm your address")).toBeVisible();
  await expectAccessible(ada.page);
});

test.describe(() => {
  test.use({ configuration: { BAILIWICK_SIGNUPS: "closed" } });

  test("the page that says that sign-up is closed is accessible", async ({ person, quiet }) => {
    quiet.allow(/status of 403/);
    await (await person("Cleo", "Marchetti")).found("Northwind");
    const ada = await person("Ada", "Okafor");
    await ada.open("/sign-up");
    await expect(ada.heading("Sign-up is closed")).toBeVisible();
    await expectAccessible(ada.page);
  });
});

test("the sign-in and password pages are accessible", async ({ person, quiet }) => {
  quiet.allow(/status of (401|404|422)/);
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.page.context().clearCookies();
  await ada.open(table);
  await expect(ada.page.getByText("Sign in to go on")).toBeVisible();
  await expectAccessible(ada.page);
  await ada.signIn({ email: ada.email, password: "not what it was at all" });
  await expect(ada.page.getByRole("alert")).toContainText("password is wrong");
  await expectAccessible(ada.page);

  await ada.open("/forgot-password");
  await expectAccessible(ada.page);
  await fill(ada, { Email: ada.email });
  await ada.page.getByRole("button", { name: "Send the link" }).click();
  await expect(ada.heading("Look into your mailbox")).toBeVisible();
  await expectAccessible(ada.page);
  await ada.openMail(/Set a new password/);
  await expectAccessible(ada.page);
  await fill(ada, { "New password": "too short" });
  await ada.page.getByRole("button", { name: "Change password" }).click();
  await expect(ada.page.getByText("The password is too short")).toBeVisible();
  await expectAccessible(ada.page);
  await ada.open("/reset-password/not-a-secret");
  await expect(ada.heading("Nothing here")).toBeVisible();
  await expectAccessible(ada.page);
});

test("the invitation pages are accessible, whoever holds the link", async ({ person, quiet }) => {
  quiet.allow(/status of (410|422)/);
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev", "lab");
  await ada.post("invitations/send", { organization: "northwind", emails: [bo.email] });
  const link = await bo.mailedLink(/invites you/);

  await ada.open(link);
  await expect(ada.page.getByText(`You are signed in as ${ada.email}`)).toBeVisible();
  await expectAccessible(ada.page);

  await bo.open(link);
  await expectAccessible(bo.page);
  await fill(bo, { "First name": "Bo", "Last name": "Lindqvist", Password: "too short" });
  await bo.page.getByRole("button", { name: "Create account and join" }).click();
  await expect(bo.page.getByText("The password is too short")).toBeVisible();
  await expectAccessible(bo.page);
  await fill(bo, { Password: bo.password });
  await bo.page.getByRole("button", { name: "Create account and join" }).click();
  await expect(bo.announcement).toBeVisible();
  await expectAccessible(bo.page);
  await bo.open(link);
  await expect(bo.heading("This is over")).toBeVisible();
  await expectAccessible(bo.page);
});

test("an invitation is accessible to somebody who has an account", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const eve = await person("Eve", "Tanaka");
  await ada.found("Northwind");
  await eve.signUp("Southwind");
  await eve.openMail(/Confirm your email address/);
  await eve.page.getByRole("button", { name: "Create organization and sign in" }).click();
  await expect(eve.heading("Organization management")).toBeVisible();
  await ada.post("invitations/send", { organization: "northwind", emails: [eve.email] });
  const link = await eve.mailedLink(/invites you to Northwind/);
  await eve.open(link);
  await expect(eve.page.getByRole("button", { name: "Accept the invitation" })).toBeVisible();
  await expectAccessible(eve.page);
  await eve.page.context().clearCookies();
  await eve.open(link);
  await expect(eve.page.getByRole("button", { name: "Sign in and join" })).toBeVisible();
  await expectAccessible(eve.page);
  await eve.page.getByLabel("Password").fill(eve.password);
  await eve.page.getByRole("button", { name: "Sign in and join" }).click();
  await eve.page.locator(".switcher summary").click();
  await expectAccessible(eve.page);
});

test("the empty pages are accessible", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  const tokens = "/o/northwind/api-access";
  const empty = [namespaces, tokens, `${tokens}?create=1`, table, `${table}?search=nobody`];
  for (const path of [...empty, "/o/northwind/activity?code=member.deactivated"]) {
    await ada.open(path);
    await expectAccessible(ada.page);
  }
  await ada.open(table);
  await ada.expand(ada.email);
  await expect(ada.panel.getByText("This organization has no namespace yet.")).toBeVisible();
  await expectAccessible(ada.page);
});

test("a page that is not there, or not for them, is accessible", async ({ person, quiet }) => {
  quiet.allow(/status of (403|404)/);
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind");
  await bo.belong(ada);
  for (const path of ["/nowhere", "/o/southwind/organization"]) {
    await ada.open(path);
    await expect(ada.heading("Nothing here")).toBeVisible();
    await expectAccessible(ada.page);
  }
  await bo.open("/o/northwind/activity");
  await expect(bo.heading("Not for you")).toBeVisible();
  await expectAccessible(bo.page);
  await bo.page.context().clearCookies();
  await bo.open("/nowhere");
  await expectAccessible(bo.page);
});

test("the namespaces page is accessible", async ({ person, quiet }) => {
  quiet.allow(/status of (409|422)/);
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev", "lab");
  await bo.belong(ada);
  await ada.open(namespaces);
  await ada.page.locator("tr.row summary").first().click();
  await expectAccessible(ada.page);
  await ada.page.getByRole("button", { name: "Create a namespace" }).click();
  const dialog = ada.page.getByRole("dialog");
  await expectAccessible(ada.page);
  await dialog.getByLabel("Name").fill("My Lab");
  await expect(dialog.getByText("lower-case letters")).toBeVisible();
  await expectAccessible(ada.page);
  await dialog.getByLabel("Name").fill("lab");
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(dialog.getByText("There is a namespace northwind-lab already.")).toBeVisible();
  await expectAccessible(ada.page);
});

test.describe(() => {
  test.use({ demo: true });

  for (const page of ["organization", "organization?status=invited", "namespaces", "access", "api-access", "activity", "activity?code=refused"]) {
    test(`a full page is accessible: ${page}`, async ({ person, house }) => {
      const ada = await person("Ada", "Admin");
      await ada.signIn(house.demo);
      await expect(ada.heading("Organization management")).toBeVisible();
      const [organization] = new URL(ada.page.url()).pathname.match(/^\/o\/[^/]+/)!;
      await ada.open(`${organization}/${page}`);
      await expectAccessible(ada.page);
    });
  }

  test("the account page and its menu are accessible", async ({ person, house }) => {
    const ada = await person("Ada", "Admin");
    await ada.signIn(house.demo);
    await expect(ada.heading("Organization management")).toBeVisible();
    await ada.open("/account");
    await expectAccessible(ada.page);
    await ada.page.getByLabel("Account menu of").click();
    await expectAccessible(ada.page);
  });

  test("the dialogs and what opens in the table are accessible", async ({ person, house }) => {
    const ada = await person("Ada", "Admin");
    await ada.signIn(house.demo);
    const status = (word: string) => ada.page.locator(".badge").getByText(word, { exact: true });
    const row = (word: string) => ada.page.locator("tr.row").filter({ has: status(word) }).first();
    const dialog = ada.page.getByRole("dialog");
    const leave = () => dialog.getByRole("link", { name: "Cancel" }).click();

    await ada.page.getByRole("button", { name: "Invite a User" }).click();
    await dialog.getByLabel("Email").fill("someone@email.com, nobody");
    await expectAccessible(ada.page);
    await leave();

    await row("active").getByRole("button", { name: "Namespaces of" }).click();
    await ada.panel.locator("summary").first().click();
    await ada.panel.getByRole("checkbox").first().click();
    await expectAccessible(ada.page);

    await ada.page.locator("button:not([aria-disabled])", { hasText: "Deactivate" }).first().click();
    await expectAccessible(ada.page);
    await leave();
    await row("invite sent").getByRole("button", { name: "Revoke" }).click();
    await expectAccessible(ada.page);
    await leave();
    await expect(dialog).toHaveCount(0);
  });

  test("the dialogs of the tokens and a new secret are accessible", async ({ person, house, quiet }) => {
    quiet.allow(/status of 422/);
    const ada = await person("Ada", "Admin");
    await ada.signIn(house.demo);
    await ada.goTo("API access");
    const dialog = ada.page.getByRole("dialog");
    const leave = () => dialog.getByRole("link", { name: "Cancel" }).click();
    await ada.page.locator("tr.row summary").first().click();
    await expectAccessible(ada.page);
    await ada.page.getByRole("button", { name: "Namespaces" }).first().click();
    await expectAccessible(ada.page);
    await leave();
    await ada.page.getByRole("button", { name: "Remove" }).first().click();
    await expectAccessible(ada.page);
    await leave();

    await ada.page.getByRole("button", { name: "Create a New Token" }).click();
    await dialog.getByRole("button", { name: "Assign all" }).click();
    await dialog.getByText("What it may change in Bailiwick").first().click();
    await expectAccessible(ada.page);
    await dialog.getByLabel("Name", { exact: true }).fill("a\u200b\u202eb");
    await dialog.getByRole("button", { name: "Create", exact: true }).click();
    await expect(dialog.getByText("can't be seen")).toBeVisible();
    await expectAccessible(ada.page);
    await dialog.getByLabel("Name", { exact: true }).fill("ci");
    await dialog.getByRole("button", { name: "Create", exact: true }).click();
    await expect(ada.heading("Token “ci” is ready")).toBeVisible();
    await expectAccessible(ada.page);
    await ada.page.getByRole("link", { name: "I have saved it" }).click();

    await house.ageSessions(6);
    await ada.open(`${new URL(ada.page.url()).pathname}?create=1`);
    await expect(dialog.getByLabel("Current password")).toBeVisible();
    await expectAccessible(ada.page);
  });

  test("the search of the console is accessible", async ({ person, house }) => {
    const ada = await person("Ada", "Admin");
    await ada.signIn(house.demo);
    await expect(ada.heading("Organization management")).toBeVisible();
    await ada.page.keyboard.press("Control+k");
    await ada.page.getByRole("combobox", { name: "Search pages and people" }).fill("ad");
    await expect(ada.page.getByRole("option", { name: "@" }).first()).toBeVisible();
    await expectAccessible(ada.page);
    await ada.page.getByRole("combobox", { name: "Search pages and people" }).fill("nobody by that name");
    await expect(ada.page.getByText("Nothing by that name.")).toBeVisible();
    await expectAccessible(ada.page);
  });

  test("the invitation link that is shown without scripts is accessible", async ({ person, house }) => {
    const ada = await person("Ada", "Admin");
    await ada.signIn(house.demo);
    const invitation = await ada.page.locator("button[name=link]").first().getAttribute("value");
    await ada.open(`${new URL(ada.page.url()).pathname}?link=${invitation}`);
    await expect(ada.page.getByRole("dialog", { name: "Invitation link" })).toBeVisible();
    await expectAccessible(ada.page);
  });
});

test("a failed change of the account is accessible", async ({ person, quiet }) => {
  quiet.allow(/status of (401|422)/);
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.open("/account");
  await fill(ada, { "Current password": "not what it was at all", "New password": "a lantern and a long way home" });
  await ada.page.getByRole("button", { name: "Change password" }).click();
  await expect(ada.page.getByText("This is not your current password.")).toBeVisible();
  await expectAccessible(ada.page);
});
