// How long requests wait while PostgreSQL is away, and how soon they are answered again after it is back.
import { connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A way to a database that can be cut, and the database's address by it. */
async function relayed(url) {
  const target = new URL(url);
  const pairs = new Set();
  let open = true;
  const relay = createServer((near) => {
    if (!open) return near.destroy();
    const far = connect(Number(target.port), target.hostname);
    const pair = [near, far];
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      for (const side of pair) side.destroy();
    };
    for (const side of pair) side.on("error", end).on("close", end);
    near.pipe(far).pipe(near);
  });
  await new Promise((done) => relay.listen(0, "127.0.0.1", done));
  const through = new URL(url);
  [through.hostname, through.port] = ["127.0.0.1", relay.address().port];
  const cut = () => {
    open = false;
    for (const pair of pairs) for (const side of pair) side.destroy();
  };
  return { through: through.href, cut, mend: () => (open = true), close: () => (cut(), relay.close()) };
}

/** Milliseconds: of the slowest of `count` requests at once when it has just gone, of the slowest of as many after them, and
 *  until a request is answered after it is back. */
export async function outage(server, database, count) {
  const relay = await relayed(database);
  const cutOff = await server.replica({ BAILIWICK_DATABASE_URL: relay.through });
  const ask = async () => {
    const began = performance.now();
    const answer = await fetch(`${cutOff.url}/api/v1/sessions/current`, { headers: cutOff.headers() });
    await answer.text();
    return { status: answer.status, took: performance.now() - began };
  };
  const slowest = async () => {
    const answers = await Promise.all(Array.from({ length: count }, ask));
    const other = answers.find(({ status }) => status !== 503);
    if (other) throw new Error(`while the database is away: ${other.status}`);
    return Math.max(...answers.map(({ took }) => took));
  };
  try {
    const { status } = await ask();
    if (status !== 200) throw new Error(`before the outage: ${status}`);
    relay.cut();
    const [first, later] = [await slowest(), await slowest()];
    relay.mend();
    const began = performance.now();
    while ((await ask()).status !== 200) await pause(5);
    return { first, later, back: performance.now() - began };
  } finally {
    await cutOff.stop();
    relay.close();
  }
}
