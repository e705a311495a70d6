import { readFile } from "node:fs/promises";
import type { Download, Locator } from "@playwright/test";
import { expect, test } from "../house/fixtures";
import type { Person } from "../house/people";

const page = "/o/northwind/api-access";
const cluster = { BAILIWICK_CLUSTER_SERVER: "https://cluster.example:6443", BAILIWICK_CLUSTER_NAME: "harbour" };

test.use({ configuration: cluster });

const dialog = (who: Person) => who.page.getByRole("dialog");
const secret = (who: Person) => who.page.locator("#secret");
const rowOf = (who: Person, name: string): Locator => who.page.locator("tr.row").filter({ hasText: name });

async function saved(download: Download): Promise<string> {
  return readFile(await download.path(), "utf8");
}

/** Whether a program gets in with this secret. */
async function passes(who: Person, token: string): Promise<boolean> {
  const answer = await who.page.request.get(new URL("/api/v1/tokens/current", who.page.url()).href, {
    headers: { authorization: `Bearer ${token}` },
  });
  return answer.ok();
}

/** Opens the dialog from the page and gives the token a name. */
async function begin(who: Person, name: string): Promise<void> {
  await who.page.getByRole("button", { name: "Create a New Token" }).click();
  await dialog(who).getByLabel("Name", { exact: true }).fill(name);
}

test("an admin makes a token, copies it, downloads its kubeconfig and removes it", async ({ person }) => {
  const ada = await person("Ada", "Okafor", { permissions: ["clipboard-read", "clipboard-write"] });
  await ada.found("Northwind", "dev", "live", "lab");
  await ada.open(page);
  await expect(ada.page.getByText("No token yet")).toBeVisible();

  await begin(ada, "ci-deploy");
  await expect(dialog(ada).getByLabel("Expires")).toHaveValue("90d");
  await expect(dialog(ada).getByLabel("Available (3)")).toBeVisible();
  await dialog(ada).getByLabel("Available (3)").selectOption(["northwind-dev", "northwind-lab"]);
  await dialog(ada).getByRole("button", { name: "Assign selected" }).click();
  await expect(dialog(ada).getByLabel("Assigned (2)")).toBeVisible();
  const download = ada.page.waitForEvent("download");
  await dialog(ada).getByRole("button", { name: "Create", exact: true }).click();

  await expect(ada.heading("Token “ci-deploy” is ready")).toBeFocused();
  const shown = (await secret(ada).textContent())!;
  expect(shown).toMatch(/^bwk_[0-9A-Za-z]{36}$/);
  const file = await download;
  expect(file.suggestedFilename()).toBe("northwind-kubeconfig.yaml");
  const kubeconfig = await saved(file);
  expect(kubeconfig).toContain(shown);
  expect(kubeconfig).toContain("harbour/northwind");
  expect(kubeconfig).toContain("northwind-dev");

  await ada.page.getByRole("button", { name: "Copy token" }).click();
  await expect(ada.announcement).toHaveText("The token is copied.");
  expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toBe(shown);
  expect(await passes(ada, shown)).toBe(true);
  expect(ada.page.url()).not.toContain("bwk_");
  await ada.page.getByRole("link", { name: "I have saved it" }).click();
  await expect(secret(ada)).toHaveCount(0);
  const row = rowOf(ada, "ci-deploy");
  await expect(row).toContainText(`${shown.slice(0, 8)}…${shown.slice(-4)}`);
  await expect(row).toContainText("northwind-lab");
  await expect(row).toContainText("in 90 days");
  await expect(row).toContainText(ada.email);
  await expect(ada.page.locator("body")).not.toContainText(shown);

  await row.getByRole("button", { name: "Remove" }).click();
  await expect(dialog(ada)).toContainText("can't be undone");
  await dialog(ada).getByRole("button", { name: "Remove" }).click();
  await expect(ada.announcement).toContainText("is removed");
  await expect(ada.page.getByText("No token yet")).toBeVisible();
  expect(await passes(ada, shown)).toBe(false);

  await ada.goTo("Activity");
  await expect(ada.page.getByText("created the token “ci-deploy”")).toBeVisible();
  await expect(ada.page.getByText("removed the token “ci-deploy”")).toBeVisible();
});

