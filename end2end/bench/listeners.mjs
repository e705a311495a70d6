// What browsers cost that listen for changes: memory, and how soon each of them hears of one.
import { setTimeout as pause } from "node:timers/promises";

const EACH = 20; // as many as one account may have

/** A cookie for each of as many people as are needed: their sessions are what listens. */
async function cookies(server, count) {
  const emails = Array.from({ length: count }, (_, at) => `listener-${at}@bench.example`);
  const found = [];
  for (const secret of await server.invited(emails)) {
    const fields = { secret, first_name: "Bench", last_name: "Listener", password: "a long walk on a quiet bench" };
    const answer = await fetch(`${server.url}/api/v1/invitations/accept`, {
      method: "POST",
      headers: server.headers({ anonymous: true }),
      body: new URLSearchParams(fields),
    });
    if (!answer.ok) throw new Error(`invitations/accept: ${answer.status} ${await answer.text()}`);
    found.push(answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; "));
  }
  return found;
}

/** Megabytes that the server grows by while so many listen, and milliseconds until the last of them heard of a change. */
export async function listeners(server, count) {
  const people = await cookies(server, Math.ceil(count / EACH));
  await pause(2000); // what signing in took is given back, or is not
  const before = server.memory();
  const ended = new AbortController();
  const readers = await Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const headers = { accept: "text/event-stream", cookie: people[Math.floor(at / EACH)] };
      const answer = await fetch(`${server.url}/api/v1/live?organization=${server.slug}`, { headers, signal: ended.signal });
      if (answer.status !== 200) throw new Error(`listener ${at}: ${answer.status}`);
      return answer.body.getReader();
    }),
  );
  await pause(1000);
  const grown = server.memory() - before;
  const began = performance.now();
  const heard = Promise.all(readers.map((reader) => reader.read()));
  await server.post("invitations/send", [["organization", server.slug], ["emails[]", "heard@bench.example"]]);
  await heard;
  const last = performance.now() - began;
  ended.abort();
  return { grown, last };
}
