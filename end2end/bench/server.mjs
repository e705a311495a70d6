// The release binary on one core, with a database of its own, and what the system says that it used.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const binary = resolve(dirname(fileURLToPath(import.meta.url)), "../../target/release/bailiwick");
const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"]));

const freePort = () =>
  new Promise((done) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });

export class Server {
  core = 0;

  static async filled(members, tokens = 5, database = undefined) {
    const server = new Server();
    server.data = mkdtempSync(join(tmpdir(), "bailiwick-bench-"));
    server.members = members;
    const listen = `127.0.0.1:${await freePort()}`;
    server.url = `http://${listen}`;
    server.environment = {
      PATH: process.env.PATH,
      HOME: server.data,
      BAILIWICK_LISTEN: listen,
      BAILIWICK_BASE_URL: server.url,
      BAILIWICK_DATA: server.data,
      BAILIWICK_INVITATIONS_PER_HOUR: "1000000",
      BAILIWICK_LOG: "error",
      ...(database && { BAILIWICK_DATABASE_URL: database }),
    };
    const said = execFileSync(binary, ["demo", "--members", String(members), "--tokens", String(tokens)], { env: server.environment, encoding: "utf8" });
    const value = (name) => new RegExp(`^\\s*${name}:\\s*(.+?)\\s*$`, "m").exec(said)[1];
    server.credentials = { email: value("email"), password: value("password") };
    return server;
  }

  /** Another that shares its database, and is signed in as it is. On the other core, beside the load. */
  async replica(settings = {}) {
    const listen = `127.0.0.1:${await freePort()}`;
    const other = Object.assign(new Server(), this, { process: undefined, url: `http://${listen}`, core: 1 });
    other.environment = { ...this.environment, ...settings, BAILIWICK_LISTEN: listen };
    await other.start();
    return other;
  }

  /** Starts it, and answers how many milliseconds passed until the first page of health was answered. */
  async start() {
    const began = performance.now();
    this.process = spawn("taskset", ["-c", String(this.core), binary, "serve"], { env: this.environment, stdio: "ignore" });
    for (;;) {
      if (this.process.exitCode !== null) throw new Error("bailiwick serve ended at its start");
      if (await fetch(`${this.url}/healthz`).then((answer) => answer.ok, () => false)) return performance.now() - began;
      await pause(1);
    }
  }

  async stop() {
    const ended = new Promise((done) => this.process.once("exit", done));
    this.process.kill("SIGTERM");
    await ended;
  }

  close() {
    rmSync(this.data, { recursive: true, force: true });
  }

  /** Seconds of user and system time so far. taskset becomes the server, so the id is the server's. */
  cpu() {
    const fields = readFileSync(`/proc/${this.process.pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }

  memory() {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.process.pid}/status`, "utf8"))[1]) / 1024;
  }

  async signIn() {
    const answer = await this.post("sessions/sign-in", this.credentials);
    this.cookie = answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
    const { organizations } = await this.get("sessions/current");
    this.organization = organizations[0].organization;
  }

  /** What an API server proves itself by when it asks whose a token is. */
  webhookToken() {
    const said = execFileSync(binary, ["cluster", "webhook-config"], { env: this.environment, encoding: "utf8" });
    return /^\s*"?token"?:\s*"?([^"\s]+)"?\s*$/m.exec(said)[1];
  }

  headers({ anonymous = false, bearer, type = "application/x-www-form-urlencoded" } = {}) {
    return {
      Accept: "application/json",
      Origin: this.url,
      "Content-Type": type,
      ...(this.cookie && !anonymous && !bearer && { Cookie: this.cookie }),
      ...(bearer && { Authorization: `Bearer ${bearer}` }),
    };
  }

  async post(path, fields) {
    const answer = await fetch(`${this.url}/api/v1/${path}`, { method: "POST", headers: this.headers(), body: new URLSearchParams(fields) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  /** Invites these, and answers the secret of each link. */
  async invited(emails) {
    const fields = [["organization", this.slug], ...emails.map((email) => ["emails[]", email])];
    const { results } = await (await this.post("invitations/send", fields)).json();
    const secrets = [];
    for (const { invitation } of results) {
      const { link } = await this.get("invitations/link", { organization: this.slug, invitation });
      secrets.push(link.split("/").at(-1));
    }
    return secrets;
  }

  async get(path, query = {}) {
    const answer = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(query)}`, { headers: this.headers() });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}