test("the namespaces of a token are changed, and the page says what changes", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev", "live");
  await ada.post("tokens/create", { organization: "northwind", name: "prometheus", namespaces: ["northwind-dev"] });
  await ada.open(page);
  await rowOf(ada, "prometheus").getByRole("button", { name: "Namespaces" }).click();
  await expect(dialog(ada).getByRole("heading")).toHaveText("Namespaces of “prometheus”");
  await dialog(ada).getByRole("button", { name: "Assign all" }).click();
  await expect(dialog(ada).getByRole("status")).toContainText("northwind-live");
  await dialog(ada).getByRole("button", { name: "Take away all" }).click();
  await dialog(ada).getByLabel("Available (2)").locator("option", { hasText: "northwind-live" }).dblclick();
  await expect(dialog(ada).getByLabel("Assigned (1)")).toContainText("northwind-live");
  await dialog(ada).getByRole("button", { name: "Save" }).click();
  await expect(ada.announcement).toContainText("are saved");
  await expect(rowOf(ada, "prometheus")).toContainText("northwind-live");
  await expect(rowOf(ada, "prometheus")).not.toContainText("northwind-dev");
});

test("by keyboard alone a token is made, its namespaces chosen, its secret kept and the token removed", async ({ person }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev", "live", "lab");
  await ada.open(page);
  const keyboard = ada.page.keyboard;
  const focused = () => ada.page.locator(":focus");
  const tabTo = async (target: Locator) => {
    for (let steps = 0; steps < 60; steps++) {
      if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return;
      await keyboard.press("Tab");
    }
    await expect(target).toBeFocused();
  };
  await tabTo(ada.page.getByRole("button", { name: "Create a New Token" }));
  await keyboard.press("Enter");
  await expect(dialog(ada).getByLabel("Name", { exact: true })).toBeFocused();
  await keyboard.type("by-hand");
  await tabTo(dialog(ada).getByLabel(/^Available/));
  // The first is marked and taken, then the next by the same key; the third stays.
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await expect(dialog(ada).getByLabel("Assigned (1)")).toBeVisible();
  await keyboard.press("Enter");
  await expect(dialog(ada).getByLabel("Assigned (2)")).toBeVisible();
  await tabTo(dialog(ada).getByRole("button", { name: "Take away all" }));
  await keyboard.press("Enter");
  await expect(dialog(ada).getByLabel("Assigned (0)")).toBeVisible();
  await tabTo(dialog(ada).getByRole("button", { name: "Assign all" }));
  await keyboard.press("Space");
  await expect(dialog(ada).getByLabel("Assigned (3)")).toBeVisible();
  await tabTo(dialog(ada).getByLabel("Automatically download Kubeconfig"));
  await keyboard.press("Space");
  await tabTo(dialog(ada).getByRole("button", { name: "Create", exact: true }));
  await keyboard.press("Enter");
  await expect(ada.heading("Token “by-hand” is ready")).toBeFocused();
  const download = ada.page.waitForEvent("download");
  await tabTo(ada.page.getByRole("button", { name: "Download kubeconfig" }));
  await keyboard.press("Enter");
  expect(await saved(await download)).toContain((await secret(ada).textContent())!);
  await tabTo(ada.page.getByRole("link", { name: "I have saved it" }));
  await keyboard.press("Enter");
  await expect(secret(ada)).toHaveCount(0);
  await tabTo(rowOf(ada, "by-hand").getByRole("button", { name: "Remove" }));
  await keyboard.press("Enter");
  await expect(dialog(ada)).toBeVisible();
  await keyboard.press("Escape");
  await expect(dialog(ada)).toHaveCount(0);
  await expect(focused()).toHaveAccessibleName(/Remove/);
  await keyboard.press("Enter");
  await tabTo(dialog(ada).getByRole("button", { name: "Remove" }));
  await keyboard.press("Enter");
  await expect(ada.page.getByText("No token yet")).toBeVisible();
});

