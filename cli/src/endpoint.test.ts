import { describe, expect, test } from "vitest"
import { UsageError } from "./command-error.ts"
import { describeEndpoint, endpoints } from "./endpoint.ts"

const places = (options: Parameters<typeof endpoints>[0], env: NodeJS.ProcessEnv) =>
  endpoints(options, env).map((place) => describeEndpoint(place))

describe("endpoints", () => {
  test.each<[string, Parameters<typeof endpoints>[0], NodeJS.ProcessEnv, string[]]>([
    [
      "by default the state folder's socket, then the port",
      {},
      { HOME: "/h" },
      ["/h/.local/state/vibecraft/sock", "http://127.0.0.1:4003"],
    ],
    [
      "the runtime folder's socket first",
      {},
      { HOME: "/h", XDG_RUNTIME_DIR: "/run/me", XDG_STATE_HOME: "/s", VIBECRAFT_PORT: "5000" },
      ["/run/me/vibecraft/sock", "/s/vibecraft/sock", "http://127.0.0.1:5000"],
    ],
    [
      "the state folder can be named",
      {},
      { HOME: "/h", VIBECRAFT_STATE_DIR: "/d", XDG_STATE_HOME: "/s" },
      ["/d/sock", "http://127.0.0.1:4003"],
    ],
    ["a named socket is the only place", {}, { HOME: "/h", VIBECRAFT_SOCKET: "/x" }, ["/x"]],
    ["the option wins over the variable", { socket: "/y" }, { VIBECRAFT_SOCKET: "/x" }, ["/y"]],
    ["an address wins over the variable", { url: "http://127.0.0.1:9/" }, { VIBECRAFT_SOCKET: "/x" }, ["http://127.0.0.1:9"]],
  ])("%s", (_, options, env, expected) => {
    expect(places(options, env)).toEqual(expected)
  })

  test.each([{ socket: "/x", url: "http://127.0.0.1:1" }, { url: "nonsense" }, { url: "ftp://x" }, { socket: "" }])(
    "%o is a usage error",
    (options) => {
      expect(() => endpoints(options, {})).toThrow(UsageError)
    },
  )
})
