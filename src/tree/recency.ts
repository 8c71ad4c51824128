import type { Entry } from './stat.ts'

/** The coarsest clock of a filesystem that stamps files, FAT's, in milliseconds. */
const COARSE = 2_000

/** The same for all others; Linux' clocks tick every 10 ms at the slowest. */
const FINE = 20

/** What a file server's clock may be behind ours before its files are trusted too early. */
const SKEW = 60_000

/**
 * Tells which stats prove nothing yet: an edit within the tick of the last one leaves the same time, and maybe the same size. Ticks are the
 * filesystem's, whose clock may be behind ours; nothing may be written to a watched tree to read it. But it
 * shows at least the youngest change that was seen: from the first save on the two clocks are known to
 * differ by no more than the time until we looked. Until then the difference counts as a minute.
 */
export class Recency {
  #behind = SKEW
  #tick = COARSE

  /**
   * Whether a later edit may leave this stat as it is.
   *
   * @param now our clock before the stat was read, in milliseconds
   */
  isRacy({ mtime, ctime }: Pick<Entry, 'mtime' | 'ctime'>, now: number): boolean {
    const age = now - ctime
    // What comes from the future tells of a clock that was wrong, and not by how much.
    if (age >= 0 && age < this.#behind) this.#behind = age
    if (mtime % 1_000 !== 0) this.#tick = FINE
    const settled = now - this.#behind - this.#tick
    // A modification time can be set to any year, and the next edit changes it; the time of the last change cannot.
    return ctime >= settled || (mtime >= settled && mtime <= now + SKEW)
  }
}
