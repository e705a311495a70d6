import { expect, test } from "../house/fixtures";
import type { Person } from "../house/people";

const scriptless = { javaScriptEnabled: false };
const table = "/o/northwind/organization";

const alert = (who: Person) => who.page.getByRole("alert").filter({ hasText: /./ });

test("without scripts somebody signs up, signs out and signs in again", async ({ person }) => {
  const ada = await person("Ada", "Okafor", scriptless);
  await ada.signUp("Northwind");
  await expect(ada.heading("Organization management")).toBeVisible();
  await ada.signOut();
  await ada.open(table);
  await expect(ada.page.getByText("Sign in to go on to the page you asked for.")).toBeVisible();
  await ada.signIn({ email: ada.email, password: "not what it was at all" });
  await expect(alert(ada)).toHaveText(/email address or the password is wrong/);
  await expect(ada.page.getByLabel("Email")).toHaveValue(ada.email);
  await expect(ada.page.getByLabel("Password")).toHaveValue("");
  await ada.signIn();
  await expect(ada.page).toHaveURL(table);
});

test("without scripts a sign-up says what is wrong at its field and keeps the rest", async ({ person }) => {
  const ada = await person("Ada", "Okafor", scriptless);
  await ada.open("/sign-up");
  await ada.page.getByLabel("Organization", { exact: true }).fill("Northwind");
  await ada.introduce();
  await ada.page.getByLabel("Email").fill(ada.email);
  await ada.page.getByLabel("Password").fill("too short");
  await ada.page.getByRole("button", { name: "Create organization" }).click();
  const password = ada.page.getByLabel("Password");
  await expect(password).toHaveAccessibleDescription(/too short: at least 15 characters/);
  await expect(password).toHaveAttribute("aria-invalid", "true");
  await expect(password).toHaveValue("");
  await expect(ada.page.getByLabel("Organization", { exact: true })).toHaveValue("Northwind");
  await expect(ada.page.getByLabel("Email")).toHaveValue(ada.email);
  await expect(ada.page.getByLabel("Email")).not.toHaveAttribute("aria-invalid");
});

test("without scripts a second organization is founded by the mailed link", async ({ person }) => {
  await (await person("Ada", "Okafor")).found("Northwind");
  const eve = await person("Eve", "Tanaka", scriptless);
  await eve.signUp("Southwind");
  await expect(eve.heading("Look into your mailbox")).toBeVisible();
  await eve.openMail(/Confirm your email address/);
  await expect(eve.page.getByText("Southwind")).toBeVisible();
  await eve.page.getByRole("button", { name: "Create organization and sign in" }).click();
  await expect(eve.page).toHaveURL("/o/southwind/organization");
});

test("without scripts a forgotten password is replaced by the mailed link", async ({ person }) => {
  const ada = await person("Ada", "Okafor", scriptless);
  await ada.found("Northwind");
  await ada.open("/forgot-password");
  await ada.page.getByRole("button", { name: "Send the link" }).click();
  await expect(ada.heading("Look into your mailbox")).toBeVisible();
  await ada.openMail(/Set a new password/);
  const password = "a lantern, a ladder and a long way home";
  await ada.page.getByLabel("New password").fill(password);
  await ada.page.getByRole("button", { name: "Change password" }).click();
  await expect(ada.announcement).toHaveText("Your password is changed. Sign in with the new one.");
  await ada.signIn({ email: ada.email, password });
  await expect(ada.heading("Organization management")).toBeVisible();
});

test("without scripts a namespace is created, and a bad name is explained at its field", async ({ person }) => {
  const ada = await person("Ada", "Okafor", scriptless);
  await ada.found("Northwind");
  await ada.open("/o/northwind/namespaces");
  await ada.page.getByRole("button", { name: "Create a namespace" }).click();
  const dialog = ada.page.getByRole("dialog", { name: "Create a namespace" });
  const name = dialog.getByLabel("Name");
  await name.fill("My Lab");
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(name).toHaveValue("My Lab");
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(name).toHaveAccessibleDescription(/lower-case letters, digits and hyphens/);
  await name.fill("lab");
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(ada.announcement).toContainText("northwind-lab is there");
  await expect(ada.page.locator("tr.row code")).toHaveText(["northwind-lab"]);
});

test("without scripts people are invited, and a mistake keeps what was typed", async ({ person }) => {
  const ada = await person("Ada", "Okafor", scriptless);
  await ada.found("Northwind", "dev", "lab");
  await ada.open(table);
  await ada.page.getByRole("button", { name: "Invite a User" }).click();
  await expect(ada.page).toHaveURL(`${table}?invite=1`);
  const field = ada.inviteDialog.getByLabel("Email");
  const many = Array.from({ length: 101 }, (_, n) => `p${n}@b.example`).join("\n");
  await field.fill(many);
  await ada.inviteDialog.getByRole("button", { name: "Send Invite" }).click();
  await expect(field).toHaveValue(many);
  await expect(field).toHaveAttribute("aria-invalid", "true");
  await expect(field).toHaveAccessibleDescription(/too many at once: 100 at most/);

  await field.fill("bo@northwind.example, nobody");
  await ada.inviteDialog.getByLabel("northwind-lab").uncheck();
  await ada.inviteDialog.getByRole("button", { name: "Send Invite" }).click();
  await expect(ada.inviteDialog).toHaveCount(0);
  await expect(ada.announcement).toHaveText("1 invitation sent. nobody: not an email address; nothing was sent.");
  await expect(ada.status("bo@northwind.example")).toHaveText("invite sent");

  await ada.row("bo@northwind.example").getByRole("button", { name: "Copy invite link" }).click();
  const link = await ada.page.getByRole("dialog").getByLabel("Invitation link").inputValue();
  await ada.page.getByRole("link", { name: "Close", exact: true }).click();
  const bo = await person("Bo", "Lindqvist", scriptless);
  await bo.open(link);
  await expect(bo.page.getByRole("listitem")).toHaveText(["northwind-dev"]);
});

