// The page as a person uses it, on the real daemon with simulated agents.

import { formatTokens } from "@vibecraft/shared/format-tokens"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { type Agent, type Bed, createBed } from "./bed.ts"
import { type TestBrowser, launchBrowser } from "./browser.ts"
import { PATIENCE, type PageProbe, openPage, zonesDrawn } from "./page-probe.ts"

let bed: Bed
let browser: TestBrowser
let probe: PageProbe
const agents: Agent[] = []

async function startAgent(options: Readonly<Record<string, unknown>>, name: string): Promise<Agent> {
  const agent = await bed.start(options)
  agents.push(agent)
  await agent.command({ kind: "rename", text: name })
  return agent
}

beforeAll(async () => {
  ;[bed, browser] = await Promise.all([createBed("page"), launchBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await bed?.close()
})
afterEach(async () => {
  await probe?.close()
})

describe("the page", () => {
  it("says that there is no agent yet; then a zone rises by itself, with a label, a row and a card that says how it was found", async () => {
    probe = await openPage(browser.browser, bed.url)
    await expect.poll(() => probe.page.locator(".empty").innerText(), PATIENCE).toContain("No agents yet")
    await startAgent({ agent: "claude", cwd: "shop" }, "first-agent")
    await zonesDrawn(probe, 1)
    await expect.poll(async () => (await probe.report())?.labels, PATIENCE).toContain("first-agent")
    await expect.poll(() => probe.row("first-agent"), PATIENCE).toContain("idle")
    expect(await probe.page.locator(".card").count()).toBe(1)
    expect(await probe.page.locator(".card-found").innerText()).toMatch(/found by .*tmux main:/)
    expect(probe.troubles).toEqual([])
  })

  it("sends the robot to the station of the running tool, puts its target over it, and keeps the project's zones together", async () => {
    const [first] = agents as [Agent]
    const second = await startAgent({ agent: "claude", cwd: "shop" }, "second-agent")
    probe = await openPage(browser.browser, bed.url)
    await first.command({ kind: "prompt", text: "Fix it" })
    const [call = ""] = await first.tools({ name: "Edit", input: { file_path: "/src/basket.ts", old_string: "a", new_string: "b" } })
    await expect
      .poll(async () => (await probe.report())?.zones.find(({ name }) => name === "first-agent")?.station, PATIENCE)
      .toBe("workbench")
    await expect.poll(async () => (await probe.report())?.labels.some((label) => label.includes("basket.ts")), PATIENCE).toBe(true)
    await first.command({ kind: "end-tool", callId: call })
    await first.command({ kind: "respond", end: true })
    await expect.poll(() => probe.row("first-agent"), PATIENCE).toContain("idle")
    expect((await probe.report())?.zones.every(({ station }) => station === undefined)).toBe(true)

    const { zones } = await zonesDrawn(probe, 2)
    const [a, b] = zones
    expect(Math.hypot((a?.x ?? 0) - (b?.x ?? 0), (a?.z ?? 0) - (b?.z ?? 0))).toBeCloseTo(Math.sqrt(3) * 10, 3)
    expect(second.pid).toBeGreaterThan(0)
    expect(probe.troubles).toEqual([])
  })

  it("counts who waits in the tab's title, first in the list and in words", async () => {
    const [first, second] = agents as [Agent, Agent]
    probe = await openPage(browser.browser, bed.url)
    await expect.poll(() => probe.page.title(), PATIENCE).toBe("Vibecraft")
    await second.command({ kind: "prompt", text: "Publish" })
    const [call = ""] = await second.tools({ name: "Bash", input: { command: "npm publish" } })
    await second.command({ kind: "ask", callId: call })
    await expect.poll(() => probe.page.title(), PATIENCE).toBe("(1) Vibecraft")
    expect(await probe.page.locator("[role=option] .row-name").first().innerText()).toBe("second-agent")
    expect(await probe.row("second-agent")).toContain("waiting")
    expect(await probe.page.locator("[aria-live=polite]").first().innerText()).toContain("One session needs you. second-agent")

    await first.command({ kind: "prompt", text: "Ask me" })
    await first.command({ kind: "question", text: "Which one?", options: ["a", "b"] })
    await expect.poll(() => probe.page.title(), PATIENCE).toBe("(2) Vibecraft")
    for (const agent of [first, second]) await agent.command({ kind: "answer", allow: true })
    await second.command({ kind: "end-tool", callId: call })
    for (const agent of [first, second]) await agent.command({ kind: "respond", end: true })
    await expect.poll(() => probe.page.title(), PATIENCE).toBe("Vibecraft")
  })

  it("is used by keyboard alone, and the panel's figures are those that the agent wrote", async () => {
    const [first] = agents as [Agent]
    await first.turn("Count")
    const truth = (await first.command({ kind: "truth" })) as {
      conversations: { tokens: Record<string, number>; requests: number; tools: { endedMs?: number }[] }[]
    }
    const written = truth.conversations.at(-1)
    const total = Object.entries(written?.tokens ?? {}).reduce((sum, [name, count]) => (name === "reasoning" ? sum : sum + count), 0)
    expect(total).toBeGreaterThan(0)

    probe = await openPage(browser.browser, bed.url)
    const { page } = probe
    await zonesDrawn(probe, 2)
    await page.keyboard.press("/")
    await page.keyboard.type("first-agent")
    await expect.poll(() => page.locator("[role=option]").count(), PATIENCE).toBe(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    const panel = page.locator(".panel")
    await expect.poll(() => panel.locator("h2").innerText(), PATIENCE).toBe("first-agent")
    expect(await page.locator("[role=option][aria-selected=true]").count()).toBe(1)
    await expect.poll(() => panel.locator("[data-figure=tokens]").innerText(), PATIENCE).toBe(formatTokens(total))
    expect(await panel.innerText()).toContain(`${written?.requests} requests`)
    expect(await panel.locator(".certainty").innerText()).toMatch(/^(priced|estimated|unpriced)$/)
    expect(await panel.locator("[data-figure=errors]").innerText()).toBe("0 %")
    const tool = panel.locator(".latency tbody tr", { hasText: "tool" })
    expect(await tool.locator(".n").innerText()).toBe(`${written?.tools.filter(({ endedMs }) => endedMs !== undefined).length}`)
    expect(await tool.locator(".is-low").count()).toBe(2)
    expect(await panel.innerText()).toContain("low confidence")
    expect(await panel.locator(".tools").innerText()).toContain("Edit")
    expect(await panel.locator(".evidence li").count()).toBeGreaterThan(2)

    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect.poll(() => panel.count(), PATIENCE).toBe(0)
    expect(await page.locator("[role=option]").count()).toBe(2)
    await page.keyboard.press("2")
    await expect.poll(() => panel.locator("h2").innerText(), PATIENCE).toBe(await page.locator(".row-name").nth(1).textContent())
    expect(probe.troubles).toEqual([])
  })

  it("chooses a zone by a click on it", async () => {
    probe = await openPage(browser.browser, bed.url, { reducedMotion: true })
    await zonesDrawn(probe, 2)
    // The only two zones lie around the middle of what the list leaves free, so a walk across it meets one.
    for (let x = 420; x < 1400 && (await probe.page.locator(".panel").count()) === 0; x += 40) await probe.page.mouse.click(x, 480)
    expect(await probe.page.locator(".panel h2").innerText()).toMatch(/^(first|second)-agent$/)
  })

  it("draws nothing while nothing changes", async () => {
    probe = await openPage(browser.browser, bed.url)
    await zonesDrawn(probe, 2)
    await expect.poll(() => probe.page.locator(".row.is-idle").count(), PATIENCE).toBe(2)
    // The camera and the robots come to rest first, however slowly this machine draws; then two seconds pass without a frame.
    const framesInTwoSeconds = () =>
      probe?.page.evaluate(async () => {
        const from = window.__vibecraft?.report()?.frames ?? -1
        await new Promise((resolve) => setTimeout(resolve, 2000))
        return (window.__vibecraft?.report()?.frames ?? -1) - from
      })
    await expect.poll(framesInTwoSeconds, { timeout: 40_000, interval: 10 }).toBe(0)
    expect((await probe.report())?.frames).toBeGreaterThan(0)
  })

  it("shows a hostile name as text", async () => {
    const name = `<img src=x onerror="window.hit=1"><script>window.hit=2</script>`
    const hostile = await startAgent({ agent: "claude", cwd: "hostile" }, `${name}\u001b[31m\u202e`)
    probe = await openPage(browser.browser, bed.url)
    await expect.poll(() => probe.page.locator(".row-name").allInnerTexts(), PATIENCE).toContain(name)
    await zonesDrawn(probe, 3)
    expect(await probe.page.evaluate(() => "hit" in window)).toBe(false)
    expect(await probe.page.locator("#app img, #app script").count()).toBe(0)
    expect(probe.troubles).toEqual([])
    await hostile.kill()
    await expect.poll(() => probe.row("<img"), PATIENCE).toContain("offline")
  })

  it("greys a killed session and says why", async () => {
    const [, second] = agents as [Agent, Agent]
    probe = await openPage(browser.browser, bed.url)
    await zonesDrawn(probe, 3)
    await second.kill()
    await expect.poll(() => probe.row("second-agent"), PATIENCE).toMatch(/offline .*(killed|closed|gone|exited)/)
    const zone = (await probe.report())?.zones.find(({ name }) => name === "second-agent")
    expect(zone?.statusLine).toMatch(/^offline · /)
  })

  it("says when it is stale, why, and comes back by itself", async () => {
    probe = await openPage(browser.browser, bed.url)
    await zonesDrawn(probe, 3)
    await expect.poll(() => probe.page.locator("[data-line=live]").count(), PATIENCE).toBe(1)
    await bed.stopDaemon()
    await expect.poll(() => probe.page.locator(".banner").innerText(), PATIENCE).toContain("Stale.")
    await expect.poll(() => probe.page.title(), PATIENCE).toContain("stale")
    expect(await probe.page.locator("[role=option]").count()).toBe(3)
    await bed.startDaemon()
    await expect.poll(() => probe.page.locator("[data-line=live]").count(), PATIENCE).toBe(1)
    expect(await probe.page.locator(".banner").count()).toBe(0)
    await expect.poll(() => probe.row("first-agent"), PATIENCE).toContain("idle")
  })

  it("fits a phone: no part is wider than the screen, the list comes first", async () => {
    probe = await openPage(browser.browser, bed.url, { width: 390, height: 844 })
    await expect.poll(() => probe.row("first-agent"), PATIENCE).toContain("idle")
    expect(await probe.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    await probe.page.locator("[role=option]", { hasText: "first-agent" }).click()
    const panel = await probe.page.locator(".panel").boundingBox()
    expect(panel?.width).toBe(390)
    await probe.page.locator(".close").click()
    await expect.poll(() => probe.page.locator(".panel").count(), PATIENCE).toBe(0)
  })

  it("lists every session where the browser cannot draw", async () => {
    const blind = await launchBrowser({ webgl: false })
    try {
      probe = await openPage(blind.browser, bed.url)
      await expect.poll(() => probe.row("first-agent"), PATIENCE).toContain("idle")
      await expect.poll(() => probe.page.locator(".world-note").innerText(), PATIENCE).toContain("no WebGL 2")
      await probe.page.keyboard.press("j")
      await probe.page.keyboard.press("Enter")
      await expect.poll(() => probe.page.locator(".panel h2").count(), PATIENCE).toBe(1)
      expect(await probe.report()).toBeUndefined()
    } finally {
      await blind.close()
    }
  })

  it("draws in the browser that comes from npm", async () => {
    const carried = await launchBrowser({ fromNpm: true })
    try {
      expect(carried.path).toContain("vc-chromium-")
      probe = await openPage(carried.browser, bed.url)
      const report = await zonesDrawn(probe, (await probe.page.locator("[role=option]:not(.is-ended)").count()) || 1)
      expect(report.drawCalls).toBeGreaterThan(0)
      expect(probe.troubles).toEqual([])
    } finally {
      await carried.close()
    }
  })
})
