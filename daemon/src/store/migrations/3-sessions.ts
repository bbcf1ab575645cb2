// Which conversations a running agent was in, so that a restart of the daemon does not forget the earlier ones, and what holds for the whole
// host and belongs to no conversation.

export const SESSIONS = `
CREATE TABLE sessions (id TEXT PRIMARY KEY, seen_ms INTEGER NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
`
