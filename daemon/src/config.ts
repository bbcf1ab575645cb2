// The configuration file: TOML, for what has no place in flags. A file that is wrong stops the start with
// the line to look at; a key that is not known is named and passed over, so that a file for a newer version still works.

import { readFileSync } from "node:fs"
import { isAbsolute, join } from "node:path"
import { parse, TomlError } from "smol-toml"
import { pricesFrom } from "./config-prices.ts"
import { slowFrom } from "./config-slow.ts"
import type { PriceOverride } from "./model/prices/price-override.ts"
import { SLOW_THRESHOLDS, type SlowThresholds } from "./model/slow-judge.ts"
import { TomlLines } from "./toml-lines.ts"

export interface ConfigOptions {
  /** The file that was asked for; it has to be there. Absent: `$XDG_CONFIG_HOME/vibecraft/config.toml`, which need not be. */
  readonly path?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** The user's home folder. */
  readonly home: string
  /** Hears of what is passed over, a line each. */
  readonly warn: (line: string) => void
}

export interface Config {
  /** The file, whether it is there or not. */
  readonly path: string
  readonly prices: readonly PriceOverride[]
  readonly slow: SlowThresholds
}

const KNOWN_KEYS: ReadonlySet<string> = new Set(["prices", "slow"])

/** The file cannot be used. The message is one line: file, line where known, what is wrong, what to do. */
export class ConfigError extends Error {
  override readonly name = "ConfigError"
}

/**
 * Reads the file.
 * @throws ConfigError when the one asked for is not there, or when the file cannot be read, is not TOML or holds something wrong.
 */
export function loadConfig({ path, env, home, warn }: ConfigOptions): Config {
  const file = path ?? defaultPath(env, home)
  const source = read(file, path !== undefined)
  if (source === undefined) return { path: file, prices: [], slow: SLOW_THRESHOLDS }
  const lines = new TomlLines(source)
  const at = (line: number | undefined): string => (line === undefined ? file : `${file}:${line}`)
  const document = parsed(source, at)
  for (const key of Object.keys(document)) {
    if (KNOWN_KEYS.has(key)) continue
    warn(`${at(lines.topLevel(key))}: unknown key ${JSON.stringify(key)} is passed over; known are ${[...KNOWN_KEYS].join(", ")}`)
  }
  const prices = pricesFrom(document["prices"], {
    refuse: (problem, place) => {
      throw new ConfigError(`${at(lines.inTable("prices", place.entry, place.key))}: ${problem}`)
    },
    warn: (problem, place) => warn(`${at(lines.inTable("prices", place.entry, place.key))}: ${problem}`),
  })
  const slow = slowFrom(document["slow"], {
    refuse: (problem, key) => {
      throw new ConfigError(`${at(lines.inTable("slow", undefined, key))}: ${problem}`)
    },
    warn: (problem, key) => warn(`${at(lines.inTable("slow", undefined, key))}: ${problem}`),
  })
  return { path: file, prices, slow }
}

function defaultPath(env: ConfigOptions["env"], home: string): string {
  const xdg = env["XDG_CONFIG_HOME"] ?? ""
  return join(isAbsolute(xdg) ? xdg : join(home, ".config"), "vibecraft", "config.toml")
}

function read(file: string, required: boolean): string | undefined {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error"
    if (code === "ENOENT" && !required) return undefined
    const problem =
      code === "ENOENT" ? "there is no such file; create it or leave --config out" : `cannot be read (${code}); make it a readable file`
    throw new ConfigError(`${file}: ${problem}`, { cause })
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new ConfigError(`${file}: is not UTF-8 text; save it as UTF-8`, { cause })
  }
}

function parsed(source: string, at: (line: number | undefined) => string): Record<string, unknown> {
  try {
    return parse(source)
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    const [reason = ""] = cause.message.split("\n")
    throw new ConfigError(`${at(cause.line)}: not valid TOML: ${reason.replace(/^Invalid TOML document: /, "")}`, { cause })
  }
}
