// What people corrected by hand.

export const CORRECTIONS = `
CREATE TABLE corrections (id INTEGER PRIMARY KEY, conversation TEXT NOT NULL, state TEXT NOT NULL);
`
