// Samples of the clocks beside the sums: reports over many conversations read these, and not all that a conversation did.

/** Packed by samples-codec.ts. Sums made before have none. */
export const SAMPLES = `
ALTER TABLE summaries ADD COLUMN samples BLOB;
`
