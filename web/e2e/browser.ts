// The browser of the tests: CHROME_PATH, else an installed Chromium, else the one that the npm package @sparticuz/chromium carries,
// which needs nothing of the system.

import { execFile } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { promisify } from "node:util"
import { type Browser, chromium } from "playwright-core"

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]

const ARGS = [
  "--no-sandbox",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-domain-reliability",
  "--no-first-run",
  "--no-pings",
  "--force-color-profile=srgb",
  "--font-render-hinting=none",
]

/** How to start it. */
export interface BrowserOptions {
  /** Take the npm package's, whatever is installed. Default false. */
  readonly fromNpm?: boolean
  /** False starts a browser that offers no WebGL at all. Default true. */
  readonly webgl?: boolean
}

/** A started browser. */
export interface TestBrowser {
  readonly browser: Browser
  /** Where its executable is. */
  readonly path: string
  close(): Promise<void>
}

/** Starts a headless browser. Throws where none can be had. */
export async function launchBrowser({ fromNpm = false, webgl = true }: BrowserOptions = {}): Promise<TestBrowser> {
  const installed = fromNpm ? undefined : findInstalled()
  const unpacked = installed ? undefined : await unpackFromNpm()
  const path = installed ?? unpacked?.path ?? ""
  try {
    const browser = await chromium.launch({
      executablePath: path,
      args: webgl ? ARGS : [...ARGS, "--disable-3d-apis"],
      env: { ...definedEnv(), ...unpacked?.env },
    })
    return {
      browser,
      path,
      async close() {
        await browser.close()
        await unpacked?.close()
      },
    }
  } catch (error) {
    await unpacked?.close()
    throw error
  }
}

function findInstalled(): string | undefined {
  const named = process.env["CHROME_PATH"]
  if (named) return named
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "")
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Unpacks the package's browser into a folder of its own: it would take a half-unpacked one for whole. The package unpacks its shared
 * libraries only where it believes to run on Lambda and sets the environment of its process, hence a process of its own.
 */
async function unpackFromNpm(): Promise<{ path: string; env: Record<string, string>; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "vc-chromium-"))
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true })
  const script = `
    const { default: chromium } = await import(${JSON.stringify(import.meta.resolve("@sparticuz/chromium"))})
    const path = await chromium.executablePath()
    console.log(JSON.stringify({ path, libraries: process.env.LD_LIBRARY_PATH ?? "" }))`
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      env: { ...process.env, TMPDIR: folder, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x" },
    })
    const { path, libraries } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { path: string; libraries: string }
    return { path, env: { LD_LIBRARY_PATH: libraries }, close }
  } catch (error) {
    await close()
    throw error
  }
}

function definedEnv(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
