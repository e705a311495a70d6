import { expect, test } from "../house/fixtures";
import { expectNothingCut } from "../house/fits";

const table = "/o/northwind/organization";

test("copying the link puts the mailed one on the clipboard", async ({ person, quiet }) => {
  quiet.allow(/status of 410/);
  const ada = await person("Ada", "Okafor", { permissions: ["clipboard-read", "clipboard-write"] });
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind");
  await ada.open(table);
  await ada.invite(bo.email);
  await ada.row(bo.email).getByRole("button", { name: "Copy invite link" }).click();
  await expect(ada.announcement).toHaveText(`The link for ${bo.email} is copied.`);
  expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toBe(await bo.mailedLink(/invites you/));
});

test("where the clipboard is closed, the link is shown", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind");
  await ada.page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
  await ada.open(table);
  await ada.invite(bo.email);
  await ada.row(bo.email).getByRole("button", { name: "Copy invite link" }).click();
  await expect(ada.announcement).toContainText(`Copy the link by hand: ${await bo.mailedLink(/invites you/)}`);
});

test("the theme goes from the system's to light, to dark and back, and is remembered", async ({ person }) => {
  const ada = await person("Ada", "Okafor", { colorScheme: "dark" });
  await ada.found("Northwind");
  await ada.open(table);
  const paper = () => ada.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await ada.page.getByLabel("Account menu of").click();
  await ada.page.getByRole("button", { name: "Theme: as the system" }).click();
  await expect(ada.page.getByRole("button", { name: "Theme: light" })).toBeVisible();
  const light = await paper();
  expect(light).not.toBe(dark);

  await ada.page.reload();
  await ada.alive();
  expect(await paper()).toBe(light);
  await ada.goTo("Namespaces");
  expect(await paper()).toBe(light);
  await ada.page.getByLabel("Account menu of").click();
  await ada.page.getByRole("button", { name: "Theme: light" }).click();
  await expect(ada.page.getByRole("button", { name: "Theme: dark" })).toBeVisible();
  expect(await paper()).toBe(dark);
  await ada.page.getByRole("button", { name: "Theme: dark" }).click();
  await expect(ada.page.getByRole("button", { name: "Theme: as the system" })).toBeVisible();
  await ada.page.emulateMedia({ colorScheme: "light" });
  expect(await paper()).toBe(light);
});

test("hostile and long names are shown as they are, and nothing breaks", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  const opened: string[] = [];
  ada.page.on("dialog", (dialog) => {
    opened.push(dialog.message());
    void dialog.dismiss();
  });
  const organization = "<script>alert('organization')</script> & 🦀 {{7*7}} =HYPERLINK(\"x\")";
  const first = `<img src=x onerror="alert('name')">`;
  const last = "Ŵ".repeat(100);
  await ada.open("/sign-up");
  await ada.page.getByLabel("Organization", { exact: true }).fill(organization);
  await ada.page.getByLabel("First name").fill(first);
  await ada.page.getByLabel("Last name").fill(last);
  await ada.page.getByLabel("Email").fill(ada.email);
  await ada.page.getByLabel("Password").fill(ada.password);
  await ada.page.getByRole("button", { name: "Create organization" }).click();
  await expect(ada.page.getByText(`Who is in ${organization}, and which namespaces`)).toBeVisible();
  await expect(ada.row(ada.email)).toContainText(first);
  await expect(ada.row(ada.email)).toContainText(last);

  const long = `${"a-very-long-name.".repeat(3)}end@${"a-very-long-host.".repeat(6)}example`;
  await ada.invite(long);
  await expect(ada.row(long)).toBeVisible();
  const [base] = new URL(ada.page.url()).pathname.match(/^\/o\/[^/]+/)!;
  await ada.post("namespaces/create", { organization: base.slice(3), id: "z".repeat(20) });
  for (const width of [1280, 320]) {
    await ada.page.setViewportSize({ width, height: 800 });
    for (const path of [`${base}/organization`, `${base}/organization?invite=1`, `${base}/namespaces`, `${base}/activity`]) {
      await ada.open(path);
      await expectNothingCut(ada.page);
    }
    await ada.open("/account");
    await expectNothingCut(ada.page);
    await ada.page.locator(".switcher summary").click();
    await expectNothingCut(ada.page);
    await ada.page.getByLabel("Account menu of").click();
    await expectNothingCut(ada.page);
  }
  expect(opened).toEqual([]);
});

test("a hostile search, filter or address does nothing", async ({ person, quiet }) => {
  quiet.allow(/status of (404|422)/);
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  const hostile = encodeURIComponent(`"><script>alert(1)</script>`);
  for (const path of [`${table}?search=${hostile}`, `${table}?open=${hostile}`, `/o/${hostile}/organization`, `/${hostile}`]) {
    await ada.open(path);
    await expect(ada.page.locator("h1")).toBeVisible();
    expect(await ada.page.locator("script:not([nonce])").count()).toBe(0);
  }
  await ada.open(`${table}?search=${hostile}`);
  await expect(ada.page.getByRole("searchbox", { name: "Search users" })).toHaveValue(`"><script>alert(1)</script>`);
});
