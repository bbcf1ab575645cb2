// What a test asks of an open page: the list, the world's report, and that nothing went wrong or out.

import type { Browser, Page } from "playwright-core"
import { expect } from "vitest"

/** What the page's debug hook tells of the drawn world, as far as the tests ask. */
export interface WorldReport {
  readonly frames: number
  readonly drawCalls: number
  readonly cpuMs: number
  readonly zones: readonly {
    readonly id: string
    readonly name: string
    readonly statusLine: string
    readonly station: string | undefined
    readonly x: number
    readonly z: number
  }[]
  readonly labels: readonly string[]
}

declare global {
  interface Window {
    __vibecraft?: { report(): WorldReport | undefined }
  }
}

/** A page under test. */
export interface PageProbe {
  readonly page: Page
  /** Error lines of the console, uncaught errors, and requests to anything but the daemon. */
  readonly troubles: string[]
  /** The world's own report; undefined where none is drawn. */
  report(): Promise<WorldReport | undefined>
  /** Text of the row whose name is this. */
  row(name: string): Promise<string>
  close(): Promise<void>
}

/** How the page is opened. */
export interface OpenOptions {
  readonly width?: number
  readonly height?: number
  readonly reducedMotion?: boolean
}

/** How long a state may take to come about on a busy machine. No figure is judged by it. */
export const PATIENCE = { timeout: 30_000, interval: 50 }

/** Opens the page in a context of its own. */
export async function openPage(browser: Browser, url: string, options: OpenOptions = {}): Promise<PageProbe> {
  const { width = 1440, height = 900, reducedMotion = false } = options
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: 1,
    reducedMotion: reducedMotion ? "reduce" : "no-preference",
  })
  const page = await context.newPage()
  const troubles: string[] = []
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(message.text())
  })
  page.on("pageerror", (error) => troubles.push(String(error)))
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) troubles.push(`request to ${request.url()}`)
  })
  await page.goto(url)
  return {
    page,
    troubles,
    report: () => page.evaluate(() => window.__vibecraft?.report()),
    async row(name) {
      const row = page.locator("[role=option]", { has: page.locator(".row-name", { hasText: name }) })
      return (await row.count()) === 0 ? "" : ((await row.first().textContent()) ?? "")
    },
    close: () => context.close(),
  }
}

/** Waits until the world is drawn and shows so many zones. */
export async function zonesDrawn(probe: PageProbe, count: number): Promise<WorldReport> {
  await expect.poll(async () => (await probe.report())?.zones.length, PATIENCE).toBe(count)
  return (await probe.report()) as WorldReport
}
