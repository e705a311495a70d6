import { expect, test } from "../house/fixtures";

const table = "/o/northwind/organization";

test("two tabs: what one saved is shown to the other, and nothing is overwritten", async ({ person, quiet }) => {
  quiet.allow(/status of 409/);
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev", "lab", "staging");
  await bo.belong(ada);
  await ada.open(table);
  await ada.expand(bo.email);
  await expect(ada.panel).toBeVisible();
  const other = await ada.anotherTab();
  await other.open(ada.page.url());
  await ada.panel.getByLabel("northwind-dev").uncheck();
  await other.panel.getByLabel("northwind-lab").uncheck();
  await other.panel.getByRole("button", { name: "Save Changes" }).click();
  await expect(other.announcement).toContainText("are saved");

  await expect(ada.panel.getByRole("alert")).toHaveText(/Somebody else saved meanwhile \(1 change: removes northwind-lab\)/);
  // Theirs, with what is removed here: nothing comes back by saving something else.
  await expect(ada.panel.getByText("1 change: removes northwind-dev")).toBeVisible();
  await other.page.reload();
  await expect(other.panel.getByLabel("northwind-dev")).toBeChecked();
  await expect(other.panel.getByLabel("northwind-lab")).not.toBeChecked();

  // Knowing that, they save.
  await ada.panel.getByRole("button", { name: "Save Changes" }).click();
  await expect(ada.announcement).toContainText("are saved");
  await other.page.reload();
  await expect(other.panel.getByLabel("northwind-dev")).not.toBeChecked();
  await expect(other.panel.getByLabel("northwind-lab")).not.toBeChecked();
  await expect(other.panel.getByLabel("northwind-staging")).toBeChecked();
});

test("a session that ended leads to sign-in, and what somebody was doing goes on", async ({ person, quiet }) => {
  quiet.allow(/status of 401/);
  const ada = await person("Ada", "Okafor");
  const elsewhere = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  // What a page that listens does at once is told in live.spec.ts: here it hears nothing.
  quiet.allow(/api\/v1\/live/);
  await ada.page.route(/api\/v1\/live/, (route) => route.abort());
  await ada.open(`${table}?search=ada`);
  const endAda = async () => {
    await elsewhere.open("/account");
    await elsewhere.page.getByRole("button", { name: "End all other sessions" }).click();
    await expect(elsewhere.page.getByText("1 session", { exact: true })).toBeVisible();
  };
  await elsewhere.signIn();
  await expect(elsewhere.heading("Organization management")).toBeVisible();

  await endAda();
  await ada.page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Namespaces" }).click();
  await expect(ada.page.getByText("Sign in to go on to the page you asked for.")).toBeVisible();
  await ada.signIn();
  await expect(ada.heading("Namespaces")).toBeVisible();

  await ada.page.getByRole("button", { name: "Create a namespace" }).click();
  await ada.page.getByRole("dialog").getByLabel("Name").fill("lab");
  await endAda();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Create" }).click();
  await ada.signInAgain();
  await expect(ada.announcement).toContainText("northwind-lab is there");
  await expect(ada.page.getByRole("dialog")).toHaveCount(0);

  await ada.open(table);
  await ada.expand(ada.email);
  await ada.panel.getByLabel("northwind-dev").uncheck();
  await endAda();
  await ada.panel.getByRole("button", { name: "Save Changes" }).click();
  await ada.signInAgain();
  await expect(ada.announcement).toHaveText("The namespaces are saved.");
  await ada.page.reload();
  await expect(ada.panel.getByLabel("northwind-dev")).not.toBeChecked();
});

test("a wrong password is said, and the next try counts", async ({ person, quiet }) => {
  quiet.allow(/status of 401/);
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.page.context().clearCookies();
  await ada.signIn({ email: ada.email, password: "not what it was at all" });
  const wrong = ada.page.getByRole("alert");
  await expect(wrong).toHaveText("The email address or the password is wrong. Try again, or reset your password.");
  await ada.signIn({ email: "nobody@northwind.example", password: ada.password });
  await expect(wrong).toHaveText("The email address or the password is wrong. Try again, or reset your password.");
  await ada.signIn();
  await expect(ada.heading("Organization management")).toBeVisible();
});

test("while the server is away a form says so, and works when it is back", async ({ person, quiet, house }) => {
  quiet.allow(/ERR_CONNECTION_REFUSED/);
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev", "lab");
  await ada.open(`${table}?invite=1`);
  await ada.inviteDialog.getByLabel("Email").fill("bo@northwind.example");
  await house.stop();
  const send = ada.inviteDialog.getByRole("button", { name: "Send Invite" });
  await send.click();
  await expect(ada.inviteDialog.getByRole("alert").filter({ hasText: /./ })).toHaveText(/server can't be reached/);
  await expect(ada.inviteDialog.getByLabel("Email")).toHaveValue("bo@northwind.example");
  await house.start();
  await send.click();
  await expect(ada.announcement).toHaveText("Invitation sent to bo@northwind.example.");

  await ada.expand(ada.email);
  await ada.panel.getByLabel("northwind-lab").uncheck();
  const save = ada.panel.getByRole("button", { name: "Save Changes" });
  await house.stop();
  await save.click();
  await expect(ada.panel.getByRole("alert")).toHaveText(/server can't be reached/);
  await expect(ada.panel.getByLabel("northwind-lab")).not.toBeChecked();
  await house.start();
  await save.click();
  await expect(ada.announcement).toContainText("are saved");
});

test("a slow answer shows that it is under way, and pressing again sends nothing more", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await ada.open(`${table}?invite=1`);
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  let sent = 0;
  await ada.page.route("**/api/v1/invitations/send", async (route) => {
    sent += 1;
    await held;
    await route.continue();
  });
  await ada.inviteDialog.getByLabel("Email").fill("bo@northwind.example");
  const send = ada.inviteDialog.getByRole("button", { name: "Send Invite" });
  await send.dblclick();
  await expect(send).toHaveAttribute("aria-busy", "true");
  await send.click();
  release();
  await expect(ada.announcement).toHaveText("Invitation sent to bo@northwind.example.");
  expect(sent).toBe(1);
});

test("a double click does a thing once", async ({ person, house }) => {
  const ada = await person("Ada", "Okafor");
  const sent: string[] = [];
  ada.page.on("request", (request) => request.method() === "POST" && sent.push(new URL(request.url()).pathname));
  await ada.open("/sign-up");
  await ada.page.getByLabel("Organization", { exact: true }).fill("Northwind");
  await ada.introduce();
  await ada.page.getByLabel("Email").fill(ada.email);
  await ada.page.getByLabel("Password").fill(ada.password);
  await ada.page.getByRole("button", { name: "Create organization" }).dblclick();
  await expect(ada.heading("Organization management")).toBeVisible();
  await ada.post("invitations/send", { organization: "northwind", emails: ["bo@northwind.example"] });
  await ada.open(table);
  await ada.row("bo@northwind.example").getByRole("button", { name: "Resend" }).dblclick();
  await expect(ada.announcement).toContainText("is on its way again");
  await ada.row("bo@northwind.example").getByRole("button", { name: "Revoke" }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Revoke" }).dblclick();
  await expect(ada.announcement).toContainText("is revoked");
  expect(sent).toEqual(["sessions/sign-up", "invitations/resend", "invitations/revoke"].map((path) => `/api/v1/${path}`));
  expect(house.log).not.toMatch(/panicked|ERROR/);
});
