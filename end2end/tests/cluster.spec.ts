import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { expectAccessible } from "../house/accessible";
import { kubeconfig, kubectl, without } from "../house/cluster";
import { expect, test } from "../house/fixtures";
import { expectNothingCut } from "../house/fits";

test.skip(!kubeconfig, without);
test.use({ configuration: kubeconfig ? { BAILIWICK_KUBECONFIG: kubeconfig } : {} });

test("the cluster follows what the console says, and the console says what the cluster does", async ({ person, quiet }) => {
  await kubectl("apply", "-k", resolve(__dirname, "../../deploy/cluster"));
  // Namespaces are the whole cluster's: no other run may have had this one.
  const slug = `harbour-${randomBytes(4).toString("hex")}`;
  const namespace = `${slug}-dev`;
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.signUp(slug);
  await expect(ada.heading("Organization management")).toBeVisible();
  const row = ada.page.locator("table.spaces tr.row").filter({ hasText: namespace });
  const bindings = (where = namespace) => kubectl("get", "rolebindings", "-n", where, "-o", "name");

  await test.step("a namespace is made in the cluster", async () => {
    await ada.goTo("Namespaces");
    await ada.createNamespace("dev");
    await expect(row).toContainText("in sync");
    expect(await kubectl("get", "namespace", namespace, "-o", "name")).toBe(`namespace/${namespace}`);
    await expect.poll(async () => (await bindings()).split("\n").length).toBe(1);
    await expect(ada.page.getByText("No cluster is connected")).toHaveCount(0);
    await expectAccessible(ada.page);
  });

  await test.step("what an invitation gives becomes a binding", async () => {
    await ada.post("invitations/send", { organization: slug, emails: [bo.email] });
    await bo.openMail(/invites you/);
    await bo.join();
    await ada.goTo("Organization");
    await ada.expand(bo.email);
    await expect(ada.panel).toContainText("in sync");
    expect((await bindings()).split("\n").length).toBe(2);
  });

  await test.step("a tick becomes a binding, and no tick none", async () => {
    const other = `${slug}-live`;
    await ada.goTo("Namespaces");
    await ada.createNamespace("live");
    await ada.goTo("Organization");
    await ada.expand(bo.email);
    const line = ada.panel.locator("li", { has: ada.page.getByLabel(other) });
    await expect(line).toContainText("no access");
    for (const [tick, state, count] of [[true, "in sync", 2], [false, "no access", 1]] as const) {
      await ada.panel.getByLabel(other).setChecked(tick);
      await expect(line).toContainText("not saved");
      await ada.panel.getByRole("button", { name: "Save Changes" }).click();
      await expect(ada.announcement).toHaveText("The namespaces are saved.");
      await expect.poll(async () => (await bindings(other)).split("\n").length).toBe(count);
      await expect(line).toContainText(state);
      await ada.page.reload();
      await ada.alive();
    }
  });

  await test.step("what somebody deletes by hand is made anew, and told", async () => {
    const first = (await bindings()).split("\n")[0]!;
    await kubectl("delete", "-n", namespace, first);
    await expect.poll(async () => (await bindings()).split("\n").length).toBe(2);
    await ada.goTo("Namespaces");
    const differences = ada.page.getByRole("region", { name: "Differences in the cluster" });
    await expect(differences).toContainText(first.split("/")[1]!);
    await expect(differences).toContainText("deleted");
    await expect(differences).toContainText("recreated");
    await expectAccessible(ada.page);
    await ada.page.setViewportSize({ width: 320, height: 640 });
    await expectNothingCut(ada.page);
    await ada.page.setViewportSize({ width: 1280, height: 720 });
  });

  await test.step("whoever is deactivated is withdrawn, and the page says when", async () => {
    quiet.allow(/status of 401/); // of the page that they leave
    await ada.goTo("Organization");
    await ada.row(bo.email).getByRole("button", { name: "Deactivate" }).click();
    await expect(ada.page.getByRole("dialog")).toContainText("In the cluster what they may do is withdrawn at once");
    await ada.page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
    await expect(ada.row(bo.email)).toContainText("withdrawn in the cluster");
    expect((await bindings()).split("\n").length).toBe(1);
  });
});