test("whoever leaves before the token is in safety is asked, and one who kept it is not", async ({ person }) => {
  const ada = await person("Ada", "Okafor", { permissions: ["clipboard-read", "clipboard-write"] });
  await ada.found("Northwind");
  await ada.open(page);
  const asked: string[] = [];
  let leave = false;
  ada.page.on("dialog", async (question) => {
    asked.push(question.type());
    await (leave ? question.accept() : question.dismiss());
  });
  const make = async (name: string) => {
    await begin(ada, name);
    await dialog(ada).getByLabel("Automatically download Kubeconfig").uncheck();
    await dialog(ada).getByRole("button", { name: "Create", exact: true }).click();
    await expect(ada.heading(`Token “${name}” is ready`)).toBeVisible();
  };

  await make("first");
  const link = ada.page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Activity" });
  await link.click();
  await expect.poll(() => asked).toEqual(["confirm"]);
  await expect(secret(ada)).toBeVisible();
  await ada.page.goBack().catch(() => {});
  await expect.poll(() => asked).toEqual(["confirm", "confirm"]);
  await expect(secret(ada)).toBeVisible();
  expect(new URL(ada.page.url()).pathname).toBe(page);
  await ada.page.reload({ timeout: 2_000 }).catch(() => {});
  await expect.poll(() => asked).toEqual(["confirm", "confirm", "beforeunload"]);
  await expect(secret(ada)).toBeVisible();
  leave = true;
  await link.click();
  await expect(ada.heading("Activity")).toBeVisible();

  asked.length = 0;
  leave = false;
  await ada.goTo("API access");
  await make("second");
  await ada.page.getByRole("button", { name: "Copy token" }).click();
  await expect(ada.announcement).toHaveText("The token is copied.");
  await link.click();
  await expect(ada.heading("Activity")).toBeVisible();
  expect(asked).toEqual([]);
});

