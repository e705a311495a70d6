import { expect, type Locator, type Page } from "@playwright/test";
import type { House } from "./server";

/** Somebody at a browser. Verbs do what the page lets a person do, and wait until the page says that it happened. */
export class Person {
  readonly email: string;
  readonly password: string;

  constructor(
    readonly page: Page,
    private readonly house: House,
    readonly firstName: string,
    readonly lastName: string,
  ) {
    this.email = `${firstName}.${lastName}@northwind.example`.toLowerCase();
    this.password = `${lastName} walks through ${firstName.length} quiet rooms`;
  }

  async signUp(organization: string): Promise<void> {
    await this.page.goto("/sign-up");
    await this.page.getByLabel("Organization name").fill(organization);
    await this.introduce();
    await this.page.getByLabel("Email").fill(this.email);
    await this.page.getByLabel("Password").fill(this.password);
    await this.page.getByRole("button", { name: "Create organization" }).click();
  }

  async signIn(credentials: { email: string; password: string } = this): Promise<void> {
    await this.page.goto("/sign-in");
    await this.page.getByLabel("Email").fill(credentials.email);
    await this.page.getByLabel("Password").fill(credentials.password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  /** Waits for a mail whose subject fits, and follows its link. */
  async openMail(subject: RegExp): Promise<void> {
    await this.page.goto(await this.mailedLink(subject));
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

  async invite(...addresses: string[]): Promise<void> {
    await this.page.getByRole("button", { name: "Invite a User" }).click();
    const dialog = this.page.getByRole("dialog", { name: "Send an Invite" });
    await dialog.getByLabel("Email").fill(addresses.join(", "));
    await dialog.getByRole("button", { name: "Send Invite" }).click();
  }

  /** Somebody's line in the Users table. */
  row(email: string): Locator {
    return this.page.getByRole("row").filter({ hasText: email });
  }
}
