import { expectAccessible } from "../house/accessible";
import { expectNothingCut } from "../house/fits";
import { expect, test } from "../house/fixtures";
import type { Person } from "../house/people";
import type { House } from "../house/server";
import type { Locator } from "@playwright/test";

const settings = "/o/northwind/settings";
const desk = ["", "/requests", "/requests?show=all", "/organizations", "/organizations/northwind", "/cluster", "/mail", "/activity"];

const dialog = (who: Person): Locator => who.page.getByRole("dialog");
const act = (who: Person, name: string | RegExp): Locator => who.page.getByRole("button", { name });

test("the operator's pages are accessible, empty and full", async ({ person, house }) => {
  const olga = await person("Olga", "Petrova");
  await olga.found("Northwind");
  await house.makeOperator(olga.email);
  for (const page of desk) {
    await olga.open(`/operator${page}`);
    await expectAccessible(olga.page);
  }
  await olga.open(settings);
  await expectAccessible(olga.page);
});

test.describe(() => {
  test.use({ demo: true });

  /** The demo's founder with what fills each page. */
  async function busy(house: House, ada: Person): Promise<string> {
    await ada.signIn(house.demo);
    await expect(ada.heading("Organization management")).toBeVisible();
    await house.makeOperator(house.demo!.email);
    const [organization] = new URL(ada.page.url()).pathname.match(/^\/o\/[^/]+/)!;
    const slug = organization.slice("/o/".length);
    const wish = { organization: slug, reason: "We grow,\nand fast." };
    await ada.post("requests/file", { ...wish, kind: "namespace_limit", limit: "40" });
    await ada.post("requests/file", { ...wish, kind: "member_limit", limit: "400" });
    const members = await ada.page.request.get(`${house.url}/api/v1/members/list?organization=${slug}&status=active`);
    const [member] = (await members.json()).members as { id: string }[];
    const given = { organization: slug, member: member!.id, namespace: `${slug}-dev` };
    await ada.post("operator/give-permission", { ...given, permission: "w:pods", lasts: "8h" });
    await ada.post("operator/give-permission", { ...given, permission: "w:full" });
    return slug;
  }

  test("the operator's pages of a busy installation are accessible", async ({ person, house }) => {
    const ada = await person("Ada", "Admin");
    const slug = await busy(house, ada);
    for (const page of desk) {
      await ada.open(`/operator${page}`.replace("northwind", slug));
      await expectAccessible(ada.page);
    }
    await ada.open(`/operator/organizations/${slug}`);
    await act(ada, /^What only an operator does with/).first().click();
    await expectAccessible(ada.page);
  });

  test("what an operator is asked before an act is accessible", async ({ person, house }) => {
    const ada = await person("Ada", "Admin");
    const slug = await busy(house, ada);
    for (const question of ["suspend=1", "member-limit=1", "namespace-limit=1", "adopt=1", `delete-namespace=${slug}-dev`]) {
      await ada.open(`/operator/organizations/${slug}?${question}`);
      await expect(dialog(ada)).toBeVisible();
      await expectAccessible(ada.page);
    }
    for (const question of ["add-operator=1", "close-sign-ups=1"]) {
      await ada.open(`/operator?${question}`);
      await expectAccessible(ada.page);
    }
    await house.ageSessions(6);
    await ada.open(`/operator/organizations/${slug}?suspend=1`);
    await expect(dialog(ada).getByLabel("Current password")).toBeVisible();
    await expectAccessible(ada.page);
  });

  test("what an admin asks the operator for is accessible", async ({ person, house }) => {
    const ada = await person("Ada", "Admin");
    const slug = await busy(house, ada);
    for (const page of ["settings", "settings?ask=namespace_limit", "settings?ask=delete_namespace", "organization?ask=change_founder"]) {
      await ada.open(`/o/${slug}/${page}`);
      await expectAccessible(ada.page);
    }
  });

  test("at 320 px nothing of them is cut off", async ({ person, house }) => {
    const ada = await person("Ada", "Admin", { viewport: { width: 320, height: 640 } });
    const slug = await busy(house, ada);
    for (const page of desk) {
      await ada.open(`/operator${page}`.replace("northwind", slug));
      await expectNothingCut(ada.page);
    }
    const questions = [`/operator/organizations/${slug}?suspend=1`, "/operator?add-operator=1"];
    for (const page of [...questions, `/o/${slug}/settings`, `/o/${slug}/settings?ask=namespace_limit`]) {
      await ada.open(page);
      await expectNothingCut(ada.page);
    }
    await ada.open(`/o/${slug}/organization`);
    await ada.page.getByRole("button", { name: "Namespaces of" }).first().click();
    await ada.panel.locator("summary").first().click();
    await expectNothingCut(ada.page);
  });
});

test.describe(() => {
  test.use({ configuration: { BAILIWICK_CONTROLLER: "remote" } });

  test("a database that was brought back from a backup is followed when the operator confirms it", async ({ person, house }) => {
    const olga = await person("Olga", "Petrova");
    await olga.found("Northwind");
    await olga.post("namespaces/create", { organization: "northwind", id: "dev" });
    await house.makeOperator(olga.email);
    await house.beOlder();
    await olga.open("/o/northwind/namespaces");
    await expect(olga.page.getByText("brought back from an older copy").first()).toBeVisible();
    await expectAccessible(olga.page);
    await olga.open("/operator/cluster");
    await expect(olga.page.getByRole("heading", { name: "Cluster older database" })).toBeVisible();
    await expectAccessible(olga.page);
    await expectNothingCut(olga.page);
    await act(olga, "Confirm restore").click();
    await expect(dialog(olga).getByRole("listitem")).toHaveCount(3);
    await expectAccessible(olga.page);
    await dialog(olga).getByRole("button", { name: "Follow it" }).click();
    await expect(olga.announcement).toContainText("The restore is confirmed");
    await expect(act(olga, "Confirm restore")).toHaveCount(0);
  });
});