test("without scripts a token is made, shown once, and its kubeconfig saved", async ({ person }) => {
  const ada = await person("Ada", "Okafor", { javaScriptEnabled: false });
  await ada.found("Northwind", "dev");
  await ada.open(page);
  await begin(ada, "two\tparts");
  await dialog(ada).getByRole("button", { name: "Create", exact: true }).click();
  await expect(dialog(ada).getByLabel("Name", { exact: true })).toHaveAccessibleDescription(/can't be seen/);
  await dialog(ada).getByLabel("Name", { exact: true }).fill("plain");
  await dialog(ada).getByLabel("northwind-dev").check();
  await dialog(ada).getByText("What it may change in Bailiwick").first().click();
  await dialog(ada).getByLabel("Deactivate and reactivate members").check();
  await dialog(ada).getByRole("button", { name: "Create", exact: true }).click();
  await expect(ada.heading("Token “plain” is ready")).toBeVisible();
  const shown = (await secret(ada).textContent())!;
  const download = ada.page.waitForEvent("download");
  await ada.page.getByRole("button", { name: "Download kubeconfig" }).click();
  expect(await saved(await download)).toContain(shown);
  await ada.page.getByRole("link", { name: "I have saved it" }).click();
  await expect(rowOf(ada, "plain")).toContainText("may change members");
  await expect(ada.page.locator("body")).not.toContainText(shown);
  await rowOf(ada, "plain").getByRole("button", { name: "Remove" }).click();
  await dialog(ada).getByRole("button", { name: "Remove" }).click();
  await expect(ada.page.getByText("No token yet")).toBeVisible();
});

test("whoever signed in a while ago proves their password before a token is made", async ({ person, house, quiet }) => {
  quiet.allow(/status of 422/);
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  await house.ageSessions(6);
  await ada.open(`${page}?create=1`);
  await expect(dialog(ada).getByRole("heading")).toHaveText("Confirm that it is you");
  await dialog(ada).getByLabel("Current password").fill("not what it was at all");
  await dialog(ada).getByRole("button", { name: "Confirm" }).click();
  await expect(dialog(ada).getByText("This is not your current password.")).toBeVisible();
  await dialog(ada).getByLabel("Current password").fill(ada.password);
  await dialog(ada).getByRole("button", { name: "Confirm" }).click();
  await expect(dialog(ada).getByRole("heading")).toHaveText("Create a New Token");
  // A form that stood open for too long asks again, and is then sent as it was.
  await house.ageSessions(11);
  quiet.allow(/status of 401/);
  await dialog(ada).getByLabel("Name", { exact: true }).fill("late");
  // The page is read again meanwhile: that takes away nothing of the form.
  const readAgain = ada.page.waitForResponse(/\/tokens\/page/);
  await ada.post("namespaces/create", { organization: "northwind", id: "dev" });
  await (await readAgain).finished();
  await expect(dialog(ada).getByLabel("Name", { exact: true })).toHaveValue("late");
  await dialog(ada).getByRole("button", { name: "Create", exact: true }).click();
  await ada.proveAgain();
  await expect(ada.heading("Token “late” is ready")).toBeVisible();
});

test("deactivating somebody shows the tokens they made, and removes those that are ticked", async ({ person, house }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev");
  await bo.belong(ada);
  await house.makeAdmin(bo.email);
  const make = async (name: string) => {
    const answer = await bo.post("tokens/create", { organization: "northwind", name });
    return (await answer.json()).secret as string;
  };
  const [gone, kept] = [await make("laptop"), await make("ci-deploy")];
  await ada.open("/o/northwind/organization");
  await ada.row(bo.email).getByRole("button", { name: "Deactivate" }).click();
  await expect(dialog(ada)).toContainText("Tokens belong to the organization and go on working");
  await expect(dialog(ada).getByRole("checkbox")).toHaveCount(2);
  await dialog(ada).getByLabel("laptop").check();
  await dialog(ada).getByRole("button", { name: "Deactivate" }).click();
  await expect(ada.announcement).toContainText("1 token of theirs is removed");
  expect(await passes(ada, gone)).toBe(false);
  expect(await passes(ada, kept)).toBe(true);
  await ada.goTo("API access");
  await expect(rowOf(ada, "ci-deploy")).toContainText(bo.email);
  await expect(rowOf(ada, "laptop")).toHaveCount(0);
});

test("a member sees neither the page nor its entry", async ({ person, quiet }) => {
  quiet.allow(/status of 403/);
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind");
  await bo.belong(ada);
  await bo.open("/o/northwind/organization");
  await expect(bo.page.getByRole("link", { name: "API access" })).toHaveCount(0);
  await bo.open(page);
  await expect(bo.heading("Not for you")).toBeVisible();
});

test.describe(() => {
  test.use({ configuration: { BAILIWICK_TOKEN_LONGEST: "30d" } });

  test("without a cluster there is no kubeconfig, and the operator's maximum is kept", async ({ person }) => {
    const ada = await person("Ada", "Okafor");
    await ada.found("Northwind");
    await ada.open(page);
    await expect(ada.page.getByText("No cluster is connected")).toBeVisible();
    await begin(ada, "short");
    await expect(dialog(ada).getByLabel("Automatically download Kubeconfig")).toBeDisabled();
    await expect(dialog(ada).getByLabel("Expires").locator("option")).toHaveText(["In 1 hour", "In 8 hours", "In 30 days"]);
    await dialog(ada).getByRole("button", { name: "Create", exact: true }).click();
    await expect(ada.heading("Token “short” is ready")).toBeVisible();
    await expect(ada.page.getByRole("button", { name: "Download kubeconfig" })).toHaveCount(0);
    await ada.page.getByRole("link", { name: "I have saved it" }).click();
    await expect(rowOf(ada, "short")).toContainText("in 30 days");
  });
});
