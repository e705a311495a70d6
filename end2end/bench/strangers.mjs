// What strangers cost who sign in and up all at once: memory, and how long health, a token check and a TokenReview take beside it.
import { setTimeout as pause } from "node:timers/promises";

const SIGN_INS = 200;
const SIGN_UPS = 400;
/** Hashes that run at once, each in 19 MiB: as many as there are processors, and one of them is the server's. */
const aim = 19 + 20;

const post = (server, path, fields) =>
  fetch(`${server.url}/api/v1/${path}`, { method: "POST", headers: server.headers({ anonymous: true }), body: new URLSearchParams(fields) }).then(async (answer) => {
    await answer.arrayBuffer();
    // Who comes when too many wait is sent away, and so is who tries too often: both are answers.
    if (![200, 401, 429, 503].includes(answer.status)) throw new Error(`${path}: ${answer.status}`);
  });

const crowd = (server) => [
  ...Array.from({ length: SIGN_INS }, () => post(server, "sessions/sign-in", server.credentials)),
  ...Array.from({ length: SIGN_UPS }, (_, n) =>
    post(server, "sessions/sign-up", {
      organization_name: `Bench ${n}`,
      first_name: "Bench",
      last_name: "Stranger",
      email: `stranger-${n}@bench.example`,
      password: "a long walk on a quiet bench",
    }),
  ),
];

/** Asks again and again until `over`, and answers the milliseconds of the slowest but one in a hundred. */
async function p99(over, url, options) {
  const times = [];
  while (!over()) {
    const began = performance.now();
    const answer = await fetch(url, options);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${url} beside sign-ins: ${answer.status}`);
    times.push(performance.now() - began);
    await pause(2);
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)] ?? 0;
}

/** Lines of name, figure and whether it is as it is meant to be. */
export async function strangers(server) {
  const { secret } = await (await server.post("tokens/create", [["organization", server.slug], ["namespaces[]", "dev"]])).json();
  const review = { apiVersion: "authentication.k8s.io/v1", kind: "TokenReview", spec: { token: secret } };
  const asking = { method: "POST", headers: server.headers({ bearer: server.webhookToken(), type: "application/json" }), body: JSON.stringify(review) };
  const before = server.memory();
  let [done, most] = [false, before];
  const watch = (async () => {
    while (!done) {
      most = Math.max(most, server.memory());
      await pause(10);
    }
  })();
  const over = () => done;
  const beside = Promise.all([
    p99(over, `${server.url}/healthz`),
    p99(over, `${server.url}/api/v1/tokens/current`, { headers: server.headers({ bearer: secret }) }),
    p99(over, `${server.url}/cluster/v1/token-review`, asking),
  ]);
  try {
    await Promise.all(crowd(server));
  } finally {
    done = true;
  }
  await watch;
  const [health, check, token] = await beside;
  const grown = most - before;
  const line = (name, value, unit, limit) => [name, `${value.toFixed(1).padStart(8)} ${unit}  aim ≤ ${limit} ${unit}: ${value <= limit ? "met" : "MISSED"}`];
  return [
    line("200 sign-ins, 400 sign-ups: memory grows by", grown, "MB", aim),
    line("beside them: /healthz, p99", health, "ms", 50),
    line("beside them: token check, p99", check, "ms", 50),
    line("beside them: token review, p99", token, "ms", 50),
  ];
}
