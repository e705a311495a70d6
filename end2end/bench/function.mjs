// The release binary as a function: how long it takes from nothing to the first answer. The Runtime API is a few lines of Node.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { binary } from "./server.mjs";

const eventOf = (server, path, query) => ({
  version: "2.0",
  routeKey: "$default",
  rawPath: path,
  rawQueryString: query,
  cookies: server.cookie.split("; "),
  headers: { accept: "application/json", host: new URL(server.url).host },
  requestContext: {
    accountId: "123456789012",
    apiId: "bench",
    http: { method: "GET", path, protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "bench" },
    requestId: "bench",
    routeKey: "$default",
    stage: "$default",
    time: "26/Nov/2026:09:30:05 +0000",
    timeEpoch: 1795685405250,
  },
  isBase64Encoded: false,
});

/** Asks one event twice. Milliseconds from the start of the process to the first answer, and of the second; megabytes after it. */
export async function functionFigures(server, path, query) {
  const event = JSON.stringify(eventOf(server, path, query));
  const times = [];
  let ready;
  const done = new Promise((resolve) => (ready = resolve));
  const api = createServer((request, response) => {
    if (request.method === "GET") {
      if (times.length === 4) return ready();
      times.push(performance.now());
      response.setHeader("content-type", "application/json");
      response.setHeader("lambda-runtime-aws-request-id", String(times.length));
      response.setHeader("lambda-runtime-deadline-ms", String(Date.now() + 60_000));
      response.setHeader("lambda-runtime-invoked-function-arn", "arn:aws:lambda:eu-central-1:123456789012:function:bailiwick");
      return response.end(event);
    }
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      times.push(performance.now());
      if (JSON.parse(body).statusCode !== 200) throw new Error(`the function answered ${body.slice(0, 300)}`);
      response.writeHead(202).end();
    });
  });
  await new Promise((listening) => api.listen(0, "127.0.0.1", listening));
  const { BAILIWICK_LISTEN, BAILIWICK_DATA, ...environment } = server.environment;
  const key = readFileSync(`${BAILIWICK_DATA}/secret.key`, "utf8").trim();
  const began = performance.now();
  const child = spawn("taskset", ["-c", "0", binary], {
    env: {
      ...environment,
      BAILIWICK_SECRET_KEY: key,
      BAILIWICK_SMTP_URL: "smtp://127.0.0.1:25",
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${api.address().port}`,
      AWS_LAMBDA_FUNCTION_NAME: "bailiwick",
      AWS_LAMBDA_FUNCTION_VERSION: "1",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise((_, failed) => child.once("exit", (code) => failed(new Error(`the function ended with ${code}`))));
  await Promise.race([done, ended]);
  const memory = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))[1]) / 1024;
  ended.catch(() => {});
  child.kill("SIGKILL");
  api.closeAllConnections();
  api.close();
  return { first: times[1] - began, next: times[3] - times[2], memory };
}