test("without scripts somebody accepts, is given less, is switched off and on", async ({ person }) => {
  const ada = await person("Ada", "Okafor", scriptless);
  const bo = await person("Bo", "Lindqvist", scriptless);
  await ada.found("Northwind", "dev", "lab");
  await ada.open(table);
  await ada.invite(bo.email);
  await bo.openMail(/invites you/);
  await bo.join();
  await expect(bo.announcement).toHaveText("You are a member of Northwind now.");

  await ada.open(table);
  await ada.expand(bo.email);
  await ada.panel.getByLabel("northwind-lab").uncheck();
  await ada.panel.getByRole("button", { name: "Save Changes" }).click();
  await expect(ada.announcement).toHaveText("The namespaces are saved.");
  await expect(ada.panel.getByLabel("northwind-lab")).not.toBeChecked();
  await expect(ada.panel.getByLabel("northwind-dev")).toBeChecked();

  const deactivate = ada.row(bo.email).getByRole("button", { name: "Deactivate" });
  await deactivate.click();
  await expect(ada.page).toHaveURL(/[?&]deactivate=/);
  await ada.page.getByRole("dialog").getByRole("link", { name: "Cancel" }).click();
  await expect(ada.page.getByRole("dialog")).toHaveCount(0);
  await deactivate.click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
  await expect(ada.announcement).toContainText(`${bo.email} is deactivated`);
  await expect(ada.status(bo.email)).toHaveText("deactivated");
  await bo.page.reload();
  await expect(bo.heading("Sign in")).toBeVisible();

  await ada.row(bo.email).getByRole("button", { name: "Reactivate" }).click();
  await expect(ada.status(bo.email)).toHaveText("active");
  await bo.signIn();
  await expect(bo.page).toHaveURL(table);
});

test("without scripts nothing is saved over what somebody else saved", async ({ person }) => {
  const ada = await person("Ada", "Okafor", scriptless);
  const bo = await person("Bo", "Lindqvist", scriptless);
  await ada.found("Northwind", "dev", "lab");
  await bo.belong(ada);
  await ada.open(table);
  await ada.expand(bo.email);
  const member = new URL(ada.page.url()).searchParams.get("open")!;
  const version = await ada.panel.locator("[name=version]").inputValue();
  await ada.post("grants/save", { organization: "northwind", member, namespaces: [], version });

  await ada.panel.getByLabel("northwind-lab").uncheck();
  await ada.panel.getByRole("button", { name: "Save Changes" }).click();
  await expect(alert(ada)).toHaveText(/Somebody else changed this member meanwhile; nothing was saved/);
  for (const box of await ada.panel.getByRole("checkbox").all()) await expect(box).not.toBeChecked();
});

test("without scripts an invitation is revoked by its dialog", async ({ person, quiet }) => {
  quiet.allow(/status of 410/);
  const ada = await person("Ada", "Okafor", scriptless);
  const bo = await person("Bo", "Lindqvist", scriptless);
  await ada.found("Northwind");
  await ada.post("invitations/send", { organization: "northwind", emails: [bo.email] });
  await bo.openMail(/invites you/);
  await ada.open(table);
  await ada.row(bo.email).getByRole("button", { name: "Resend" }).click();
  await expect(ada.announcement).toContainText("is on its way again");
  await ada.row(bo.email).getByRole("button", { name: "Revoke" }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(ada.row(bo.email)).toHaveCount(0);
  await bo.page.reload();
  await expect(bo.heading("This is over")).toBeVisible();
});

test("without scripts the table is ordered by a column and filtered by role and namespace", async ({ person }) => {
  const ada = await person("Ada", "Okafor", scriptless);
  const bo = await person("Bo", "Lindqvist", scriptless);
  await ada.found("Northwind", "dev");
  await bo.belong(ada);
  await ada.open(table);
  const emails = ada.page.locator("tr.row b");
  await expect(emails).toHaveText([ada.email, bo.email]);
  await ada.page.getByRole("columnheader", { name: "Last Name" }).getByRole("link").click();
  await expect(ada.page).toHaveURL(`${table}?sort=name`);
  await expect(emails).toHaveText([bo.email, ada.email]);

  const role = ada.page.getByRole("combobox", { name: "Role" });
  const namespace = ada.page.getByRole("combobox", { name: "Namespace" });
  await role.selectOption("member");
  await namespace.selectOption("northwind-dev");
  await ada.page.getByRole("button", { name: "Filter" }).click();
  await expect(emails).toHaveText([bo.email]);
  await expect(role).toHaveValue("member");
  await expect(namespace).toHaveValue("northwind-dev");
  expect(new URL(ada.page.url()).searchParams.get("sort")).toBe("name");
});
