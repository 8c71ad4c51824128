/** Time, as a session sees it; another one stands in where hours have to pass at once. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number
  /** Milliseconds since 1970. */
  date(): number
  /** Calls after so many milliseconds, unless the answer is called before. */
  after(milliseconds: number, call: () => void): () => void
}

/** The longest that a timer of the runtimes can take. */
const LONGEST = 2 ** 31 - 1

/** The system's own. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, Math.min(LONGEST, Math.max(0, milliseconds)))
    return () => clearTimeout(timer)
  },
}
