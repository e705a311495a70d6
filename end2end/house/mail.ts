import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import PostalMime, { type Email } from "postal-mime";

/** The mails that a server wrote, newest first. */
export class Mailbox {
  constructor(
    private readonly folder: string,
    private readonly origin: string,
  ) {}

  async all(address: string): Promise<Email[]> {
    const names = (await readdir(this.folder).catch(() => [])).filter((name) => name.endsWith(".eml"));
    const found = await Promise.all(
      names.map(async (name) => {
        const path = join(this.folder, name);
        const [{ mtimeMs }, bytes] = await Promise.all([stat(path), readFile(path)]);
        return { at: mtimeMs, mail: await PostalMime.parse(bytes) };
      }),
    );
    return found
      .filter(({ mail }) => mail.to?.some((to) => to.address?.toLowerCase() === address.toLowerCase()))
      .sort((a, b) => b.at - a.at)
      .map(({ mail }) => mail);
  }

  /** The first link of a mail that leads to this server; the text and the HTML must name the same one. */
  link(mail: Email): string {
    const links = (body = "") => body.match(/https?:\/\/[^\s"'<>]+/g)?.filter((link) => link.startsWith(this.origin)) ?? [];
    const [link] = links(mail.text);
    if (!link) throw new Error(`no link to ${this.origin} in "${mail.subject}":\n${mail.text}`);
    if (mail.html && !links(mail.html).includes(link)) throw new Error(`the HTML of "${mail.subject}" lacks ${link}`);
    return link;
  }
}

/** A real mail server, for a program that has no folder to write mails into. What it takes lies in one all the same. */
export class MailServer {
  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {}

  static async start(folder: string): Promise<MailServer> {
    await mkdir(folder, { recursive: true });
    const root = resolve(__dirname, "../..");
    const modules = process.env.BAILIWICK_TEST_PYTHONPATH ?? join(root, ".tools/python");
    const child = spawn("python3", [join(root, "server/mailer/tests/smtp_server.py"), "accept"], {
      env: { ...process.env, PYTHONPATH: modules, PYTHONDONTWRITEBYTECODE: "1" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    let count = 0;
    const port = await new Promise<number>((ready, failed) => {
      child.once("exit", (code) => failed(new Error(`the mail server ended with ${code}`)));
      createInterface(child.stdout).on("line", (line) => {
        const told = JSON.parse(line);
        if (told.event === "ready") ready(told.port);
        if (told.event === "message") void writeFile(join(folder, `${(count += 1)}.eml`), told.content);
      });
    });
    return new MailServer(child, `smtp://127.0.0.1:${port}`);
  }

  stop(): void {
    this.process.kill();
  }
}
