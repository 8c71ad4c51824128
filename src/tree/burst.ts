/** Events that the system is sure to have had room for. */
const EVENTS = 32

/** The time in which they count as one burst, in milliseconds. */
const SPAN = 100

/**
 * Notices more events at once than there may have been room for: the system drops what does not fit, and Node does not tell.
 * Events nobody is interested in take room as well, so all of them count.
 */
export class BurstDetector {
  readonly #times = new Float64Array(EVENTS).fill(Number.NEGATIVE_INFINITY)
  #next = 0

  /**
   * Counts one event.
   *
   * @param now milliseconds, of a clock that never goes back
   * @returns whether it came with too many others
   */
  count(now: number): boolean {
    const oldest = this.#times[this.#next]!
    this.#times[this.#next] = now
    this.#next = (this.#next + 1) % EVENTS
    return now - oldest <= SPAN
  }
}
