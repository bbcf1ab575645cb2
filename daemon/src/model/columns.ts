// Tables whose rows are numbers in columns: a host's history holds hundreds of thousands of calls, requests and intervals, and as objects each of
// them would take three times as much.

export type Column = Float64Array | Int32Array | Uint32Array | Uint8Array

const GROWTH = 1.5

/** Columns of one length, by name. They are replaced when they grow: do not hold on to one. */
export type Columns = Record<string, Column>

/** Makes room for a row with this number, where there is none. */
export function makeRoom(columns: Columns, row: number): void {
  for (const name in columns) {
    const column = columns[name]
    if (column === undefined || row < column.length) return
    const longer = new (column.constructor as new (length: number) => Column)(Math.ceil(column.length * GROWTH))
    longer.set(column)
    columns[name] = longer
  }
}
