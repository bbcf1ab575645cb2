import * as fc from "fast-check"
import { expect, it } from "vitest"
import { InvalidArgumentError } from "./errors.ts"
import { pageOf } from "./page.ts"

const self = (item: string): string => item

function readAll(list: readonly string[], pageSize: number): string[] {
  const all: string[] = []
  let pageToken = ""
  do {
    const page = pageOf(list, self, { pageSize, pageToken })
    all.push(...page.items)
    pageToken = page.nextPageToken
  } while (pageToken !== "")
  return all
}

it("reads a list that stands still exactly once, whatever the page size and the ids", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 })), fc.integer({ min: 1, max: 12 }), (list, pageSize) => {
      expect(readAll(list, pageSize)).toEqual(list)
    }),
  )
})

it("gives up to 1000 where no size is asked for", () => {
  const list = Array.from({ length: 2_500 }, (_, index) => `id-${index}`)
  const first = pageOf(list, self, { pageSize: 0, pageToken: "" })
  expect(first.items).toHaveLength(1_000)
  expect(readAll(list, 0)).toEqual(list)
})

it("goes on behind the last item wherever that is now, and at its place once it is gone", () => {
  const { nextPageToken } = pageOf(["a", "b", "c", "d"], self, { pageSize: 2, pageToken: "" })
  expect(pageOf(["new", "a", "b", "c", "d"], self, { pageSize: 2, pageToken: nextPageToken }).items).toEqual(["c", "d"])
  expect(pageOf(["a", "c", "d"], self, { pageSize: 2, pageToken: nextPageToken }).items).toEqual(["c", "d"])
  expect(pageOf([], self, { pageSize: 2, pageToken: nextPageToken })).toEqual({ items: [], nextPageToken: "" })
})

it("names what is wrong with a request", () => {
  expect(() => pageOf([], self, { pageSize: -1, pageToken: "" })).toThrow(InvalidArgumentError)
  expect(() => pageOf([], self, { pageSize: 1_001, pageToken: "" })).toThrow("page_size is 1001; expected 0..1000")
  expect(() => pageOf([], self, { pageSize: 1, pageToken: "zzz\u001b[2J" })).toThrow(
    String.raw`page_token is "zzz\u001b[2J"; expected the next_page_token of the page before`,
  )
})
