// make bench: what one request costs the server. Figures depend on the machine; processor time is the one to compare.
import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { functionFigures } from "./function.mjs";
import { latencies } from "./latency.mjs";
import { listeners } from "./listeners.mjs";
import { get, load, postEach, postInTurn, postNumbered, postVersioned } from "./load.mjs";
import { outage } from "./outage.mjs";
import { Server } from "./server.mjs";
import { unfinishedHeads } from "./silent.mjs";
import { strangers } from "./strangers.mjs";

const postgres = new URL("../../.ci/postgres", import.meta.url).pathname;
const lines = [];
/** `aim`: how many a second at least, and how many milliseconds 99 in a hundred may take. */
const measure = async (server, name, scenario, aim) => {
  const line = await load([server].flat(), name, scenario);
  lines.push(line);
  const met = aim && line.perSecond >= aim.perSecond && line.p99 <= aim.p99;
  const beside = aim ? `  aim ≥ ${aim.perSecond} req/s, p99 ≤ ${aim.p99} ms: ${met ? "met" : "MISSED"}` : "";
  console.log(
    `${name.padEnd(42)}${line.perSecond.toFixed(0).padStart(8)} req/s  p50 ${line.p50.toFixed(2).padStart(7)} ms` +
      `  p99 ${line.p99.toFixed(2).padStart(7)} ms  cpu ${line.cpu.toFixed(3).padStart(7)} ms  (${line.done})${beside}`,
  );
};
const figure = (name, value) => console.log(`${name.padEnd(42)}${value}`);
const form = (fields) => new URLSearchParams(fields).toString();

async function reads(server) {
  const { slug } = server;
  const size = server.members.toLocaleString("en");
  await measure(server, `50 of ${size} members`, { script: get(`/api/v1/members/list?organization=${slug}&limit=50`) });
  await measure(server, `50 of ${size} members, with search`, { script: get(`/api/v1/members/list?organization=${slug}&limit=50&search=an`) });
}

async function writes(server) {
  const { slug } = server;
  const numbered = `organization=${slug}&emails%5B%5D=guest-`;
  await measure(server, "send invitation", { script: postNumbered("/api/v1/invitations/send", numbered, "%40bench.example") });

  const secrets = [];
  for (let batch = 0; secrets.length < 600; batch++) {
    secrets.push(...(await server.invited(Array.from({ length: 50 }, (_, at) => `friend-${batch}-${at}@bench.example`))));
  }
  const accepting = secrets.map((secret) => form({ secret, first_name: "Bench", last_name: "Friend", password: "a long walk on a quiet bench" }));
  await measure(server, "accept invitation, with a new account", {
    script: postEach("/api/v1/invitations/accept", accepting),
    connections: 2,
    most: accepting.length,
    anonymous: true, // whoever accepts leaves the session that the browser brought along
  });

  const { members } = await server.get("members/list", { organization: slug, status: "active", limit: "50" });
  const member = members.find(({ role }) => role === "member").id;
  const { namespaces, version } = await server.get("grants/of", { organization: slug, member });
  const [one, two] = namespaces.map(({ namespace }) => namespace.name ?? namespace);
  const saving = (namespace) => form([["organization", slug], ["member", member], ["namespaces[]", namespace]]);
  await measure(server, "save grants", { script: postVersioned("/api/v1/grants/save", saving(one), saving(two), version), connections: 1 });
}

async function tokens(server) {
  const { secret } = await (await server.post("tokens/create", [["organization", server.slug], ["namespaces[]", "dev"]])).json();
  await measure(server, "token check, 100,000 tokens", { script: get("/api/v1/tokens/current"), bearer: secret });
  await measure(server, "50 of 100,000 tokens", { script: get(`/api/v1/tokens/list?organization=${server.slug}&limit=50`) });
  const mistyped = secret.slice(0, -1) + (secret.endsWith("0") ? "1" : "0");
  await measure(server, "a mistyped token", { script: get("/api/v1/tokens/current"), bearer: mistyped, refused: true });
}

/** As an API server asks, for one token after the other. */
async function reviews(server) {
  const bodies = [];
  for (let count = 0; count < 100; count++) {
    const { secret } = await (await server.post("tokens/create", [["organization", server.slug], ["namespaces[]", "dev"]])).json();
    bodies.push(JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: secret } }));
  }
  const [path, asking] = ["/cluster/v1/token-review", { bearer: server.webhookToken(), type: "application/json" }];
  // A token that is nobody's is answered by 200 too, which the load would not notice.
  for (const body of bodies) {
    const answer = await fetch(`${server.url}${path}`, { method: "POST", headers: server.headers(asking), body });
    const said = await answer.text();
    if (!answer.ok || !JSON.parse(said).status.authenticated) throw new Error(`${path}: ${answer.status} ${said}`);
  }
  const aim = { perSecond: 500, p99: 50 };
  await measure(server, "token review, 100,000 tokens", { script: postInTurn(path, bodies), ...asking }, aim);
}

