// The latest of what happened, so that it is there after a restart: each by the hash of what tells it from all others. `conversation` is the
// number of a name, 0 for what is of none; `id` 0 is what is not published yet.

export const ACTIVITIES = `
CREATE TABLE activities (key INTEGER PRIMARY KEY, id INTEGER NOT NULL, time_ms INTEGER NOT NULL, conversation INTEGER NOT NULL, state TEXT NOT NULL);
`
