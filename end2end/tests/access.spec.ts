import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { expectAccessible } from "../house/accessible";
import { kubeconfig, kubectl, without } from "../house/cluster";
import { expect, test } from "../house/fixtures";
import { expectNothingCut } from "../house/fits";
import type { Person } from "../house/people";

const wide = { width: 1280, height: 720 };
const narrow = { width: 320, height: 640 };

const access = (who: Person, heading: string) => who.page.getByRole("region", { name: heading });

async function expectFine(who: Person): Promise<void> {
  await expectAccessible(who.page);
  await who.page.setViewportSize(narrow);
  await expectNothingCut(who.page);
  await who.page.setViewportSize(wide);
}

test("a namespace opens by keyboard and says who can do what in it", async ({ person }) => {
  const ada = await person("Ada", "Okafor", { viewport: wide });
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev", "lab");
  await bo.belong(ada);
  await ada.open("/o/northwind/namespaces");
  const opener = ada.page.getByRole("button", { name: "Who can do what in northwind-dev" });
  await opener.focus();
  await ada.page.keyboard.press("Enter");
  await expect(opener).toHaveAttribute("aria-expanded", "true");
  await expect(opener).toBeFocused();
  const here = access(ada, "Who can do what here");
  await expect(here.getByRole("listitem").filter({ hasText: bo.email })).toContainText(`given by ${ada.email}`);
  await expect(here).toContainText("No cluster is connected, so there is nothing to check this against.");
  await expect(here.getByRole("button", { name: /Check/ })).toHaveCount(0);
  await expectFine(ada);
  await opener.press("Enter");
  await expect(here).toHaveCount(0);
  await expect(opener).toBeFocused();
});

test.describe(() => {
  test.use({ configuration: { BAILIWICK_CLUSTER_SERVER: "https://cluster.example:6443" } });

  test("where the cluster can't be asked from here, the way to ask it is at hand", async ({ person }) => {
    const ada = await person("Ada", "Okafor", { viewport: wide });
    await ada.found("Northwind", "dev");
    await ada.open("/o/northwind/organization");
    await ada.expand(ada.email);
    const own = access(ada, "What you can do");
    await own.getByText("Ask with kubectl", { exact: true }).click();
    await expect(own).toContainText("kubectl auth can-i --list --namespace=northwind-dev --as=bailiwick:user:");
    await expectFine(ada);
  });
});

test.describe(() => {
  test.skip(!kubeconfig, without);
  test.use({ configuration: kubeconfig ? { BAILIWICK_KUBECONFIG: kubeconfig } : {} });

  test("the cluster agrees, until somebody binds something by hand", async ({ person }) => {
    await kubectl("apply", "-k", resolve(__dirname, "../../deploy/cluster"));
    const slug = `ledger-${randomBytes(4).toString("hex")}`;
    const ada = await person("Ada", "Okafor", { viewport: wide });
    await ada.signUp(slug);
    await expect(ada.heading("Organization management")).toBeVisible();
    await ada.goTo("Namespaces");
    await ada.createNamespace("dev");
    const row = ada.page.locator("table.spaces tr.row");
    await expect(row).toContainText("in sync");

    await row.getByRole("button", { name: "Who can do what in" }).click();
    const here = access(ada, "Who can do what here");
    await here.getByRole("button", { name: "Check against the cluster" }).focus();
    await ada.page.keyboard.press("Enter");
    await expect(here).toContainText("the cluster agrees");
    const again = here.getByRole("button", { name: "Check again" });
    await expect(again).toBeFocused();
    await expect(again).toHaveAccessibleDescription(/^Asked just now.*the cluster agrees\./);

    const namespace = `${slug}-dev`;
    const user = await kubectl("get", "rolebindings", "-n", namespace, "-o", "jsonpath={.items[0].subjects[0].name}");
    await kubectl("create", "rolebinding", "by-hand", "-n", namespace, "--clusterrole=admin", `--user=${user}`);
    await again.click();
    const line = here.getByRole("listitem").filter({ hasText: ada.email });
    await expect(line).toContainText("the cluster allows more");
    await expect(line).toContainText("Also allowed: w:pods and w:full");
    await expect(line).toContainText(`RoleBinding "by-hand/${namespace}" of ClusterRole "admin"`);
    await expectFine(ada);

    await ada.goTo("Organization");
    await ada.expand(ada.email);
    await access(ada, "What you can do").getByRole("button", { name: "Check against the cluster" }).click();
    await expect(access(ada, "What you can do")).toContainText("by-hand");
    await expectFine(ada);
  });
});
