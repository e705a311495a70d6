import { expectAccessible } from "../house/accessible";
import { expect, test } from "../house/fixtures";
import type { Person } from "../house/people";
import type { House } from "../house/server";
import type { Locator } from "@playwright/test";

const people = "/o/northwind/organization";
const settings = "/o/northwind/settings";
const place = "/operator/organizations/northwind";

const dialog = (who: Person): Locator => who.page.getByRole("dialog");
const ticket = (who: Person): Locator => who.page.locator(".ticket");
const act = (who: Person, name: string | RegExp): Locator => who.page.getByRole("button", { name });

/** Somebody with an account who is of another organization, and runs the installation. */
async function runs(house: House, olga: Person): Promise<void> {
  await olga.signUp("Harbour Works");
  await olga.openMail(/Confirm your email address/);
  await olga.page.getByRole("button", { name: "Create organization and sign in" }).click();
  await expect(olga.heading("Organization management")).toBeVisible();
  await house.makeOperator(olga.email);
}

/** Types the reason and sends the question that is open. */
async function ask(who: Person, reason: string): Promise<void> {
  await dialog(who).getByLabel("Reason").fill(reason);
  await dialog(who).getByRole("button", { name: "Ask the operator" }).click();
  await expect(who.announcement).toContainText("The operator is asked.");
  await expect(dialog(who)).toHaveCount(0);
}

