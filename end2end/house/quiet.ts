import { type BrowserContext, expect } from "@playwright/test";

/** Hears every complaint of the browsers of one test: warnings, errors, scripts that threw, requests that failed. */
export class Quiet {
  private readonly heard: string[] = [];
  // A hint on speed: it is said of a page that is left, or of a machine that is busy, before the program has begun. That
  // it is used, and loaded once, is a test of its own.
  private readonly allowed: RegExp[] = [/was preloaded using link preload but not used within a few seconds/];

  /** What this test provokes on purpose. */
  allow(complaint: RegExp): void {
    this.allowed.push(complaint);
  }

  listen(context: BrowserContext): void {
    context.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) {
        this.heard.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      }
    });
    context.on("weberror", (problem) => this.heard.push(`thrown: ${problem.error().stack ?? problem.error().message}`));
    context.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText;
      // A page that is left drops what it was still asking for.
      if (reason !== "net::ERR_ABORTED") this.heard.push(`failed: ${request.method()} ${request.url()} (${reason})`);
    });
  }

  expectSilence(): void {
    const complaints = this.heard.filter((complaint) => !this.allowed.some((pattern) => pattern.test(complaint)));
    expect(complaints, "what the browser complained about").toEqual([]);
  }
}
