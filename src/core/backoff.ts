const FIRST = 250
const LONGEST = 15_000

/**
 * How long to wait before another attempt, in milliseconds: twice as long each time, up to a quarter of a minute.
 *
 * @param failures how many attempts failed in a row, at least 1
 */
export function backoff(failures: number): number {
  return Math.min(LONGEST, FIRST * 2 ** Math.min(failures - 1, 16))
}