test("an admin asks for a permission, the operator decides, and both see what came of it", async ({ person, house }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  const olga = await person("Olga", "Petrova");
  await ada.found("Northwind", "dev");
  await bo.belong(ada);
  await runs(house, olga);

  await test.step("the lock in the row of a person is the way to ask", async () => {
    await ada.open(people);
    await ada.expand(bo.email);
    await ada.panel.locator("summary").click();
    const way = ada.panel.getByRole("link", { name: "Ask the operator for w:pods in northwind-dev" });
    await way.click();
    await expect(dialog(ada).getByRole("heading")).toHaveText(`Ask the operator to give ${bo.email} w:pods in northwind-dev`);
    await expect(dialog(ada)).toContainText("exec, attach, port-forward");
    await dialog(ada).getByLabel("For how long").selectOption("8 hours");
    await ask(ada, "A deploy hangs, and Bo must look into it.");
    // What was opened is still open.
    await expect(ada.panel.getByText(/^asked on/)).toBeVisible();
    await expect(way).toHaveCount(0);
  });

  await test.step("the operator is told, and decides with a note", async () => {
    await olga.open(await olga.mailedLink(/Northwind asks: give/));
    await expect(olga.page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Operator" })).toContainText("1");
    await expect(ticket(olga)).toContainText(`${ada.email} of Northwind asks to give ${bo.email} w:pods in northwind-dev for 8 hours`);
    await act(olga, /^Approve/).click();
    await expect(dialog(olga)).toContainText("It ends by itself after 8 hours, in the cluster too.");
    await dialog(olga).getByLabel("Note").fill("Until tonight.");
    await dialog(olga).getByRole("button", { name: "Approve" }).click();
    await expect(olga.announcement).toHaveText("The request is approved.");
    await expect(olga.page.getByText("Nothing waits.")).toBeVisible();
  });

  await test.step("whoever asked sees the decision and the effect", async () => {
    await ada.open(await ada.mailedLink(/^Approved: give/));
    await expect(ada.heading("Settings")).toBeVisible();
    await expect(ticket(ada)).toContainText("approved");
    await expect(ticket(ada)).toContainText("Until tonight.");
    await ada.goTo("Organization");
    await ada.expand(bo.email);
    await ada.panel.locator("summary").click();
    await expect(ada.panel.getByText(`given by ${olga.email}, ends in 8 hours`)).toBeVisible();
    await ada.goTo("Activity");
    const line = ada.page.locator(".event", { hasText: `gave ${bo.email} w:pods in northwind-dev until` });
    await expect(line.locator(".role")).toHaveText("operator");
  });

  await test.step("the operator takes it back, and it is gone", async () => {
    await olga.open(place);
    await act(olga, /^Take back w:pods/).click();
    await dialog(olga).getByRole("button", { name: "Take it back" }).click();
    await expect(olga.announcement).toHaveText("w:pods in northwind-dev is taken back.");
    await bo.open(people);
    await bo.expand(bo.email);
    await bo.panel.locator("summary").click();
    await expect(bo.panel.locator(".locks")).toBeVisible();
    await expect(bo.panel.locator(".locks").getByText("given by")).toHaveCount(0);
    await expect(bo.panel.getByRole("link", { name: /Ask/ })).toHaveCount(0);
  });
});

test("a request is declined, another one withdrawn", async ({ person, house, quiet }) => {
  quiet.allow(/status of 422/);
  const ada = await person("Ada", "Okafor");
  const olga = await person("Olga", "Petrova");
  await ada.found("Northwind", "dev");
  await runs(house, olga);
  await ada.open(people);
  await ada.goTo("Settings");
  await expect(ada.page.getByText("Nothing asked yet")).toBeVisible();
  await ada.page.getByRole("link", { name: "More namespaces" }).click();
  await dialog(ada).getByLabel("How many namespaces").fill("40");
  await ask(ada, "We grow.");
  await expect(ticket(ada)).toContainText("let the organization have 40 namespaces");
  await expect(ada.page.getByText(/^More namespaces: asked on/)).toBeVisible();

  await olga.open("/operator/requests");
  await act(olga, /^Decline/).click();
  await dialog(olga).getByLabel("Note").fill("Tidy up first.");
  await dialog(olga).getByRole("button", { name: "Decline" }).click();
  await expect(olga.announcement).toHaveText("The request is declined.");
  await ada.page.reload();
  await ada.alive();
  await expect(ticket(ada)).toContainText("Tidy up first.");

  await ada.page.getByRole("link", { name: "Adopt a namespace" }).click();
  await dialog(ada).getByLabel("Its name in the cluster").fill("Not One");
  await dialog(ada).getByLabel("Reason").fill("It is ours.");
  await dialog(ada).getByRole("button", { name: "Ask the operator" }).click();
  await expect(dialog(ada).getByText("lower-case letters")).toBeVisible();
  await dialog(ada).getByLabel("Its name in the cluster").fill("legacy-lab");
  await ask(ada, "It is ours.");
  await act(ada, "Withdraw the request to adopt the namespace legacy-lab").click();
  await expect(ada.announcement).toHaveText("The request is withdrawn.");
  await expect(ticket(ada).first()).toContainText("withdrawn");
  await expect(act(ada, /^Withdraw/)).toHaveCount(0);
});

test("a suspended organization says so, and comes back with everything in it", async ({ person, house, quiet }) => {
  quiet.allow(/status of 40[13]/);
  const ada = await person("Ada", "Okafor");
  const olga = await person("Olga", "Petrova");
  await ada.found("Northwind", "dev");
  await runs(house, olga);
  await ada.open(people);
  await olga.open("/operator");
  await olga.page.getByRole("link", { name: "Organizations", exact: true }).click();
  await olga.page.getByRole("searchbox").fill("northw");
  await expect(olga.page.locator("tr.row")).toHaveCount(1);
  await olga.page.getByRole("link", { name: "Northwind" }).click();
  await act(olga, "Suspend").click();
  await expect(dialog(olga)).toContainText("Nothing is lost");
  await dialog(olga).getByRole("button", { name: "Suspend" }).click();
  await expect(olga.announcement).toHaveText("northwind is suspended. Nothing of it is lost.");

  // Her page leaves by itself.
  await expect(ada.heading("Sign in")).toBeVisible();
  await ada.signIn();
  await expect(ada.page.getByRole("alert")).toContainText("suspended by the operator of this installation");

  await act(olga, "Resume").click();
  await dialog(olga).getByRole("button", { name: "Resume" }).click();
  await expect(olga.announcement).toHaveText("northwind is open again.");
  await ada.signIn();
  await expect(ada.heading("Organization management"), "where she was").toBeVisible();
  await ada.page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Namespaces" }).click();
  await expect(ada.page.getByText("northwind-dev")).toBeVisible();
});

test("an access that was given an end counts down to it, and ends by itself", async ({ person, house }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  await ada.found("Northwind", "dev");
  await bo.belong(ada);
  await ada.open(people);
  await ada.expand(bo.email);
  await ada.panel.locator("summary").click();
  await ada.panel.getByRole("link", { name: "Set an end of northwind-dev" }).click();
  await expect(dialog(ada)).toContainText("Now it has no end.");
  await dialog(ada).getByLabel("From now on").selectOption("8 hours");
  await dialog(ada).getByRole("button", { name: "Save" }).click();
  await expect(ada.announcement).toContainText("The access to northwind-dev ends on");
  await expect(ada.panel.getByText("ends in 8 hours")).toBeVisible();
  // Somebody who takes the tick away, and has not saved, sees no end of it.
  await ada.panel.getByRole("checkbox").uncheck();
  await expect(ada.panel.getByText("ends in 8 hours")).toBeHidden();
  await ada.panel.getByRole("button", { name: "Reset" }).click();
  await expect(ada.panel.getByText("ends in 8 hours")).toBeVisible();

  await house.endAccess();
  const ticked = async () => {
    await ada.page.reload();
    return ada.panel.getByRole("checkbox").isChecked();
  };
  await expect.poll(ticked).toBe(false);
  await ada.goTo("Activity");
  // Written down by the worker, a moment after it counts.
  const told = async () => {
    await ada.page.reload();
    return ada.page.getByText(`ended the access of ${bo.email} to northwind-dev`).count();
  };
  await expect.poll(told).toBe(1);
});

test("an act takes a recent sign-in, and goes on where it was asked", async ({ person, house, quiet }) => {
  const ada = await person("Ada", "Okafor");
  const olga = await person("Olga", "Petrova");
  await ada.found("Northwind");
  await ada.post("invitations/send", { organization: "northwind", emails: ["bo@northwind.example"] });
  await runs(house, olga);
  await house.ageSessions(6);
  await olga.open("/operator?close-sign-ups=1");
  await expect(dialog(olga).getByRole("heading")).toHaveText("Confirm that it is you");
  await olga.proveAgain();
  await expect(dialog(olga).getByRole("heading")).toHaveText("Close sign-ups?");
  // A question that stood open for too long asks again, and is then sent as it was.
  await house.ageSessions(11);
  quiet.allow(/status of 401/);
  await dialog(olga).getByRole("button", { name: "Close sign-ups" }).click();
  await olga.proveAgain();
  await expect(dialog(olga)).toHaveCount(0);
  await expect(olga.announcement).toHaveText("Sign-up is closed; people come by invitation only.");
});

test.describe(() => {
  // Nothing listens there: every mail fails.
  test.use({ configuration: { BAILIWICK_SMTP_URL: "smtp://127.0.0.1:9" } });

  test("mails that fail are seen and tried again by a press, even one that came late", async ({ person, house, quiet }) => {
    quiet.allow(/status of 401/);
    const olga = await person("Olga", "Petrova");
    await olga.found("Northwind");
    await house.makeOperator(olga.email);
    await olga.post("invitations/send", { organization: "northwind", emails: ["bo@northwind.example"] });
    const row = olga.page.locator("tr.row", { hasText: "bo@northwind.example" });
    const failing = async () => {
      await olga.open("/operator/mail");
      return row.locator(".badge").textContent();
    };
    await expect.poll(failing).toBe("failing");
    await expect(row).toContainText("Invitation");
    await row.getByRole("button", { name: "Retry now" }).click();
    await expect(olga.announcement).toHaveText("1 mail will be tried again now.");
    await expectAccessible(olga.page);
    await house.ageSessions(11);
    await act(olga, "Retry all that failed").or(row.getByRole("button")).first().click();
    await expect(dialog(olga).getByRole("heading")).toHaveText("Confirm that it is you");
  });
});

test("by keyboard alone something is asked for and decided", async ({ person, house }) => {
  const ada = await person("Ada", "Okafor");
  const olga = await person("Olga", "Petrova");
  await ada.found("Northwind", "dev");
  await runs(house, olga);
  const tabTo = async (who: Person, target: Locator) => {
    for (let steps = 0; steps < 80; steps++) {
      if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return;
      await who.page.keyboard.press("Tab");
    }
    await expect(target).toBeFocused();
  };
  await ada.open(settings);
  const way = ada.page.getByRole("link", { name: "More members" });
  await tabTo(ada, way);
  await ada.page.keyboard.press("Enter");
  await expect(dialog(ada).getByLabel("How many active members")).toBeFocused();
  await ada.page.keyboard.press("Escape");
  await expect(dialog(ada)).toHaveCount(0);
  await expect(way).toBeFocused();
  await ada.page.keyboard.press("Enter");
  await tabTo(ada, dialog(ada).getByLabel("Reason"));
  await ada.page.keyboard.type("We grow.");
  await tabTo(ada, dialog(ada).getByRole("button", { name: "Ask the operator" }));
  await ada.page.keyboard.press("Enter");
  await expect(ada.announcement).toContainText("The operator is asked.");

  await olga.open("/operator");
  await tabTo(olga, act(olga, /^Approve/));
  await olga.page.keyboard.press("Enter");
  await expect(dialog(olga)).toBeVisible();
  await olga.page.keyboard.press("Escape");
  await expect(dialog(olga)).toHaveCount(0);
  await expect(act(olga, /^Approve/)).toBeFocused();
  await olga.page.keyboard.press("Enter");
  await tabTo(olga, dialog(olga).getByRole("button", { name: "Approve" }));
  await olga.page.keyboard.press("Space");
  await expect(olga.announcement).toHaveText("The request is approved.");

  // The row of a person, its acts, and the way back into it.
  await olga.open(place);
  await tabTo(olga, act(olga, /^What only an operator does with/));
  await olga.page.keyboard.press("Enter");
  await tabTo(olga, act(olga, /^Give a permission/));
  await olga.page.keyboard.press("Enter");
  await expect(dialog(olga).getByLabel("Permission")).toBeFocused();
  await tabTo(olga, dialog(olga).getByRole("button", { name: "Give it" }));
  await olga.page.keyboard.press("Enter");
  await expect(olga.announcement).toHaveText("w:pods in northwind-dev is given.");
  await expect(act(olga, /^Give a permission/)).toBeFocused();
});

test("Ctrl K leads the operator to every section", async ({ person, house }) => {
  const olga = await person("Olga", "Petrova");
  await olga.found("Northwind");
  await house.makeOperator(olga.email);
  await olga.open(people);
  await olga.page.keyboard.press("Control+k");
  await olga.page.keyboard.type("operator");
  await expect(olga.page.getByRole("listbox").getByRole("option")).toHaveCount(6);
  await olga.page.keyboard.type(": mail");
  await expect(olga.page.getByRole("listbox").getByRole("option")).toHaveText(["Operator: mail"]);
  await olga.page.keyboard.press("Enter");
  await expect(olga.page.getByRole("link", { name: "Mail" })).toHaveAttribute("aria-current", "page");
});

test("without scripts something is asked for and decided", async ({ person, house }) => {
  const ada = await person("Ada", "Okafor", { javaScriptEnabled: false });
  const olga = await person("Olga", "Petrova", { javaScriptEnabled: false });
  await ada.found("Northwind", "dev");
  await runs(house, olga);
  await ada.open(people);
  await ada.expand(ada.email);
  await ada.panel.locator("summary").click();
  await ada.panel.getByRole("link", { name: "Ask the operator for w:full in northwind-dev" }).click();
  await ask(ada, "Our own RBAC.");
  await olga.open("/operator/requests");
  await act(olga, /^Approve/).click();
  await dialog(olga).getByRole("button", { name: "Approve" }).click();
  await expect(olga.announcement).toHaveText("The request is approved.");
  await olga.open(place);
  await act(olga, /^What only an operator does with/).click();
  await act(olga, /^Give a permission/).click();
  await dialog(olga).getByRole("button", { name: "Give it" }).click();
  await expect(olga.announcement).toHaveText("w:pods in northwind-dev is given.");
  await act(olga, /^What only an operator does with/).click();
  await expect(act(olga, /^Give a permission/)).toHaveCount(0);
});
