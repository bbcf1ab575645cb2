// What a daemon has to know to go on where it stopped: what was read of each file, and what the fold made of it.

/** Texts are kept once and spoken of by number; `entries` are packed by entry-codec.ts. */
export const HISTORY = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE names (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE conversations (id INTEGER PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE pieces (id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, entries BLOB NOT NULL);
CREATE INDEX pieces_of ON pieces (conversation);
CREATE TABLE summaries (conversation INTEGER PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE cursors (id INTEGER PRIMARY KEY, path TEXT NOT NULL, dev INTEGER NOT NULL, ino INTEGER NOT NULL, state TEXT NOT NULL);
CREATE INDEX cursors_of ON cursors (ino, dev);
`
