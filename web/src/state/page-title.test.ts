import { describe, expect, it } from "vitest"
import { pageTitle } from "./page-title.ts"

describe("the tab's title", () => {
  it("counts who waits and says when that is not sure", () => {
    expect(pageTitle(0, false)).toBe("Vibecraft")
    expect(pageTitle(2, false)).toBe("(2) Vibecraft")
    expect(pageTitle(2, true)).toBe("(2?) Vibecraft, stale")
  })
})
