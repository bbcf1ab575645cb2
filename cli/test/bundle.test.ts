// The command line as `npm start` builds it, in a copy of the repository: the bundle runs while the sources are those it was made of, and the
// sources as soon as they are not.

import { execFile } from "node:child_process"
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { type CannedDaemon, startCannedDaemon } from "./canned-daemon.ts"
import { cleanEnv } from "./run-cli.ts"
import { busyWorld } from "./samples.ts"

const ROOT = join(import.meta.dirname, "..", "..")
/** What the bundler and the bundled code import by name. */
const LIBRARIES = ["@bufbuild", "commander", "rolldown", "smol-toml"]

const runProgram = promisify(execFile)
let copy: string
let daemon: CannedDaemon

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), "vb-bundle-"))
  for (const path of ["cli/bin", "cli/src", "cli/package.json", "shared/src", "shared/package.json", "daemon/scripts", "package-lock.json"])
    cpSync(join(ROOT, path), join(copy, path), { recursive: true })
  mkdirSync(join(copy, "node_modules", "@vibecraft"), { recursive: true })
  for (const library of LIBRARIES) symlinkSync(join(ROOT, "node_modules", library), join(copy, "node_modules", library))
  symlinkSync(join(copy, "shared"), join(copy, "node_modules", "@vibecraft", "shared"))
  daemon = await startCannedDaemon(busyWorld())
})
afterAll(async () => {
  await daemon.close()
  rmSync(copy, { recursive: true, force: true })
})

beforeEach(async () => {
  await build()
  if ((await whatRuns()) !== "bundle") throw new Error("what was built just now does not run")
})

test("it answers as the sources do", async () => {
  const lines = ["ls --json", "usage --csv", "activity --kind none", "ls --help"]
  const answers = () => Promise.all(lines.map((line) => run([...line.split(" "), "--socket", daemon.socket])))
  const bundled = await answers()
  touch("cli/src/main.ts")
  expect(await whatRuns()).toBe("sources")
  expect(bundled).toEqual(await answers())
})

test("a source that was changed runs, though of the same length and given the old time again", async () => {
  const path = join(copy, "cli/src/main.ts")
  const text = readFileSync(path, "utf8")
  const { atime, mtime } = statSync(path)
  writeFileSync(path, text.replace("Lists coding agents", "Shows coding agents"))
  utimesSync(path, atime, mtime)
  expect(await run(["--help"])).toContain("Shows coding agents")
  await build()
  expect(await whatRuns()).toBe("bundle")
  expect(await run(["--help"])).toContain("Shows coding agents")
})

test.each(["shared/src/safe-text.ts", "package-lock.json", "daemon/scripts/bundle-cli.ts"])("%s counts as a source", async (path) => {
  touch(path)
  expect(await whatRuns()).toBe("sources")
})

test("the same bytes written anew are not bundled again, and the bundle counts again", async () => {
  touch("shared/src/safe-text.ts")
  expect(await build()).toBe(false)
  expect(await whatRuns()).toBe("bundle")
})

test("a source that is gone", async () => {
  const path = join(copy, "cli/src/unused.ts")
  writeFileSync(path, "")
  await build()
  expect(await whatRuns()).toBe("bundle")
  rmSync(path)
  expect(await whatRuns()).toBe("sources")
})

test.each(["", "{}", '[["cli/src/main.ts"]'])("a list of sources that cannot be read: %j", async (list) => {
  writeFileSync(join(copy, "cli/dist/sources.json"), list)
  expect(await whatRuns()).toBe("sources")
})

/** Answers whether it bundled. */
async function build(): Promise<boolean> {
  const script = `const { buildCli } = await import("./daemon/scripts/build-cli.ts"); console.log(await buildCli())`
  const { stdout } = await runProgram(process.execPath, ["--input-type=module", "-e", script], { cwd: copy })
  return stdout.endsWith("true\n")
}

/** Answers what it printed, on both streams. */
async function run(args: readonly string[], options: readonly string[] = []): Promise<string> {
  const env = cleanEnv({ XDG_CACHE_HOME: join(copy, "cache") })
  return runProgram(process.execPath, [...options, join(copy, "cli/bin/vibecraft.js"), ...args], { env }).then(
    ({ stdout, stderr }) => stdout + stderr,
    ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
  )
}

/** As the loader sees it, since both print the same. */
async function whatRuns(): Promise<"bundle" | "sources"> {
  const output = await run(["--version"], ["--import", `data:text/javascript,${encodeURIComponent(TELL)}`])
  expect(output).toMatch(/main\.(?:cjs|ts)\n/u)
  return output.includes("main.cjs") ? "bundle" : "sources"
}

const TELL = `import { registerHooks } from "node:module"
registerHooks({ load: (url, context, next) => { if (/main\\.(cjs|ts)$/.test(url)) console.log(url); return next(url, context) } })`

/** Writes the same bytes again. */
function touch(path: string): void {
  appendFileSync(join(copy, path), "")
  utimesSync(join(copy, path), new Date(), new Date())
}
