import { describe, expect, it } from "vitest"
import { defaultRoots } from "./default-roots.ts"

const paths = (env: Record<string, string>) => defaultRoots(env, "/home/u").map(({ agent, path }) => `${agent} ${path}`)

describe("defaultRoots", () => {
  it("looks in the usual places", () => {
    expect(paths({})).toEqual(["claude /home/u/.config/claude", "claude /home/u/.claude", "codex /home/u/.codex"])
    expect(paths({ XDG_CONFIG_HOME: "/x", CODEX_HOME: "/c", CLAUDE_CONFIG_DIR: "" })).toEqual([
      "claude /x/claude",
      "claude /home/u/.claude",
      "codex /c",
    ])
  })

  it("takes several, with ~ and doubles, and a projects folder for its home", () => {
    expect(paths({ CLAUDE_CONFIG_DIR: "~/a, /b/projects ,,/b,~", CODEX_HOME: "~/c" })).toEqual([
      "claude /home/u/a",
      "claude /b",
      "claude /home/u",
      "codex /home/u/c",
    ])
  })
})
