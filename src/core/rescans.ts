/** After the last suspicion all is quiet for so long before a rescan; a rescan amid a burst would have to be done again. */
const QUIET = 300
/** A suspicion waits no longer than this. */
const LONGEST = 2_000

/**
 * When all files are to be looked at again: by the clock, and soon after something suspicious. Times are milliseconds.
 *
 * @example
 * ```ts
 * const schedule = new RescanSchedule<'burst'>(60_000, 0)
 * schedule.suspect('burst', 1_000)
 * schedule.due(1_300) // 'burst'
 * ```
 */
export class RescanSchedule<Reason extends string> {
  readonly #interval: number
  #regular: number
  #suspicion: { readonly reason: Reason; readonly since: number; readonly at: number } | undefined

  /** @param interval between two regular rescans; `Infinity` for none */
  constructor(interval: number, now: number) {
    this.#interval = interval
    this.#regular = now + interval
  }

  /** Something suspicious happened. The first reason stays. */
  suspect(reason: Reason, now: number): void {
    const since = this.#suspicion?.since ?? now
    this.#suspicion = { reason: this.#suspicion?.reason ?? reason, since, at: Math.min(now + QUIET, since + LONGEST) }
  }

  /** Why a rescan is due, if one is; it counts as begun then. */
  due(now: number): Reason | 'timer' | undefined {
    if (this.next() > now) return undefined
    const reason = this.#suspicion?.reason ?? 'timer'
    this.#suspicion = undefined
    this.#regular = now + this.#interval
    return reason
  }

  /** When a rescan is due, if nothing happens until then. */
  next(): number {
    return Math.min(this.#regular, this.#suspicion?.at ?? Number.POSITIVE_INFINITY)
  }
}
