// Lists come in pages; scripts and people want all of it.

/** Asks for page after page until the daemon names no next one. */
export async function* pages<T extends { nextPageToken: string }>(ask: (pageToken: string) => Promise<T>): AsyncGenerator<T> {
  let pageToken = ""
  do {
    const page = await ask(pageToken)
    yield page
    pageToken = page.nextPageToken
  } while (pageToken !== "")
}
