import fc from "fast-check"
import { expect, test } from "vitest"
import { parsePanes } from "./list-panes.ts"

const MARK = "c3d1f0a2-mark"
const record = (fields: readonly (string | number)[]) => `${MARK}${fields.join(MARK)}${MARK}\n`

test("whatever names and titles hold, every pane is read with its own", () => {
  const text = fc.string({ unit: "binary" })
  const pane = fc.record({ session: text, window: text, title: text, pid: fc.nat({ max: 4_000_000 }), index: fc.nat({ max: 99 }) })
  fc.assert(
    fc.property(fc.array(pane), (panes) => {
      const output = panes
        .map(({ session, window, title, pid, index }, at) => record([9, `%${at}`, pid, "/dev/pts/1", 0, index, 0, session, window, title]))
        .join("")
      const { panes: read, badRecords } = parsePanes(output, MARK)
      expect(badRecords).toBe(0)
      expect(read).toEqual(
        panes.map(({ session, window, title, pid, index }, at) => ({
          serverPid: 9,
          paneId: `%${at}`,
          pid,
          tty: "/dev/pts/1",
          dead: false,
          sessionName: session,
          windowIndex: index,
          windowName: window,
          paneIndex: 0,
          title,
        })),
      )
    }),
  )
})

test("a pane of two sessions is one; what is no record of ours is counted and passed over", () => {
  const good = record([9, "%1", 5, "/dev/pts/1", 1, 0, 0, "a", "w", "t"])
  const again = record([9, "%1", 5, "/dev/pts/1", 1, 0, 0, "b", "w", "t"])
  const bad = record([9, "1", 5, "/dev/pts/1", 0, 0, 0, "c", "w", "t"])
  const { panes, badRecords } = parsePanes(`${good}${bad}${again}${MARK}9${MARK}torn`, MARK)
  expect(panes.map(({ sessionName, dead }) => [sessionName, dead])).toEqual([["a", true]])
  expect(badRecords).toBe(2)
  expect(parsePanes("", MARK)).toEqual({ panes: [], badRecords: 0 })
})
