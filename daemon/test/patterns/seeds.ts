// The seeds of the scenarios. Detection was made with the first half in sight; the second half was written down with its labels before there was
// any detection, and scored once.

export const FIRST_HALF: readonly number[] = Array.from({ length: 100 }, (_, index) => 1000 + index)

export const SECOND_HALF: readonly number[] = Array.from({ length: 100 }, (_, index) => 7000 + index)
