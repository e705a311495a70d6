import { expect, test } from "../house/fixtures";

const organization = "/o/northwind/organization";

test("an admin invites people, decides where they work, and switches them off and on", async ({ person, quiet }) => {
  const ada = await person("Ada", "Okafor");
  const bo = await person("Bo", "Lindqvist");
  const cleo = await person("Cleo", "Marchetti");

  await test.step("the first person signs up and is in", async () => {
    await ada.signUp("Northwind");
    await expect(ada.heading("Organization management")).toBeVisible();
    await expect(ada.status(ada.email)).toHaveText("active");
    await expect(ada.page.getByText("You are the only one here.")).toBeVisible();
  });

  await test.step("three namespaces are created", async () => {
    await ada.goTo("Namespaces");
    await expect(ada.page.getByText("No namespace yet")).toBeVisible();
    for (const id of ["dev", "staging", "lab"]) await ada.createNamespace(id);
    await expect(ada.page.getByText("3 of 10 namespaces")).toBeVisible();
    await expect(ada.page.getByText("No cluster is connected")).toBeVisible();
  });

  await test.step("two people are invited at once", async () => {
    await ada.goTo("Organization");
    await ada.page.getByRole("button", { name: "Invite a User" }).click();
    await expect(ada.inviteDialog).toContainText("northwind-dev, northwind-lab and northwind-staging");
    const send = ada.inviteDialog.getByRole("button", { name: "Send Invite" });
    await expect(send).toBeDisabled();
    await ada.inviteDialog.getByLabel("Email").fill(`${bo.email}\n${cleo.email}`);
    await expect(ada.inviteDialog.getByText("2 addresses")).toBeVisible();
    await send.click();
    await expect(ada.announcement).toHaveText("2 invitations sent.");
    await expect(ada.status(bo.email)).toHaveText("invite sent");
    await expect(ada.status(cleo.email)).toHaveText("invite sent");
  });

  await test.step("a new person accepts by the mail", async () => {
    await bo.openMail(/invites you to Northwind/);
    await expect(bo.heading("Join Northwind")).toBeVisible();
    await expect(bo.page.getByText(`${ada.email} invites you`)).toBeVisible();
    await expect(bo.page.getByRole("listitem")).toHaveText(["northwind-dev", "northwind-lab", "northwind-staging"]);
    await bo.join();
    await expect(bo.announcement).toHaveText("You are a member of Northwind now.");
    await expect(bo.page.getByRole("button", { name: "Invite a User" })).toHaveCount(0);
  });

  await test.step("the admin sees them active, with the namespaces they inherited", async () => {
    await ada.page.reload();
    await ada.alive();
    await expect(ada.status(bo.email)).toHaveText("active");
    await expect(ada.row(bo.email)).toContainText("Lindqvist");
    await ada.expand(bo.email);
    await expect(ada.panel.getByRole("checkbox")).toHaveCount(3);
    for (const box of await ada.panel.getByRole("checkbox").all()) await expect(box).toBeChecked();
  });

  await test.step("one namespace is unticked and saved", async () => {
    const save = ada.panel.getByRole("button", { name: "Save Changes" });
    await expect(save).toBeDisabled();
    await ada.panel.getByLabel("northwind-lab").uncheck();
    await expect(ada.panel.getByText("1 change: removes northwind-lab")).toBeVisible();
    await save.click();
    await expect(ada.announcement).toHaveText("The namespaces are saved.");
    await expect(save).toBeDisabled();
    await ada.page.reload();
    await expect(ada.panel.getByLabel("northwind-lab")).not.toBeChecked();
    await expect(ada.panel.getByLabel("northwind-dev")).toBeChecked();
    await bo.goTo("Namespaces");
    const lab = bo.page.locator("tr.row", { hasText: "northwind-lab" });
    await expect(lab).toContainText(ada.email);
    await expect(lab).not.toContainText(bo.email);
  });

  await test.step("deactivating ends the session that they have open", async () => {
    quiet.allow(/status of 40[13]/); // of the page that is not theirs any more, and of the sign-in that is refused
    await ada.open(organization);
    await ada.row(bo.email).getByRole("button", { name: "Deactivate" }).click();
    const dialog = ada.page.getByRole("dialog", { name: `Deactivate ${bo.email}?` });
    await expect(dialog).toContainText("Every session of theirs ends at once");
    await dialog.getByRole("button", { name: "Deactivate" }).click();
    await expect(dialog).toBeHidden();
    await expect(ada.announcement).toHaveText(`${bo.email} is deactivated, and every session of theirs has ended.`);
    await expect(ada.status(bo.email)).toHaveText("deactivated");

    // By itself: at once where the server tells of it, else when the page asks the next time.
    await expect(bo.heading("Sign in")).toBeVisible({ timeout: 20_000 });
    await bo.signIn();
    await expect(bo.page.getByRole("alert")).toHaveText(/Your account is deactivated in Northwind/);
  });

  await test.step("reactivating lets them in again, with what they had", async () => {
    await ada.row(bo.email).getByRole("button", { name: "Reactivate" }).click();
    await expect(ada.announcement).toHaveText(`${bo.email} is active again, with the namespaces they had.`);
    await expect(ada.status(bo.email)).toHaveText("active");
    await bo.signIn();
    await expect(bo.heading("Namespaces"), "where he was").toBeVisible();
    await bo.page.getByRole("link", { name: "Organization", exact: true }).click();
    await expect(bo.heading("Organization management")).toBeVisible();
    await bo.expand(bo.email);
    await expect(bo.panel.getByLabel("northwind-dev")).toBeChecked();
    await expect(bo.panel.getByLabel("northwind-lab")).not.toBeChecked();
    await expect(bo.panel.getByLabel("northwind-lab")).toBeDisabled();
  });

  await test.step("a revoked link is refused", async () => {
    quiet.allow(/status of 410/);
    await cleo.openMail(/invites you to Northwind/);
    await ada.row(cleo.email).getByRole("button", { name: "Revoke invitation" }).click();
    const dialog = ada.page.getByRole("dialog", { name: `Revoke the invitation of ${cleo.email}?` });
    await dialog.getByRole("button", { name: "Revoke" }).click();
    await expect(ada.announcement).toHaveText(`The invitation of ${cleo.email} is revoked. Its link is dead.`);
    await expect(ada.row(cleo.email)).toHaveCount(0);

    await cleo.introduce();
    await cleo.page.getByLabel("Password").fill(cleo.password);
    await cleo.page.getByRole("button", { name: "Create account and join" }).click();
    await expect(cleo.page.getByRole("alert")).toHaveText(/This invitation was revoked/);
    await cleo.page.reload();
    await expect(cleo.heading("This is over")).toBeVisible();
  });

  await test.step("activity tells all of it", async () => {
    await ada.goTo("Activity");
    const three = "northwind-dev, northwind-lab and northwind-staging";
    await expect(ada.page.locator(".event p")).toHaveText([
      `${ada.email} revoked the invitation of ${cleo.email}`,
      `${ada.email} reactivated ${bo.email}`,
      `${ada.email} deactivated ${bo.email}`,
      `${ada.email} took access to northwind-lab from ${bo.email}`,
      `${bo.email} accepted the invitation and joined with ${three}`,
      `${ada.email} invited ${cleo.email} with ${three}`,
      `${ada.email} invited ${bo.email} with ${three}`,
      `${ada.email} created the namespace northwind-lab`,
      `${ada.email} created the namespace northwind-staging`,
      `${ada.email} created the namespace northwind-dev`,
      `${ada.email} created the organization Northwind`,
    ]);
    await expect(ada.page.locator(".event").first()).toContainText("from 127.0.0.1, Chrom");
    await ada.page.getByLabel("Kind").selectOption("Member deactivated");
    await expect(ada.page.locator(".event p")).toHaveText([`${ada.email} deactivated ${bo.email}`]);
  });
});
