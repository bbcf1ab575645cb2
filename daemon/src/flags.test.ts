import { describe, expect, it } from "vitest"
import { parseFlags, UsageError } from "./flags.ts"

const HOME = { HOME: "/home/dev" }

describe("parseFlags", () => {
  it("has defaults for everything", () => {
    expect(parseFlags([], HOME)).toEqual({
      host: "127.0.0.1",
      port: 4003,
      socketPath: "/home/dev/.local/state/vibecraft/sock",
      stateDir: "/home/dev/.local/state/vibecraft",
      configPath: undefined,
      logLevel: "warn",
      scope: undefined,
    })
  })

  it("puts the socket into the runtime folder where there is one", () => {
    expect(parseFlags([], { ...HOME, XDG_RUNTIME_DIR: "/run/user/1" })).toMatchObject({ socketPath: "/run/user/1/vibecraft/sock" })
  })

  it("lets a flag win over its variable", () => {
    const env = { ...HOME, VIBECRAFT_PORT: "5000", VIBECRAFT_SOCKET: "/s", VIBECRAFT_STATE_DIR: "/d", VIBECRAFT_SCOPE: "demo" }
    expect(parseFlags([], env)).toMatchObject({ port: 5000, socketPath: "/s", stateDir: "/d", scope: "demo" })
    expect(parseFlags(["--port", "0", "--socket=/t", "--state-dir", "/e"], env)).toMatchObject({
      port: 0,
      socketPath: "/t",
      stateDir: "/e",
    })
  })

  it("takes --help and --version for what they are", () => {
    expect(parseFlags(["--help"], HOME)).toBe("help")
    expect(parseFlags(["--version"], HOME)).toBe("version")
  })

  it.each([
    [["--port", "70000"], /--port 70000: a port is a number/],
    [["--port", "12x"], /--port 12x/],
    [["--log-level", "loud"], /--log-level loud: use one of/],
    [["--host", "0.0.0.0"], /only loopback/],
    [["--host", "10.0.0.1"], /only loopback/],
    [["--wat"], /--wat/],
    [["stray"], /stray/],
    [["--socket", `/${"x".repeat(120)}`], /longer than 103 bytes/],
  ])("refuses %j with a line that names it", (argv, message) => {
    expect(() => parseFlags(argv, HOME)).toThrow(UsageError)
    expect(() => parseFlags(argv, HOME)).toThrow(message)
  })

  it("names the variable when that is what is wrong", () => {
    expect(() => parseFlags([], { ...HOME, VIBECRAFT_PORT: "x" })).toThrow(/VIBECRAFT_PORT x/)
  })
})