/** The members page where replicas share a database, and how soon a function that did not run answers with it. */
async function onPostgres() {
  const [folder, url] = execFileSync(postgres, ["start"], { encoding: "utf8" }).trim().split("\n");
  try {
    await at(
      10_000,
      async (server) => {
        const page = { script: get(`/api/v1/members/list?organization=${server.slug}&limit=50`) };
        await measure(server, "50 of 10,000 members, PostgreSQL", page);
        const second = await server.replica();
        await measure([server, second], "the same, two replicas", page);
        await second.stop();
        const away = await outage(server, url, 200);
        const aim = (name, took, most) =>
          figure(name, `${took.toFixed(0).padStart(8)} ms  aim ≤ ${most} ms: ${took <= most ? "met" : "MISSED"}`);
        aim("database away: slowest of the first 200", away.first, 1_000);
        aim("database away: slowest of the next 200", away.later, 100);
        aim("database back: until one is answered", away.back, 1_000);
        const { first, next, memory } = await functionFigures(server, `/api/v1/members/list`, `organization=${server.slug}&limit=50`);
        figure("function: start to first answer", `${first.toFixed(0).padStart(8)} ms`);
        figure("function: the next answer", `${next.toFixed(1).padStart(8)} ms`);
        figure("function: memory after it", `${memory.toFixed(1).padStart(8)} MB`);
      },
      5,
      url,
    );
  } finally {
    execFileSync(postgres, ["stop", folder]);
  }
}

/** What somebody at a browser waits for. */
async function acts(server) {
  console.log(`${"in a browser".padEnd(42)}${"requests".padStart(8)}${"KB".padStart(10)}${"0 ms away".padStart(14)}${"400 ms away".padStart(14)}`);
  for (const { name, requests, bytes, near, far } of await latencies(server)) {
    const [size, here, there] = [(bytes / 1024).toFixed(1), `${near.toFixed(0)} ms`, `${far.toFixed(0)} ms`];
    console.log(`${name.padEnd(42)}${String(requests).padStart(8)}${size.padStart(10)}${here.padStart(14)}${there.padStart(14)}`);
  }
}

async function at(members, scenarios, tokens, database) {
  const server = await Server.filled(members, tokens, database);
  try {
    await server.start();
    await server.stop();
    const started = await server.start();
    await pause(2000); // idle is what is left after the start
    const idle = server.memory();
    await server.signIn();
    server.slug = server.organization.slug ?? server.organization;
    await scenarios(server);
    await server.stop();
    return { started, idle };
  } finally {
    server.process?.kill("SIGKILL");
    server.close();
  }
}

await at(1_000, async (server) => {
  await reads(server);
  await acts(server);
  const { grown, last } = await listeners(server, 1_000);
  figure("1,000 listeners: memory grows by", `${grown.toFixed(1).padStart(8)} MB  aim ≤ 40 MB: ${grown <= 40 ? "met" : "MISSED"}`);
  figure("1,000 listeners: the last hears after", `${last.toFixed(0).padStart(8)} ms  aim ≤ 1,000 ms: ${last <= 1_000 ? "met" : "MISSED"}`);
});
await onPostgres();
await at(
  24,
  async (server) => {
    await tokens(server);
    await reviews(server);
    for (const [name, value] of await strangers(server)) figure(name, value);
  },
  100_000,
);
const { started, idle } = await at(10_000, async (server) => {
  await measure(server, "session check", { script: get("/api/v1/sessions/current") });
  await reads(server);
  await writes(server);
  const { grown, slowest } = await unfinishedHeads(server, 1_500);
  figure("1,500 unfinished heads: memory grows by", `${grown.toFixed(1).padStart(8)} MB`);
  figure("1,500 unfinished heads: slowest /healthz", `${slowest.toFixed(1).padStart(8)} ms`);
});
figure("start to first answer, existing database", `${started.toFixed(0).padStart(8)} ms`);
figure("idle memory", `${idle.toFixed(1).padStart(8)} MB`);
console.log(execFileSync(new URL("../../.ci/size", import.meta.url).pathname, { encoding: "utf8" }).trim());
