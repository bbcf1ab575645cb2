import { create } from "@bufbuild/protobuf"
import { Agent } from "@vibecraft/shared/gen/vibecraft/v1/common_pb"
import { SessionSchema, Status } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { describe, expect, it } from "vitest"
import { filterSessions } from "./session-filter.ts"

const sessions = [
  create(SessionSchema, { id: "1", name: "Fix login", cwd: "/home/dev/shop", agent: Agent.CLAUDE, status: Status.WAITING }),
  create(SessionSchema, { id: "2", name: "Docs", cwd: "/home/dev/shop", agent: Agent.CODEX, status: Status.WORKING }),
]
const found = (filter: string) => filterSessions(sessions, filter).map(({ id }) => id)

describe("the filter", () => {
  it("wants every word, anywhere, in any case", () => {
    expect(found("")).toEqual(["1", "2"])
    expect(found(" SHOP ")).toEqual(["1", "2"])
    expect(found("shop waiting")).toEqual(["1"])
    expect(found("codex login")).toEqual([])
  })
})
