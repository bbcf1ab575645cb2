import { create } from "@bufbuild/protobuf"
import { SessionSchema, Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { describe, expect, it } from "vitest"
import { toZoneView } from "./zone-view.ts"

interface Fields {
  id?: string
  name?: string
  status?: Status
  statusReason?: string
  currentTool?: { name: string; target?: string; running: number }
}

const session = (fields: Fields) =>
  create(SessionSchema, { id: "s1", name: "api", cwd: "/home/dev/api", status: Status.WORKING, ...fields })

describe("the zone of a session", () => {
  it("puts the running tool's target over its station", () => {
    const view = toZoneView(session({ currentTool: { name: "Edit", target: "src/main.ts", running: 3 } }))
    expect(view?.station).toBe("workbench")
    expect(view?.toolLine).toBe("src/main.ts  +2")
    expect(toZoneView(session({ currentTool: { name: "WebSearch", running: 1 } }))?.toolLine).toBe("WebSearch")
  })

  it("says what a waiting session waits for, and no tool of an offline one", () => {
    expect(toZoneView(session({ status: Status.WAITING, statusReason: "permission prompt" }))?.statusLine).toBe(
      "waiting · permission prompt",
    )
    expect(toZoneView(session({ status: Status.IDLE, statusReason: "turn over" }))?.statusLine).toBe("idle")
    const offline = toZoneView(
      session({ status: Status.OFFLINE, statusReason: "process killed", currentTool: { name: "Bash", running: 1 } }),
    )
    expect(offline?.station).toBeUndefined()
    expect(offline?.toolLine).toBe("")
  })

  it("draws no zone for a session that is over", () => {
    expect(toZoneView(session({ status: Status.ENDED }))).toBeUndefined()
  })

  it("lets nothing through that could disturb a label", () => {
    const view = toZoneView(session({ name: "a\u001b[31m\u202eb\n<b>", statusReason: "x\u0007y", status: Status.WAITING }))
    expect(view?.name).toBe("ab <b>")
    expect(view?.statusLine).toBe("waiting · xy")
  })

  it("keeps projects of the same folder together and folderless sessions apart", () => {
    expect(toZoneView(session({ id: "a" }))?.project).toBe(toZoneView(session({ id: "b" }))?.project)
    const nowhere = (id: string) => toZoneView(create(SessionSchema, { id, status: Status.IDLE }))?.project
    expect(nowhere("a")).not.toBe(nowhere("b"))
  })
})
