// Pages of a list that changes while it is read. A token names the last item sent: the next page goes on behind it, and where it has left
// the list, at the place where it stood. So an item that moves may be seen twice or missed, and a list that stands still is read exactly.

import { InvalidArgumentError } from "./errors.ts"

const MAX_PAGE_SIZE = 1000

export interface PageRequest {
  /** 1..1000; 0 means 1000. */
  readonly pageSize: number
  /** Empty for the first page. */
  readonly pageToken: string
}

export interface Page<Item> {
  readonly items: readonly Item[]
  /** Empty on the last page. */
  readonly nextPageToken: string
}

/** Cuts one page. Throws InvalidArgumentError for a size out of range or a token that is not one. */
export function pageOf<Item>(list: readonly Item[], idOf: (item: Item) => string, request: PageRequest): Page<Item> {
  const { pageSize, pageToken } = request
  if (pageSize < 0 || pageSize > MAX_PAGE_SIZE) throw new InvalidArgumentError("page_size", pageSize, `0..${MAX_PAGE_SIZE}`)
  const start = pageToken === "" ? 0 : startAfter(list, idOf, pageToken)
  const end = start + (pageSize === 0 ? MAX_PAGE_SIZE : pageSize)
  const items = list.slice(start, end)
  const last = items.at(-1)
  const more = last !== undefined && end < list.length
  return { items, nextPageToken: more ? encodeToken({ position: end, lastId: idOf(last) }) : "" }
}

interface Token {
  readonly position: number
  readonly lastId: string
}

function startAfter<Item>(list: readonly Item[], idOf: (item: Item) => string, text: string): number {
  const { position, lastId } = decodeToken(text)
  const found = list.findIndex((item) => idOf(item) === lastId)
  return found === -1 ? Math.max(0, position - 1) : found + 1
}

function encodeToken({ position, lastId }: Token): string {
  return Buffer.from(`${position}:${lastId}`).toString("base64url")
}

function decodeToken(text: string): Token {
  const match = /^(\d{1,9}):(.+)$/su.exec(Buffer.from(text, "base64url").toString())
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new InvalidArgumentError("page_token", text, "the next_page_token of the page before")
  }
  return { position: Number(match[1]), lastId: match[2] }
}
