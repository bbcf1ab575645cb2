import { create } from "@bufbuild/protobuf"
import { timestampFromMs } from "@bufbuild/protobuf/wkt"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { SessionSchema, Status, type Session } from "./gen/vibecraft/v1/session_pb.ts"
import { compareNeedsYou } from "./needs-you-order.ts"

function session(id: string, status: number, sinceMs?: number, activityMs?: number): Session {
  return create(SessionSchema, {
    id,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a number as it may come off the wire
    status: status as Status,
    ...(sinceMs === undefined ? {} : { statusSinceTime: timestampFromMs(sinceMs) }),
    ...(activityMs === undefined ? {} : { lastActivityTime: timestampFromMs(activityMs) }),
  })
}

const ids = (sessions: Session[]) => sessions.toSorted(compareNeedsYou).map(({ id }) => id)

const sign = (a: Session, b: Session) => Math.sign(compareNeedsYou(a, b))

const time = fc.option(fc.nat(5), { nil: undefined })
const anySession = fc
  .tuple(fc.string({ maxLength: 2 }), fc.nat(9), time, time)
  .map(([id, status, since, activity]) => session(id, status, since, activity))

describe("compareNeedsYou", () => {
  test("statuses in their order", () => {
    const all = [Status.ENDED, Status.OFFLINE, Status.UNKNOWN, Status.IDLE, Status.STARTING, Status.WORKING, Status.STALLED, Status.WAITING]
    expect(ids(all.map((status) => session(`${status}`, status)))).toEqual(all.toReversed().map(String))
  })

  test("work that is done and unread comes before work in progress, what has lain longest first", () => {
    const unread = (id: string, sinceMs: number) => ({ ...session(id, Status.IDLE, sinceMs, 50 + sinceMs), unread: true })
    const all = [
      session("works", Status.WORKING),
      session("idle", Status.IDLE),
      unread("new", 9),
      unread("old", 2),
      session("s", Status.STALLED),
    ]
    expect(ids(all)).toEqual(["s", "old", "new", "works", "idle"])
  })

  test("the longest wait comes first, one of unknown length last", () => {
    expect(
      ids([session("new", Status.WAITING, 20, 99), session("none", Status.WAITING, undefined, 100), session("old", Status.WAITING, 10, 1)]),
    ).toEqual(["old", "new", "none"])
  })

  test("otherwise the last active comes first, then the id decides", () => {
    const idle = Status.IDLE
    expect(ids([session("b", idle, 1, 5), session("z", idle, 9), session("a", idle, 2, 5), session("c", idle, 3, 8)])).toEqual([
      "c",
      "a",
      "b",
      "z",
    ])
  })

  test("a status of a later version sorts as unknown", () => {
    expect(ids([session("off", Status.OFFLINE), session("odd", 99), session("idle", Status.IDLE)])).toEqual(["idle", "odd", "off"])
  })

  test("a total order: antisymmetric, transitive, 0 for equal keys alone", () => {
    fc.assert(
      fc.property(anySession, anySession, anySession, (a, b, c) => {
        expect(sign(a, b) + sign(b, a)).toBe(0)
        expect(sign(a, b) <= 0 && sign(b, c) <= 0 && sign(a, c) > 0).toBe(false)
        expect(sign(a, b) === 0 && a.id !== b.id).toBe(false)
      }),
    )
  })
})
