/** The page around the picture. */
import type { JSX } from "preact"
import { Announcer } from "./announcer.tsx"
import { ConnectionBanner } from "./connection-banner.tsx"
import { DiscoveryCards } from "./discovery-cards.tsx"
import { Header } from "./header.tsx"
import type { Page } from "./page.ts"
import { SessionList } from "./session-list.tsx"
import { SessionPanel } from "./session-panel.tsx"
import { Tooltip } from "./tooltip.tsx"

/** All of it. */
export function App({ page }: { readonly page: Page }): JSX.Element {
  return (
    <>
      <Header page={page} />
      <ConnectionBanner page={page} />
      <main>
        <SessionList page={page} />
        <SessionPanel page={page} />
      </main>
      <WorldNote page={page} />
      <Tooltip page={page} />
      <DiscoveryCards page={page} />
      <Announcer page={page} />
      <p class="hints" aria-hidden="true">
        <kbd>↑</kbd>
        <kbd>↓</kbd> move <kbd>Enter</kbd> look <kbd>/</kbd> filter <kbd>o</kbd> overview <kbd>Esc</kbd> back
      </p>
    </>
  )
}

function WorldNote({ page }: { readonly page: Page }): JSX.Element | null {
  const state = page.view.world.value
  if (state === "missing") {
    return <p class="world-note">The world is not drawn: this browser offers no WebGL 2. The list shows every session.</p>
  }
  if (state === "lost") return <p class="world-note">The graphics card took the picture away; it comes back by itself.</p>
  return null
}
