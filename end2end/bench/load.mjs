// Load by wrk, from the other core. Each scenario is a small Lua script, because wrk asks it for every request.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const lua = (value) => `"${String(value).replace(/[\\"]/g, "\\$&")}"`;

const milliseconds = (text) => {
  const [, number, unit] = /([\d.]+)(us|ms|s)$/.exec(text);
  return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit];
};

/** One line of the table: what wrk saw, and what the server's processor time says. Of several servers, all at once. */
export async function load(servers, name, scenario) {
  const lines = await Promise.all(servers.map((server) => one(server, name, scenario)));
  const sum = (figure) => lines.reduce((all, line) => all + line[figure], 0);
  const [done, worst] = [sum("done"), (figure) => Math.max(...lines.map((line) => line[figure]))];
  return { name, done, perSecond: sum("perSecond"), p50: worst("p50"), p99: worst("p99"), cpu: lines.reduce((all, it) => all + it.cpu * it.done, 0) / done };
}

async function one(server, name, { script, connections = 8, seconds = 5, most = Infinity, anonymous = false, bearer, type, refused: meant = false }) {
  const folder = mkdtempSync(join(tmpdir(), "bailiwick-load-"));
  const headers = Object.entries(server.headers({ anonymous, bearer, type })).map(([key, value]) => `wrk.headers[${lua(key)}] = ${lua(value)}`);
  const file = join(folder, "load.lua");
  writeFileSync(file, `${headers.join("\n")}\n${script}\n${counting}`);
  const before = server.cpu();
  const words = ["-c", "1", "wrk", "-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "--latency", "-s", file, server.url];
  const { stdout: said } = await promisify(execFile)("taskset", words);
  const used = server.cpu() - before;
  rmSync(folder, { recursive: true, force: true });
  const figure = (pattern) => pattern.exec(said)[1];
  const [done, refused] = [Number(figure(/^requests (\d+)/m)), Number(figure(/^refused (\d+)/m))];
  if (done === 0 || (meant ? refused < done : refused > 0)) throw new Error(`${name}: ${refused} of ${done} requests were refused\n${said}`);
  if (done > most - 2 * connections) throw new Error(`${name}: all ${most} requests were spent before the time was`);
  return {
    name,
    done,
    perSecond: done / Number(figure(/^seconds ([\d.]+)/m)),
    p50: milliseconds(figure(/^ +50% +(\S+)/m)),
    p99: milliseconds(figure(/^ +99% +(\S+)/m)),
    cpu: (used * 1000) / done,
  };
}

// An answer that is not a success spoils the figure, so it is counted.
const counting = `
done = function(summary)
  io.write(string.format("requests %d\\n", summary.requests))
  io.write(string.format("seconds %f\\n", summary.duration / 1e6))
  io.write(string.format("refused %d\\n", summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end`;

export const get = (path) => `request = function() return wrk.format("GET", ${lua(path)}) end`;

/** POSTs one body after the other; `most` of the scenario says how many there are. */
export const postEach = (path, bodies) => `
local bodies = { ${bodies.map(lua).join(",\n")} }
local at = 0
request = function()
  at = at + 1
  if at >= #bodies then wrk.thread:stop() end
  return wrk.format("POST", ${lua(path)}, nil, bodies[math.min(at, #bodies)])
end`;

/** POSTs these bodies in turn, again and again. */
export const postInTurn = (path, bodies) => `
local bodies = { ${bodies.map(lua).join(",\n")} }
local at = 0
request = function()
  at = at % #bodies + 1
  return wrk.format("POST", ${lua(path)}, nil, bodies[at])
end`;

/** POSTs a body that carries a number of its own. */
export const postNumbered = (path, before, after) => `
local at = 0
request = function()
  at = at + 1
  return wrk.format("POST", ${lua(path)}, nil, ${lua(before)} .. at .. ${lua(after)})
end`;

/** POSTs two bodies in turn, each with the version that the answer before it gave. */
export const postVersioned = (path, first, second, version) => `
local version, turn = ${lua(version)}, false
request = function()
  turn = not turn
  return wrk.format("POST", ${lua(path)}, nil, (turn and ${lua(first)} or ${lua(second)}) .. "&version=" .. version)
end
response = function(status, headers, body)
  version = string.match(body, '"version":"?([^",}]+)') or version
end`;
