import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expectAccessible } from "../house/accessible";
import { expect, test as base } from "../house/fixtures";
import { expectNothingCut } from "../house/fits";
import { binary } from "../house/server";

/** A person's own machine: a home folder, and the real program in it. */
class Laptop {
  private waiting?: { child: ChildProcess; ended: Promise<{ code: number | null; said: string }> };

  private constructor(
    readonly home: string,
    private readonly server: string,
  ) {}

  static async open(server: string): Promise<Laptop> {
    return new Laptop(await mkdtemp(join(tmpdir(), "laptop-")), server);
  }

  private get environment() {
    return { PATH: process.env.PATH ?? "", HOME: this.home };
  }

  /** Begins `bailiwick login`; answers the address that it shows. */
  async logIn(...more: string[]): Promise<string> {
    const child = spawn(binary, ["login", "--server", this.server, ...more], { env: this.environment, cwd: this.home });
    let said = "";
    const ended = new Promise<number | null>((done) => child.once("close", done)).then((code) => ({ code, said }));
    this.waiting = { child, ended };
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
    const address = () => /^ *(http\S+\/device\?code=\S+)$/m.exec(said)?.[1];
    await expect.poll(address, { message: "the address that is shown" }).toBeTruthy();
    return address()!;
  }

  /** Waits until it has ended, and answers what it said. */
  async ended(): Promise<{ code: number | null; said: string }> {
    return this.waiting!.ended;
  }

  async run(program: string, ...words: string[]): Promise<string> {
    return (await promisify(execFile)(program, words, { env: this.environment, cwd: this.home })).stdout;
  }

  async credential(): Promise<string> {
    const words = ["credential", "--server", this.server, "--organization", "northwind"];
    return this.run(binary, ...words).catch((problem: { stderr?: string }) => problem.stderr ?? String(problem));
  }

  async close(): Promise<void> {
    this.waiting?.child.kill();
    await rm(this.home, { recursive: true, force: true });
  }
}

const test = base.extend<{ laptop: Laptop }>({
  laptop: async ({ house }, use) => {
    const laptop = await Laptop.open(house.url);
    await use(laptop);
    await laptop.close();
  },
});

test.use({ configuration: { BAILIWICK_CLUSTER_SERVER: "https://cluster.example:6443", BAILIWICK_CLUSTER_NAME: "harbour" } });

test("somebody lets their machine into the cluster, sees it in their account, and ends it", async ({ person, laptop }) => {
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind", "dev");
  const address = await laptop.logIn();
  const code = address.split("code=")[1]!;

  await test.step("whoever is not signed in is asked first, and comes back", async () => {
    await ada.page.context().clearCookies();
    await ada.open(address);
    await ada.signIn();
    await expect(ada.heading("Let this machine in?")).toBeVisible();
    await expect(ada.page.getByText(code, { exact: true })).toBeVisible();
    await expect(ada.page.getByText("127.0.0.1, as this browser")).toBeVisible();
    await expect(ada.page.getByText("Let it in only if you just ran")).toBeVisible();
    await expectAccessible(ada.page);
    await ada.page.setViewportSize({ width: 320, height: 640 });
    await expectNothingCut(ada.page);
    await ada.page.setViewportSize({ width: 1280, height: 720 });
  });

  await test.step("the button is what lets it in", async () => {
    await ada.page.getByRole("button", { name: "Let it in" }).click();
    await expect(ada.heading("Back to your terminal")).toBeVisible();
    await expectAccessible(ada.page);
    const { code, said } = await laptop.ended();
    expect(code, said).toBe(0);
    expect(said).toContain(`let in as ${ada.email} of Northwind`);
    expect(await laptop.run("kubectl", "config", "current-context")).toBe("harbour/northwind\n");
    const kubeconfig = join(laptop.home, ".kube/config");
    expect((await stat(kubeconfig)).mode & 0o777).toBe(0o600);
    expect(await readFile(kubeconfig, "utf8")).not.toContain("bwl_");
    expect(JSON.parse(await laptop.credential()).status.token).toMatch(/^bwu_/);
  });

  await test.step("it stands in the account", async () => {
    await ada.page.getByRole("link", { name: "your account" }).click();
    const access = ada.page.getByRole("region", { name: "My cluster access" });
    await expect(access.locator("tr.row")).toHaveCount(1);
    await expect(access).toContainText("bailiwick on Linux, 127.0.0.1");
    await expect(access).toContainText("in 30 days");
    await expectAccessible(ada.page);
    await ada.page.setViewportSize({ width: 320, height: 640 });
    await expectNothingCut(ada.page);
    await ada.page.setViewportSize({ width: 1280, height: 720 });
    const [file] = await Promise.all([
      ada.page.waitForEvent("download"),
      access.getByRole("button", { name: "Kubeconfig of Northwind" }).click(),
    ]);
    expect(file.suggestedFilename()).toBe("northwind-kubeconfig.yaml");
    await access.getByRole("button", { name: "End the access of" }).click();
    await expect(ada.announcement).toHaveText("That machine is let in no more.");
    await expect(access.locator("tr.row")).toHaveCount(0);
    await expectAccessible(ada.page);
    expect(await laptop.credential()).toContain("has ended");
  });
});

test("a code is typed, a wrong one is told, and a machine is turned away", async ({ person, laptop, quiet }) => {
  quiet.allow(/status of 404/);
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  const address = await laptop.logIn("--no-browser");
  await ada.open("/device");
  await expectAccessible(ada.page);
  await ada.page.getByLabel("Code").fill("bbbb-bbbb");
  await ada.page.getByRole("button", { name: "Go on" }).click();
  await expect(ada.page.getByLabel("Code")).toHaveAccessibleDescription(/No machine waits with this code/);
  await expectAccessible(ada.page);
  await ada.page.getByLabel("Code").fill(address.split("code=")[1]!.toLowerCase().replace("-", " "));
  await ada.page.getByRole("button", { name: "Go on" }).click();
  await expect(ada.heading("Let this machine in?")).toBeVisible();
  await ada.page.getByRole("button", { name: "Turn it away" }).click();
  await expect(ada.heading("Back to your terminal")).toBeVisible();
  const { code, said } = await laptop.ended();
  expect(code).toBe(1);
  expect(said).toContain("turned away");
});

test("a sign-in of long ago takes the password once more", async ({ person, house, laptop, quiet }) => {
  quiet.allow(/status of 422/);
  const ada = await person("Ada", "Okafor");
  await ada.found("Northwind");
  const address = await laptop.logIn();
  await house.ageSessions(6);
  await ada.open(address);
  await expect(ada.page.getByRole("button", { name: "Let it in" })).toHaveCount(0);
  await ada.page.getByLabel("Current password").fill("not what it was at all");
  await ada.page.getByRole("button", { name: "Confirm" }).click();
  await expect(ada.page.getByLabel("Current password")).toHaveAccessibleDescription(/not your current password/);
  await expectAccessible(ada.page);
  await ada.page.getByLabel("Current password").fill(ada.password);
  await ada.page.getByRole("button", { name: "Confirm" }).click();
  await ada.page.getByRole("button", { name: "Let it in" }).click();
  expect((await laptop.ended()).code).toBe(0);
});

test.describe(() => {
  test.use({ configuration: {} });

  test("without a cluster the account page says so", async ({ person }) => {
    const ada = await person("Ada", "Okafor");
    await ada.found("Northwind");
    await ada.open("/account");
    const access = ada.page.getByRole("region", { name: "My cluster access" });
    await expect(access).toContainText("No cluster is connected");
    await expectAccessible(ada.page);
  });
});
