import { expect, test } from "../house/fixtures";
import { expectNothingCut } from "../house/fits";
import type { Locator } from "@playwright/test";

const table = "/o/northwind/organization";

/** Not covered by anything: a press in its middle reaches it. */
async function expectReachable(target: Locator): Promise<void> {
  await target.scrollIntoViewIfNeeded();
  await target.click({ trial: true });
}

// 320 px is the narrowest window that WCAG knows; 640 is a window of 1280 at 200 %.
for (const [name, viewport] of [
  ["at 320 px", { width: 320, height: 640 }],
  ["at 200 % zoom", { width: 640, height: 400 }],
] as const) {
  test.describe(() => {
    test.use({ demo: true });

    test(`${name} no page of the console is cut off`, async ({ person, house }) => {
      const ada = await person("Ada", "Admin", { viewport });
      await ada.signIn(house.demo);
      await expect(ada.heading("Organization management")).toBeVisible();
      const [organization] = new URL(ada.page.url()).pathname.match(/^\/o\/[^/]+/)!;
      const lists = ["organization", "organization?search=nobody", "namespaces", "api-access", "activity"];
      for (const path of [...lists, "namespaces?create=1", "api-access?create=1"]) {
        await ada.open(`${organization}/${path}`);
        await expectNothingCut(ada.page);
      }
      for (const path of ["/account", "/forgot-password"]) {
        await ada.open(path);
        await expectNothingCut(ada.page);
      }
    });
  });

  test(`${name} the pages before signing in are not cut off`, async ({ person, quiet }) => {
    quiet.allow(/status of (404|422)/);
    const ada = await person("Ada", "Okafor");
    const bo = await person("Bo", "Lindqvist", { viewport });
    await bo.open("/sign-up");
    await expectNothingCut(bo.page);
    await ada.found("Northwind", "dev", "lab");
    for (const path of ["/sign-up", "/sign-up?sent", "/sign-in", "/forgot-password", "/nowhere"]) {
      await bo.open(path);
      await expectNothingCut(bo.page);
    }
    await ada.post("invitations/send", { organization: "northwind", emails: [bo.email] });
    await bo.openMail(/invites you/);
    await bo.introduce();
    await bo.page.getByLabel("Password").fill("too short");
    await bo.page.getByRole("button", { name: "Create account and join" }).click();
    await expect(bo.page.getByText("The password is too short")).toBeVisible();
    await expectNothingCut(bo.page);
    await bo.page.getByLabel("Password").fill(bo.password);
    await bo.page.getByRole("button", { name: "Create account and join" }).click();
    await expect(bo.heading("Organization management")).toBeVisible();
    await expectNothingCut(bo.page);
  });

  test(`${name} everything can be done`, async ({ person }) => {
    const ada = await person("Ada", "Okafor", { viewport });
    const bo = await person("Bo", "Lindqvist");
    await ada.found("Northwind", "dev", "lab");
    await bo.belong(ada);
    await ada.open(table);

    for (const entry of ["Namespaces", "API access", "Activity", "Organization"] as const) await ada.goTo(entry);
    await expectReachable(ada.page.getByRole("searchbox", { name: "Search users" }));
    for (const filter of ["All", "Active", "Invited", "Deactivated"]) {
      await expectReachable(ada.page.getByRole("group", { name: "Status" }).getByRole("link", { name: filter }));
    }

    await ada.page.getByRole("button", { name: "Invite a User" }).click();
    await ada.inviteDialog.getByLabel("Email").fill("cleo@northwind.example");
    await expectNothingCut(ada.page);
    await ada.inviteDialog.getByRole("button", { name: "Send Invite" }).click();
    await expect(ada.status("cleo@northwind.example")).toHaveText("invite sent");
    for (const action of ["Copy invite link", "Resend", "Revoke"]) {
      await expectReachable(ada.row("cleo@northwind.example").getByRole("button", { name: action }));
    }

    await ada.expand(bo.email);
    await ada.panel.locator("summary").first().click();
    await expectNothingCut(ada.page);
    await ada.panel.getByLabel("northwind-lab").uncheck();
    await ada.panel.getByRole("button", { name: "Save Changes" }).click();
    await expect(ada.announcement).toHaveText("The namespaces are saved.");

    await ada.row(bo.email).getByRole("button", { name: "Deactivate" }).click();
    await expectNothingCut(ada.page);
    await ada.page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
    await expect(ada.status(bo.email)).toHaveText("deactivated");
    await ada.row(bo.email).getByRole("button", { name: "Reactivate" }).click();
    await expect(ada.status(bo.email)).toHaveText("active");

    await ada.page.getByRole("button", { name: "Search", exact: true }).click();
    await expectNothingCut(ada.page);
    await ada.page.getByRole("combobox", { name: "Search pages and people" }).press("Escape");
    await ada.page.locator(".switcher summary").click();
    await expectNothingCut(ada.page);
    await ada.page.getByLabel("Account menu of").click();
    await expectNothingCut(ada.page);
    await ada.page.getByRole("button", { name: "Sign out" }).click();
    await expect(ada.heading("Sign in")).toBeVisible();
  });
}

test("letters, lines and words set wider lose nothing", async ({ person }) => {
  const ada = await person("Ada", "Okafor", { viewport: { width: 1280, height: 720 } });
  await ada.found("Northwind", "dev", "lab");
  await ada.post("invitations/send", { organization: "northwind", emails: ["a.rather.long.name@northwind.example"] });
  // As WCAG 1.4.12 has it. What a person sets in their browser comes as the browser's own style, which no policy stops.
  const wide = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }";
  const more = ["/o/northwind/api-access", "/o/northwind/api-access?create=1", "/o/northwind/activity"];
  for (const path of [table, `${table}?invite=1`, "/o/northwind/namespaces", ...more, "/account"]) {
    await ada.open(path);
    await ada.page.evaluate((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      document.adoptedStyleSheets.push(sheet);
    }, wide);
    await expectNothingCut(ada.page);
  }
});
