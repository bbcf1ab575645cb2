// How the status of sessions changed, with what each change was known by. `conversation` is the number of its name, 0 where none was known.

export const STATUS_CHANGES = `
CREATE TABLE status_changes (
  id INTEGER PRIMARY KEY, session TEXT NOT NULL, conversation INTEGER NOT NULL, time_ms INTEGER NOT NULL,
  from_status TEXT, to_status TEXT NOT NULL, reason TEXT NOT NULL, source TEXT NOT NULL, confidence TEXT NOT NULL
);
CREATE INDEX status_changes_of ON status_changes (session);
CREATE INDEX status_changes_at ON status_changes (time_ms);
`
