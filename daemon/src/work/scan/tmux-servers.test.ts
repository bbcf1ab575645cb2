import { expect, test } from "vitest"
import { parseListeningSockets } from "./tmux-servers.ts"

test("only sockets with a path on which somebody listens", () => {
  const text = [
    "Num       RefCount Protocol Flags    Type St Inode Path",
    "ffff8880: 00000002 00000000 00010000 0001 01 123 /tmp/tmux-0/default",
    "ffff8881: 00000003 00000000 00000000 0001 03 124 /tmp/tmux-0/default",
    "ffff8882: 00000002 00000000 00010000 0001 01 125 @abstract",
    "ffff8883: 00000002 00000000 00010000 0001 01   126 /odd path/with spaces",
    "ffff8884: 00000002 00000000 00000000 0002 01 127",
  ].join("\n")
  expect(parseListeningSockets(text)).toEqual(
    new Map([
      ["123", "/tmp/tmux-0/default"],
      ["126", "/odd path/with spaces"],
    ]),
  )
})
