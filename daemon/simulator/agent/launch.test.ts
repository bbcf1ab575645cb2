import { describe, expect, it } from "vitest"
import { parseLaunch } from "./launch.ts"

const VERSION = "/h/.local/share/claude/versions/2.1.330"
const CODEX = "/h/vendor/x86_64-unknown-linux-musl/bin/codex"
const as = (execPath: string, args: string[], argv0 = "claude") => parseLaunch({ argv0, execPath, scriptPath: "", args })

describe("what the stand-in is", () => {
  it.each<[string, string, string[], string]>([
    ["plain", VERSION, [], "interactive"],
    ["a prompt", VERSION, ["fix the mcp server"], "interactive"],
    ["a flag's value that is a word of its own", VERSION, ["--name", "agents"], "interactive"],
    ["continued", VERSION, ["-c"], "interactive"],
    ["print", VERSION, ["-p", "sum it up"], "headless"],
    ["an editor's stream", VERSION, ["--output-format", "stream-json"], "headless"],
    ["an MCP server", VERSION, ["mcp", "serve"], "helper"],
    ["a spare", VERSION, ["--bg-spare", "/s"], "helper"],
    ["an editor", "/h/tools/vim", ["claude.md"], "helper"],
    ["another vendor's", "/h/tools/claude-code-router", [], "helper"],
    ["Codex", CODEX, [], "interactive"],
    ["Codex in a folder that is a word of its own", CODEX, ["--cd", "app-server"], "interactive"],
    ["exec", CODEX, ["exec", "sum it up"], "headless"],
    ["the shared process", CODEX, ["app-server", "--listen", "unix://", "--managed-daemon"], "holder"],
    ["an app server", CODEX, ["app-server"], "helper"],
  ])("%s", (_name, execPath, args, role) => {
    expect(as(execPath, args)).toMatchObject({ role, agent: execPath === CODEX ? "codex" : "claude" })
  })

  it("takes its name from the file that it was started by", () => {
    expect(as(VERSION, [], "/h/.local/bin/claude").comm).toBe("claude")
    expect(as(VERSION, [], VERSION).comm).toBe("2.1.330")
    expect(as(VERSION, [], "claude bg-spare").comm).toBe("2.1.330")
  })

  it("finds the conversation on the command line", () => {
    const id = "01a206ff-6085-73f5-b84e-45fd19bfc357"
    expect(as(VERSION, ["--resume", id]).conversationId).toBe(id)
    expect(as(CODEX, ["resume", id]).conversationId).toBe(id)
    expect(as(CODEX, [id]).conversationId).toBeUndefined()
  })
})
