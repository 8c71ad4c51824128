/**
 * A `FLOAT` as the shortest number that is stored as the same one: it holds 0.1 as 0.10000000149011612, which a person wrote as 0.1.
 */
export function shortestFloat(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return Number(value.toPrecision(9))
}

/** What a `FLOAT` gives back for a number. */
export function asFloat(value: number): number {
  return shortestFloat(Math.fround(value))
}
