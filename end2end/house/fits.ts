import { expect, type Page } from "@playwright/test";

/** Everything that can be pressed or typed into is inside the window's width and is not a speck; nothing scrolls sideways. */
export async function expectNothingCut(page: Page): Promise<void> {
  const cut = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const controls = document.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, summary");
    return [...controls]
      .filter((control) => control.checkVisibility({ visibilityProperty: true }) && !control.matches(".skip"))
      .map((control) => ({ control, box: control.getBoundingClientRect() }))
      .filter(({ box }) => box.left < -0.5 || box.right > width + 0.5 || box.width < 8 || box.height < 8)
      .map(({ control, box }) => `${control.outerHTML.slice(0, 120)} ${box.left}–${box.right} of ${width}`);
  });
  expect(cut, `cut off at ${page.url()}`).toEqual([]);
  const widest = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(widest, `${page.url()} scrolls sideways`).toBeLessThanOrEqual(page.viewportSize()!.width);
}
