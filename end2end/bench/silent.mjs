// What clients cost that send half a head and wait: memory, and how long health takes to answer meanwhile.
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** As long as a head may be, but for its end. */
const HALF_HEAD = `GET / HTTP/1.1\r\nhost: bench\r\nx-half: ${"x".repeat(31 * 1024)}`;

const open = (url) =>
  new Promise((done) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(HALF_HEAD, () => done(socket)));
    // The server may close it for a later one.
    socket.on("error", () => done(socket));
  });

/** Megabytes that the server grows by, and milliseconds of the slowest of ten answers beside them. */
export async function unfinishedHeads(server, count) {
  const before = server.memory();
  const sockets = [];
  for (let opened = 0; opened < count; opened += 50) {
    sockets.push(...(await Promise.all(Array.from({ length: 50 }, () => open(server.url)))));
  }
  await pause(500); // until what was sent is read
  const grown = server.memory() - before;
  let slowest = 0;
  for (let asked = 0; asked < 10; asked++) {
    const began = performance.now();
    const answer = await fetch(`${server.url}/healthz`, { headers: { connection: "close" } });
    if (!answer.ok) throw new Error(`/healthz beside ${count} unfinished heads: ${answer.status}`);
    slowest = Math.max(slowest, performance.now() - began);
  }
  for (const socket of sockets) socket.destroy();
  return { grown, slowest };
}
