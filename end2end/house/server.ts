import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { type Database, freshDatabase } from "./database";
import { Mailbox, MailServer } from "./mail";

const root = resolve(__dirname, "../..");

/** The release build, unless another one is named. */
export const binary = resolve(process.env.BAILIWICK_TEST_BINARY ?? join(root, "target/release/bailiwick"));

/** What stands before a function; the Rust tests have built it. */
const functionFront = join(root, "target/debug/examples/function");

export type Plan = {
  database: Database;
  /** Whether it runs all the time, or only while it answers. */
  runs: "as a server" | "as a function";
  /** Whether `bailiwick demo` fills the house first, and with how many members. */
  demo: boolean | number;
  /** More configuration, by its names in the environment. */
  configuration: Record<string, string>;
};

export type Credentials = { email: string; password: string };

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer().once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? done(address.port) : failed(new Error("no port"))));
    });
  });
}

/** The real binary on a port, a data folder and a database of its own. */
export class House {
  private process?: ChildProcess;
  private ended?: Promise<string>;
  /** What the server said. */
  log = "";
  /** How to sign in, where the house was filled by `bailiwick demo`. */
  demo?: Credentials;

  private constructor(
    readonly url: string,
    readonly data: string,
    readonly mail: Mailbox,
    private readonly environment: Record<string, string>,
    private readonly command: [string, ...string[]],
    private readonly mailServer: MailServer | undefined,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  static async open(plan: Plan): Promise<House> {
    if (!existsSync(binary)) throw new Error(`${binary} is missing: make build`);
    const data = await mkdtemp(join(tmpdir(), "bailiwick-"));
    const listen = `127.0.0.1:${await freePort()}`;
    const url = `http://${listen}`;
    const database = plan.database === "postgres" ? await freshDatabase() : undefined;
    const asFunction = plan.runs === "as a function";
    const mailServer = asFunction ? await MailServer.start(join(data, "mail")) : undefined;
    // Nothing of ours is inherited: the server refuses settings that it does not know.
    const environment = {
      PATH: process.env.PATH ?? "",
      HOME: data,
      BAILIWICK_BASE_URL: url,
      BAILIWICK_DATA: data,
      ...(asFunction ? { BAILIWICK_SECRET_KEY: "a-key-of-the-tests-that-is-long-enough" } : { BAILIWICK_LISTEN: listen }),
      ...(mailServer && { BAILIWICK_SMTP_URL: mailServer.url }),
      ...(database && { BAILIWICK_DATABASE_URL: database.url }),
      ...plan.configuration,
    };
    const command: [string, ...string[]] = asFunction ? [functionFront, listen, binary] : [binary, "serve"];
    const mailbox = new Mailbox(join(data, "mail"), url);
    const house = new House(url, data, mailbox, environment, command, mailServer, async () => database?.drop());
    try {
      // A function migrates nothing.
      if (asFunction) await promisify(execFile)(binary, ["migrate"], { env: environment, cwd: data });
      if (plan.demo !== false) await house.fill(plan.demo);
      await house.start();
    } catch (problem) {
      await house.close().catch(() => {});
      throw problem;
    }
    return house;
  }

  private async fill(members: true | number): Promise<void> {
    const options = members === true ? [] : ["--members", String(members)];
    const { stdout } = await promisify(execFile)(binary, ["demo", ...options], { env: this.environment, cwd: this.data });
    const value = (name: string) => new RegExp(`^\\s*${name}:\\s*(.+?)\\s*$`, "m").exec(stdout)?.[1];
    const [email, password] = [value("email"), value("password")];
    if (!email || !password) throw new Error(`bailiwick demo did not say how to sign in:\n${stdout}`);
    this.demo = { email, password };
  }

  async start(): Promise<void> {
    const [program, ...words] = this.command;
    const child = spawn(program, words, { env: this.environment, cwd: this.data, stdio: ["ignore", "pipe", "pipe"] });
    this.process = child;
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (this.log += chunk));
    let running = true;
    this.ended = new Promise((done) => {
      child.once("error", (problem) => done(String(problem)));
      child.once("close", (code, signal) => done(signal ?? String(code)));
    }).then((how) => ((running = false), String(how)));
    const deadline = Date.now() + 30_000;
    while (running && Date.now() < deadline) {
      const ready = await fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false);
      if (ready) return;
      await pause(10);
    }
    throw new Error(`${this.command.join(" ")} did not become ready:\n${this.log}`);
  }

  /** Ends the server as an operator would, and fails if it does not end well. */
  async stop(): Promise<void> {
    const [child, ended] = [this.process, this.ended];
    if (!child || !ended) return;
    this.process = this.ended = undefined;
    child.kill("SIGTERM");
    const how = await Promise.race([ended, pause(10_000, "still running after 10 s", { ref: false })]);
    if (how === "0") return;
    child.kill("SIGKILL");
    throw new Error(`${this.command.join(" ")} ended badly (${how}):\n${this.log}`);
  }

  /** Changes the database under the running server: for what takes long or nobody can do at a page. */
  private async change(statement: string): Promise<void> {
    const change = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], timeout=10); c.execute(sys.argv[2]); c.commit()";
    await promisify(execFile)("python3", ["-c", change, join(this.data, "bailiwick.db"), statement]);
  }

  /** Lets minutes pass for every session since its sign-in. */
  async ageSessions(minutes: number): Promise<void> {
    await this.change(`update sessions set created_at = created_at - ${minutes * 60_000_000}`);
  }

  /** What only the operator can do. */
  async makeAdmin(email: string): Promise<void> {
    await this.change(`update members set role = 'admin' where email = '${email}'`);
  }

  /** Whoever runs the installation; at its command line it is `bailiwick operator create`. */
  async makeOperator(email: string): Promise<void> {
    const user = `select id from users where email = '${email}'`;
    await this.change(`insert into operators (user_id, added_by, added_at) values ((${user}), 'Operator', ${Date.now() * 1000})`);
  }

  /** Lets the time of every access be over that has an end. */
  async endAccess(): Promise<void> {
    await this.change(`update grants set ends_at = ${Date.now() * 1000} where ends_at is not null`);
  }

  /** As if an older copy of its database had been brought back, which a controller has just noticed. */
  async beOlder(): Promise<void> {
    const now = Date.now() * 1000;
    const first = "(select id from organizations order by created_at limit 1)";
    await this.change(`update cluster_told set count = 40, line = ${first}, remembered = 57, remembered_since = ${now}`);
    await this.change(`update cluster_connections set connected = 1, server_version = 'v1.36.0', heard_at = ${now}, leader = 'a', led_at = ${now}`);
  }

  async close(): Promise<void> {
    try {
      await this.stop();
    } finally {
      this.mailServer?.stop();
      await this.dropDatabase();
      await rm(this.data, { recursive: true, force: true });
    }
  }
}
