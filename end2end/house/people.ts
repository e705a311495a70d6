import { type APIResponse, expect, type Locator, type Page } from "@playwright/test";
import type { House } from "./server";

/** Somebody at a browser. Verbs do what the page lets a person do, and wait until the page says that it happened. */
export class Person {
  readonly email: string;
  readonly password = "four quiet rooms behind the harbour";

  constructor(
    readonly page: Page,
    private readonly house: House,
    readonly firstName: string,
    readonly lastName: string,
    /** Whether this browser runs scripts. */
    private readonly scripts = true,
  ) {
    this.email = `${firstName}.${lastName}@northwind.example`.toLowerCase();
  }

  /** Opens an address, and waits until the page is alive. */
  async open(path: string): Promise<void> {
    await this.page.goto(path);
    await this.alive();
  }

  async alive(): Promise<void> {
    if (this.scripts) await this.page.locator("html[data-ready]").waitFor();
  }

  /** The same person in the same browser, in another tab. */
  async anotherTab(): Promise<Person> {
    const page = await this.page.context().newPage();
    return new Person(page, this.house, this.firstName, this.lastName, this.scripts);
  }

  async signUp(organization: string): Promise<void> {
    await this.open("/sign-up");
    await this.page.getByLabel("Organization", { exact: true }).fill(organization);
    await this.introduce();
    await this.page.getByLabel("Email").fill(this.email);
    await this.page.getByLabel("Password").fill(this.password);
    await this.page.getByRole("button", { name: "Create organization" }).click();
  }

  async signIn(credentials: { email: string; password: string } = this): Promise<void> {
    if (!this.page.url().includes("/sign-in")) await this.open("/sign-in");
    await this.page.getByLabel("Email").fill(credentials.email);
    await this.page.getByLabel("Password").fill(credentials.password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  async signOut(): Promise<void> {
    await this.page.locator("summary", { hasText: this.firstName }).click();
    await this.page.getByRole("button", { name: "Sign out" }).click();
    await expect(this.heading("Sign in")).toBeVisible();
  }

  /** Waits for a mail whose subject fits, and follows its link. */
  async openMail(subject: RegExp): Promise<void> {
    await this.open(await this.mailedLink(subject));
  }

  async mailedLink(subject: RegExp): Promise<string> {
    const newest = async () => (await this.house.mail.all(this.email)).find((mail) => subject.test(mail.subject ?? ""));
    await expect.poll(newest, { message: `a mail to ${this.email} about ${subject}` }).toBeTruthy();
    return this.house.mail.link((await newest())!);
  }

  async introduce(): Promise<void> {
    await this.page.getByLabel("First name").fill(this.firstName);
    await this.page.getByLabel("Last name").fill(this.lastName);
  }

  /** Takes the invitation that is open, as somebody who has no account yet. */
  async join(): Promise<void> {
    await this.introduce();
    await this.page.getByLabel("Password").fill(this.password);
    await this.page.getByRole("button", { name: "Create account and join" }).click();
    await expect(this.heading("Organization management")).toBeVisible();
  }

  async goTo(entry: "Organization" | "Namespaces" | "Access" | "API access" | "Activity" | "Settings" | "Operator"): Promise<void> {
    const headings = { Organization: "Organization management", "API access": "API & Kubeconfig" };
    await this.page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: new RegExp(`^${entry}`) }).click();
    await expect(this.heading(entry in headings ? headings[entry as keyof typeof headings] : entry)).toBeVisible();
  }

  async createNamespace(id: string): Promise<void> {
    await this.page.getByRole("button", { name: "Create a namespace" }).click();
    const dialog = this.page.getByRole("dialog", { name: "Create a namespace" });
    await dialog.getByLabel("Name").fill(id);
    await dialog.getByRole("button", { name: "Create" }).click();
    await expect(this.announcement).toContainText(`-${id} is there`);
  }

  async invite(...addresses: string[]): Promise<void> {
    await this.page.getByRole("button", { name: "Invite a User" }).click();
    await this.inviteDialog.getByLabel("Email").fill(addresses.join(", "));
    await this.inviteDialog.getByRole("button", { name: "Send Invite" }).click();
    await expect(this.inviteDialog).toBeHidden();
  }

  /** Says again who they are, in the dialog that lies over what they were doing. */
  async proveAgain(): Promise<void> {
    await this.proof.getByLabel("Current password").fill(this.password);
    await this.proof.getByRole("button", { name: "Confirm" }).click();
    await expect(this.proof).toHaveCount(0);
  }

  /** Signs in again after their session has ended, over what they were doing. */
  async signInAgain(): Promise<void> {
    const dialog = this.page.getByRole("dialog", { name: "Sign in to go on" });
    await expect(dialog.getByLabel("Email")).toHaveValue(this.email);
    await dialog.getByLabel("Password").fill(this.password);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await expect(dialog).toHaveCount(0);
  }

  /** Opens or closes the namespaces of a member. */
  async expand(email: string): Promise<void> {
    await this.row(email).getByRole("button", { name: "Namespaces of" }).click();
  }

  heading(name: string): Locator {
    return this.page.getByRole("heading", { name, exact: true });
  }

  get inviteDialog(): Locator {
    return this.page.getByRole("dialog", { name: "Send an Invite" });
  }

  /** What asks somebody again who they are. */
  get proof(): Locator {
    return this.page.getByRole("dialog", { name: "Confirm that it is you" });
  }

  /** The one line that says what happened. */
  get announcement(): Locator {
    return this.page.locator("#announcement");
  }

  /** What opens below a row of the Users table. */
  get panel(): Locator {
    return this.page.locator(".panel");
  }

  /** Somebody's line in the Users table; that others were invited by them does not count. */
  row(email: string): Locator {
    return this.page.locator("tr.row").filter({ has: this.page.locator("b").getByText(email, { exact: true }) });
  }

  /** Their words in the table. */
  status(email: string): Locator {
    return this.row(email).locator(".status .badge");
  }

  /** Asks the API with this person's cookies: for what a test needs beforehand and is not about. */
  async post(path: string, fields: Record<string, string | string[]>): Promise<APIResponse> {
    const pairs = Object.entries(fields).flatMap(([name, value]) =>
      typeof value === "string" ? [[name, value]] : value.map((one) => [`${name}[]`, one]),
    );
    const answer = await this.page.request.post(`${this.house.url}/api/v1/${path}`, {
      data: new URLSearchParams(pairs).toString(),
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    });
    expect(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
    return answer;
  }

  private get names(): { first_name: string; last_name: string; password: string } {
    return { first_name: this.firstName, last_name: this.lastName, password: this.password };
  }

  /** Is the first here, and has an organization with these namespaces. */
  async found(organization: string, ...namespaces: string[]): Promise<void> {
    await this.post("sessions/sign-up", { organization_name: organization, email: this.email, ...this.names });
    for (const id of namespaces) await this.post("namespaces/create", { organization: "northwind", id });
  }

  /** Is a member since long, invited by this admin. */
  async belong(admin: Person): Promise<void> {
    await admin.post("invitations/send", { organization: "northwind", emails: [this.email] });
    const link = await this.mailedLink(/invites you/);
    const secret = link.slice(link.lastIndexOf("/") + 1);
    await this.post("invitations/accept", { secret, ...this.names });
  }
}
