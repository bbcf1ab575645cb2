// What outlives the daemon as a program: killed at any moment, started again, its transcripts gone, its database damaged or of another version.

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { clientsOf, createDaemonHome, type DaemonHome, type DaemonProgram } from "./daemon-program.ts"
import { SEED, seeded } from "./seeded.ts"
import { growingHome, growUnderKills, PRIVATE_TEXT, publishedBy } from "./store-bed.ts"

let home: DaemonHome
beforeEach(() => {
  home = createDaemonHome()
})
afterEach(() => home.close())

async function stop(daemon: DaemonProgram): Promise<void> {
  expect(await daemon.end("SIGTERM")).toMatchObject({ code: 0 })
}

async function counters(daemon: DaemonProgram) {
  const { status } = await clientsOf(daemon)
  return (await status.getStatus({})).counters
}

/** What a daemon publishes that reads the same files for the first time. */
async function cleanRead(): Promise<unknown> {
  const daemon = home.start("--state-dir", join(home.path, "clean-state"), "--socket", join(home.path, "clean-sock"))
  const published = await publishedBy(daemon)
  await stop(daemon)
  return published
}

const database = (): string => join(home.stateDir, "vibecraft.db")

describe("vibecraftd and its store", () => {
  it("counts what one clean read counts, however often it is killed while transcripts grow", async () => {
    console.log(`seed ${SEED}`)
    const random = seeded(SEED)
    const files = growingHome(home.path, random)
    await growUnderKills(files, () => home.start(), random, 8)
    const last = home.start()
    const published = await publishedBy(last)
    await stop(last)
    expect(published).toEqual(await cleanRead())
  })

  it("reads no old byte again, and says the same at once", async () => {
    growingHome(home.path, seeded(1)).finish()
    const first = home.start()
    const published = await publishedBy(first)
    const read = await counters(first)
    expect(Number(read?.bytesRead)).toBeGreaterThan(100_000)
    await stop(first)

    const second = home.start()
    expect(await publishedBy(second)).toEqual(published)
    expect(await counters(second)).toMatchObject({
      bytesRead: 0n,
      requests: read?.requests,
      toolCalls: read?.toolCalls,
      files: read?.files,
    })
    await second.end("SIGKILL")

    const third = home.start()
    expect(await publishedBy(third)).toEqual(published)
    expect((await counters(third))?.bytesRead).toBe(0n)
  })

  it("has stored everything when it says so, and keeps what was counted of transcripts that are gone or shrank", async () => {
    const files = growingHome(home.path, seeded(2))
    files.finish()
    const first = home.start()
    const published = await publishedBy(first)
    await first.line(/^vibecraftd stored \d+ ms$/m)
    await first.end("SIGKILL")
    const [gone = "", shrunk = ""] = files.paths
    rmSync(gone)
    truncateSync(shrunk, 500)
    const second = home.start()
    expect(await publishedBy(second)).toEqual(published)
  })

  it("goes on where a transcript was moved meanwhile", async () => {
    const files = growingHome(home.path, seeded(3))
    files.finish()
    const first = home.start()
    const published = await publishedBy(first)
    await stop(first)
    const rollout = files.paths.find((path) => path.includes("rollout")) ?? ""
    mkdirSync(join(home.path, ".codex/archived_sessions"), { recursive: true })
    renameSync(rollout, join(home.path, ".codex/archived_sessions", rollout.slice(rollout.lastIndexOf("/") + 1)))
    const second = home.start()
    expect(await publishedBy(second)).toEqual(published)
    expect((await counters(second))?.bytesRead).toBe(0n)
  })

  it("holds no prompts and no outputs", async () => {
    growingHome(home.path, seeded(4)).finish()
    const daemon = home.start()
    await daemon.line(/^vibecraftd stored/m)
    const names = readdirSync(home.stateDir).filter((name) => name.startsWith("vibecraft.db"))
    expect(names).toContain("vibecraft.db-wal")
    for (const name of names) expect(readFileSync(join(home.stateDir, name)).includes(PRIVATE_TEXT)).toBe(false)
    await stop(daemon)
    expect(readFileSync(database()).includes(PRIVATE_TEXT)).toBe(false)
    expect(readFileSync(database()).includes("claude-opus-5-5")).toBe(true)
  })

  it("sets a damaged database aside, says so, and makes it anew from what is there", async () => {
    growingHome(home.path, seeded(5)).finish()
    const first = home.start()
    const published = await publishedBy(first)
    await stop(first)
    writeFileSync(database(), Buffer.from(readFileSync(database())).fill(0x55, 4096))
    const second = home.start()
    expect(await publishedBy(second)).toEqual(published)
    const { status } = await clientsOf(second)
    const { problems } = await status.getStatus({})
    expect(problems).toMatchObject([{ kind: "store damaged", subject: database() }])
    expect(readdirSync(home.stateDir).filter((name) => name.startsWith("vibecraft.db.corrupt-"))).toHaveLength(1)
  })

  it("refuses one of a newer version with one line, and leaves it as it is", async () => {
    mkdirSync(home.stateDir, { recursive: true })
    const newer = new DatabaseSync(database())
    newer.exec("CREATE TABLE later (x); PRAGMA user_version = 999")
    newer.close()
    const before = readFileSync(database())
    const daemon = home.start()
    const { code, stderr } = await daemon.ended
    expect(code).toBe(1)
    expect(stderr).toMatch(/^vibecraftd: .*newer Vibecraft.*\n$/u)
    expect(readFileSync(database()).equals(before)).toBe(true)
  })

  it("works without one where none can be written, and says so", async () => {
    growingHome(home.path, seeded(6)).finish()
    mkdirSync(database(), { recursive: true })
    const daemon = home.start()
    const published = await publishedBy(daemon)
    const { status } = await clientsOf(daemon)
    const { sources, problems } = await status.getStatus({})
    expect(problems.map(({ kind }) => kind)).toContain("store not writable")
    expect(sources.find(({ kind }) => kind === "store")?.detail).not.toBe("")
    await stop(daemon)
    rmSync(database(), { recursive: true })
    expect(published).toEqual(await cleanRead())
  })
})
