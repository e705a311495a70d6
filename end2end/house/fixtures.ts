import { type BrowserContextOptions, test as base } from "@playwright/test";
import { Person } from "./people";
import { Quiet } from "./quiet";
import { House, type Plan } from "./server";

export { expect } from "@playwright/test";

/** What a project or a file chooses by `test.use`. */
export type Choice = Plan;

type Fixtures = {
  /** A server that is this test's alone. */
  house: House;
  quiet: Quiet;
  /** A person in a browser of their own: cookies are not shared between people. */
  person: (firstName: string, lastName: string, browser?: BrowserContextOptions) => Promise<Person>;
};

export const test = base.extend<Choice & Fixtures>({
  database: ["sqlite", { option: true }],
  runs: ["as a server", { option: true }],
  demo: [false, { option: true }],
  configuration: [{}, { option: true }],

  house: async ({ database, runs, demo, configuration }, use, info) => {
    const house = await House.open({ database, runs, demo, configuration });
    try {
      await use(house);
    } finally {
      if (info.status !== info.expectedStatus) await info.attach("server log", { body: house.log });
      await house.close();
    }
  },

  // Set up first, asked last: every browser is closed by then, and nothing is said any more.
  quiet: [
    async ({}, use) => {
      const quiet = new Quiet();
      await use(quiet);
      quiet.expectSilence();
    },
    { auto: true },
  ],

  baseURL: async ({ house }, use) => use(house.url),

  context: async ({ context, quiet }, use) => {
    quiet.listen(context);
    await use(context);
  },

  person: async ({ browser, baseURL, house, quiet }, use) => {
    const contexts = new Set<Awaited<ReturnType<typeof browser.newContext>>>();
    await use(async (firstName, lastName, options = {}) => {
      const context = await browser.newContext({ baseURL, ...options });
      contexts.add(context);
      quiet.listen(context);
      // Where scripts are off, the browser complains of what a page loads early for them.
      if (options.javaScriptEnabled === false) quiet.allow(/bailiwick\.js \(csp\)$/);
      return new Person(await context.newPage(), house, firstName, lastName, options.javaScriptEnabled ?? true);
    });
    for (const context of contexts) await context.close();
  },
});
