import { expect, test } from "../house/fixtures";

const table = "/o/northwind/organization";

test("opening and closing a dialog asks the server for nothing", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(table);
  const asked: string[] = [];
  ada.page.on("request", (request) => /\/api\/|organization/.test(request.url()) && asked.push(request.url()));
  await ada.page.getByRole("button", { name: "Invite a User" }).click();
  await expect(ada.inviteDialog).toBeVisible();
  await ada.inviteDialog.getByRole("link", { name: "Cancel" }).click();
  await expect(ada.inviteDialog).toHaveCount(0);
  expect(asked).toEqual([]);
});

test("the program is loaded once, and a page that is opened later brings nothing of it again", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  const asked: string[] = [];
  ada.page.on("request", (request) => /\.(wasm|js|css)$/.test(request.url()) && asked.push(new URL(request.url()).pathname));
  await ada.open(table);
  const names = asked.map((path) => path.slice(path.lastIndexOf("/") + 1));
  expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
  expect(names).toContain("bailiwick.wasm");
  asked.length = 0;
  await ada.goTo("Namespaces");
  expect(asked).toEqual([]);
});

test("what is typed into a dialog is there again after a reload, until it is given up", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(`${table}?invite=1`);
  await ada.inviteDialog.getByLabel("Email").fill("cleo@b.example");
  await ada.page.reload();
  await ada.alive();
  await expect(ada.inviteDialog.getByLabel("Email")).toHaveValue("cleo@b.example");
  await expect(ada.inviteDialog.getByRole("button", { name: "Send Invite" })).toBeEnabled();
  await ada.inviteDialog.getByRole("link", { name: "Cancel" }).click();
  await ada.page.getByRole("button", { name: "Invite a User" }).click();
  await expect(ada.inviteDialog.getByLabel("Email")).toHaveValue("");
});

test("ticks that are not saved stay while another row is open", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev", "lab");
  await bo.belong(ada);
  await ada.open(table);
  await ada.expand(bo.email);
  await ada.panel.getByLabel("northwind-lab").uncheck();
  await ada.expand(ada.email);
  await expect(ada.panel.getByLabel("northwind-lab")).toBeChecked();
  await ada.expand(bo.email);
  await expect(ada.panel.getByLabel("northwind-lab")).not.toBeChecked();
});

test("a save on top of somebody else's keeps what they took away", async ({ person, quiet }) => {
  quiet.allow(/status of 409/);
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev", "edge");
  await bo.belong(ada);
  await ada.open(table);
  await ada.expand(bo.email);
  await ada.panel.getByLabel("northwind-edge").uncheck();
  await ada.panel.getByRole("button", { name: "Save Changes" }).click();
  await expect(ada.announcement).toHaveText("The namespaces are saved.");
  const member = new URL(ada.page.url()).searchParams.get("open")!;
  // Another admin takes dev away while edge is ticked here.
  await ada.panel.getByLabel("northwind-edge").check();
  const version = await ada.panel.locator("[name=version]").inputValue();
  await ada.post("grants/save", { organization: "northwind", member, namespaces: [], version });
  await expect(ada.panel.getByText(/Somebody else saved meanwhile/)).toBeVisible();
  await expect(ada.panel.getByLabel("northwind-dev")).not.toBeChecked();
  await ada.panel.getByRole("button", { name: "Save Changes" }).click();
  await expect(ada.panel.getByText("Nothing changed.")).toBeVisible();
  await ada.page.reload();
  await expect(ada.panel.getByLabel("northwind-dev")).not.toBeChecked();
  await expect(ada.panel.getByLabel("northwind-edge")).toBeChecked();
});

