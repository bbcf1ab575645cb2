import { expect, test } from "vitest"
import { describePlatform } from "./own-machine.ts"

const FIRST = "pid:[4026531836]"
const PROC = "22 27 0:21 / /proc rw,relatime - proc proc rw"

test.each([
  ["linux", { version: "Linux version 6.18", cgroup: "0::/init.scope" }, "Linux, by /proc", false],
  ["linux", { cgroup: "0::/docker/abc" }, "Linux in a container", true],
  ["linux", { cgroup: "0::/", namespace: "pid:[4026532178]" }, "Linux in a container", true],
  ["linux", { mounts: `${PROC},hidepid=invisible` }, "Linux, by /proc, which lists your own processes alone (hidepid)", false],
  ["linux", { mounts: `${PROC},gid=27,hidepid=2` }, "(hidepid)", false],
  ["linux", { mounts: `${PROC},hidepid=0` }, "Linux, by /proc", false],
  ["linux", { version: "Linux version 5.15-microsoft-standard-WSL2", cgroup: "0::/" }, "Linux under WSL", true],
  ["darwin", {}, "macOS, by ps and lsof", true],
  ["win32", {}, "win32", true],
] as const)("%s %o is described as %s", (platform, words, how, lacks) => {
  const described = describePlatform(platform, { version: "", cgroup: "", mounts: PROC, namespace: FIRST, ...words })
  expect(described.how.endsWith(how) || described.how.startsWith(how)).toBe(true)
  expect(described.lacks !== "").toBe(lacks)
})

test("a table that hides nothing is not said to hide anything", () => {
  const { how } = describePlatform("linux", {
    version: "",
    cgroup: "",
    mounts: `${PROC}\n31 27 0:30 / /mnt rw - proc proc rw,hidepid=2`,
    namespace: FIRST,
  })
  expect(how).toBe("Linux, by /proc")
})
