import { expect, test } from "vitest"
import { describePlatform } from "./own-machine.ts"

test.each([
  ["linux", "Linux version 6.18", "0::/init.scope", "Linux, by /proc", false],
  ["linux", "Linux version 6.18", "0::/docker/abc", "Linux in a container", true],
  ["linux", "Linux version 5.15-microsoft-standard-WSL2", "0::/", "Linux under WSL", true],
  ["darwin", "", "", "macOS, by ps and lsof", true],
  ["win32", "", "", "win32", true],
] as const)("%s (%s, %s) is described as %s", (platform, version, cgroup, how, lacks) => {
  const described = describePlatform(platform, version, cgroup)
  expect(described.how).toContain(how)
  expect(described.lacks !== "").toBe(lacks)
})
