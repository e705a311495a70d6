import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";

/** The real API server that `.ci/cluster start` leaves; none where somebody asked to do without. */
const environment = process.env.BAILIWICK_TEST_CLUSTER ?? "";

export const kubeconfig: string = environment && (/^KUBECONFIG=(.*)$/m.exec(readFileSync(environment, "utf8"))?.[1] ?? "");

export const without = "cluster tests skipped: BAILIWICK_TEST_CLUSTER names no cluster";

/** As the cluster's administrator. */
export const kubectl = async (...asked: string[]): Promise<string> =>
  (await promisify(execFile)("kubectl", ["--kubeconfig", kubeconfig, ...asked])).stdout.trim();
