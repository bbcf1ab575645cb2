/** Everything by keyboard: arrows or j and k move, Enter chooses, Escape goes back, / filters, o looks over all, 1 to 9 choose directly. */
import type { Session } from "@vibecraft/shared/gen/vibecraft/v1/session_pb"
import { filterSessions } from "../state/session-filter.ts"
import type { Page } from "./page.ts"

/** Listens until the answer is called. */
export function listenToKeys(page: Page, target: Window): () => void {
  const { fleet, view, actions } = page

  const listed = (): readonly Session[] => filterSessions(fleet.sessions.value, view.filter.value)
  const filterBox = (): HTMLInputElement | null => target.document.querySelector("#filter")

  function move(step: number): void {
    const sessions = listed()
    if (sessions.length === 0) return
    const from = view.cursorId.value ?? view.selectedId.value
    const at = sessions.findIndex((session) => session.id === from)
    const next = at === -1 ? (step > 0 ? 0 : sessions.length - 1) : Math.min(sessions.length - 1, Math.max(0, at + step))
    view.cursorId.value = sessions[next]?.id
  }

  function back(): void {
    const box = filterBox()
    if (box && target.document.activeElement === box) {
      view.filter.value = ""
      box.blur()
    } else if (view.selectedId.value !== undefined) actions.select(undefined)
    else if (view.filter.value !== "") view.filter.value = ""
    else {
      view.cursorId.value = undefined
      actions.overview()
    }
  }

  function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const typing = event.target instanceof HTMLInputElement
    const onButton = event.target instanceof HTMLButtonElement
    switch (event.key) {
      case "ArrowDown":
        move(1)
        break
      case "ArrowUp":
        move(-1)
        break
      case "Escape":
        back()
        break
      case "Enter":
        if (onButton) return
        actions.select(view.cursorId.value ?? listed()[0]?.id)
        break
      default: {
        if (typing) return
        if (event.key === "j") move(1)
        else if (event.key === "k") move(-1)
        else if (event.key === "Home") view.cursorId.value = listed()[0]?.id
        else if (event.key === "End") view.cursorId.value = listed().at(-1)?.id
        else if (event.key === "/") filterBox()?.focus()
        else if (event.key === "o") actions.overview()
        else if (/^[1-9]$/.test(event.key)) {
          const session = listed()[Number(event.key) - 1]
          if (session) actions.select(session.id)
        } else return
      }
    }
    event.preventDefault()
  }

  target.addEventListener("keydown", onKey)
  return () => target.removeEventListener("keydown", onKey)
}
