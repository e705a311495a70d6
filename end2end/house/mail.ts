import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
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