test("a session that ended asks for the password over the page, and what was pressed goes on", async ({ person, quiet }) => {
  quiet.allow(/status of 401/);
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(`${table}?invite=1`);
  await ada.inviteDialog.getByLabel("Email").fill("cleo@b.example");
  await ada.page.context().clearCookies();
  await ada.inviteDialog.getByRole("button", { name: "Send Invite" }).click();
  const again = ada.page.getByRole("dialog", { name: "Sign in to go on" });
  await again.getByLabel("Password").fill(ada.password);
  await again.getByRole("button", { name: "Sign in" }).click();
  await expect(again).toHaveCount(0);
  await expect(ada.inviteDialog).toHaveCount(0);
  await expect(ada.status("cleo@b.example")).toHaveText("invite sent");
});

test("offline is said, and nothing typed is lost", async ({ person, quiet }) => {
  quiet.allow(/ERR_INTERNET_DISCONNECTED/);
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(`${table}?invite=1`);
  await ada.inviteDialog.getByLabel("Email").fill("cleo@b.example");
  await ada.page.context().setOffline(true);
  await ada.inviteDialog.getByRole("button", { name: "Send Invite" }).click();
  await expect(ada.inviteDialog.getByRole("alert").filter({ hasText: /./ })).toHaveText(/server can't be reached/);
  await expect(ada.inviteDialog.getByLabel("Email")).toHaveValue("cleo@b.example");
  await ada.page.context().setOffline(false);
  await ada.inviteDialog.getByRole("button", { name: "Send Invite" }).click();
  await expect(ada.status("cleo@b.example")).toHaveText("invite sent");
});

test("many addresses are sent with a result for each, and what failed stays to be mended", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  await ada.open(`${table}?invite=1`);
  await ada.inviteDialog.getByLabel("Email").fill("cleo@b.example, nobody, another");
  await ada.inviteDialog.getByRole("button", { name: "Send Invite" }).click();
  await expect(ada.inviteDialog.getByRole("listitem")).toHaveText([/^nobody: not an email/, /^another: not an email/]);
  await expect(ada.inviteDialog.getByLabel("Email")).toHaveValue("nobody\nanother");
  await ada.inviteDialog.getByLabel("Email").fill("dana@b.example\neli@b.example");
  await ada.inviteDialog.getByRole("button", { name: "Send the 2 again" }).click();
  await expect(ada.inviteDialog).toHaveCount(0);
  await expect(ada.page.locator("tr.row")).toHaveCount(4);
});

test("several people are switched off at once, with a result for each", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const [bo, cleo] = [await person("Bo", "Lindqvist"), await person("Cleo", "Marsh")];
  await ada.found("Northwind", "dev");
  await bo.belong(ada);
  await cleo.belong(ada);
  await ada.open(table);
  for (const who of [ada, bo, cleo]) await ada.page.getByLabel(`Select ${who.email}`).check();
  const bulk = ada.page.getByRole("group", { name: "Selected users" });
  await bulk.getByRole("button", { name: "Deactivate 2" }).click();
  await bulk.getByRole("button", { name: "Deactivate", exact: true }).click();
  await expect(ada.page.getByText("Deactivate: 2 of 2 done.")).toBeVisible();
  await expect(ada.status(bo.email)).toHaveText("deactivated");
  await expect(ada.status(cleo.email)).toHaveText("deactivated");
});

test("ticks that are not saved are there again after a reload, and none after they were saved", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev", "edge");
  await bo.belong(ada);
  await ada.open(table);
  ada.page.on("dialog", (dialog) => void dialog.accept());
  await ada.expand(bo.email);
  await ada.panel.getByLabel("northwind-edge").uncheck();
  await ada.page.reload();
  await expect(ada.page.getByText("1 change: removes northwind-edge")).toBeVisible();
  await expect(ada.panel.getByLabel("northwind-edge")).not.toBeChecked();
  await ada.page.getByRole("button", { name: "Save Changes" }).click();
  await expect(ada.page.getByText("Nothing changed.")).toBeVisible();
  await ada.page.reload();
  await expect(ada.panel.getByLabel("northwind-edge")).not.toBeChecked();
  await expect(ada.page.getByText("Nothing changed.")).toBeVisible();
});
