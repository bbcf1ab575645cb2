// Takes the pictures of the README from the demo fleet: `node web/e2e/screenshots.ts`. Writes docs/images.

import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import type { Browser } from "playwright-core"
import { launchBrowser } from "./browser.ts"
import { startProgram } from "./program.ts"

const ROOT = join(import.meta.dirname, "..", "..")
const IMAGES = join(ROOT, "docs", "images")
/** The fleet is whole once the last one has joined. */
const WHOLE_FLEET = 11
const PATIENCE_MS = 90_000

async function take(browser: Browser, url: string, shot: { name: string; width: number; height: number; select: boolean }): Promise<void> {
  const { width, height } = shot
  const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: width < 600 ? 2 : 1, reducedMotion: "reduce" })
  const page = await context.newPage()
  await page.goto(url)
  await page.waitForFunction((count) => (window.__vibecraft?.report()?.zones.length ?? 0) >= count, WHOLE_FLEET, { timeout: PATIENCE_MS })
  // A moment that tells something: somebody waits, and several tools run.
  await page.waitForFunction(
    () => {
      const zones = window.__vibecraft?.report()?.zones ?? []
      return zones.filter(({ station }) => station !== undefined).length >= 3 && zones.some((zone) => zone.statusLine.startsWith("waiting"))
    },
    undefined,
    { timeout: PATIENCE_MS },
  )
  if (shot.select) {
    // The one that has cost most has most to tell.
    const costs = await page.locator(".row.is-working .row-cost").allTextContents()
    const amounts = costs.map((cost) => Number.parseFloat(cost.replace(/[^\d.]/g, "")) || 0)
    await page
      .locator(".row.is-working")
      .nth(amounts.indexOf(Math.max(...amounts)))
      .click()
    await page.waitForSelector(".panel .latency")
    await page.waitForFunction(
      () => {
        const name = document.querySelector(".panel h2")?.textContent ?? ""
        return window.__vibecraft?.report()?.labels.includes(name)
      },
      undefined,
      { timeout: PATIENCE_MS },
    )
  }
  await page.evaluate(async () => {
    await document.fonts.ready
    for (let i = 0; i < 3; i++) await new Promise((resolve) => requestAnimationFrame(resolve))
  })
  await page.screenshot({ path: join(IMAGES, `${shot.name}.png`) })
  console.log(`docs/images/${shot.name}.png`)
  await context.close()
}

await mkdir(IMAGES, { recursive: true })
const demo = startProgram(join(ROOT, "daemon/simulator/demo.ts"), [], process.env)
const started = await launchBrowser()
const { browser } = started
try {
  const [, url = ""] = await demo.line(/Page\s+(http:\S+)/)
  await take(browser, url, { name: "world-1440x900", width: 1440, height: 900, select: false })
  await take(browser, url, { name: "session-1440x900", width: 1440, height: 900, select: true })
  await take(browser, url, { name: "phone-390x844", width: 390, height: 844, select: false })
} finally {
  await started.close()
  await demo.stop("SIGINT")
}
