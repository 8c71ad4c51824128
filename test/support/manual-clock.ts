import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../src/sync/clock.ts'

/** A clock that moves when a test says so. */
export interface ManualClock extends Clock {
  /** Lets this many milliseconds pass: timers are called when they are due, and what they start is done before time goes on. */
  pass(milliseconds: number): Promise<void>
}

export function manualClock(): ManualClock {
  let now = 0
  const timers = new Map<() => void, number>()
  return {
    now: () => now,
    date: () => Date.UTC(2026, 0, 1) + now,
    after(milliseconds, call) {
      const timer = (): void => call()
      timers.set(timer, now + Math.max(0, milliseconds))
      return () => timers.delete(timer)
    },
    async pass(milliseconds) {
      const end = now + milliseconds
      for (;;) {
        await turn()
        const [next] = [...timers].toSorted(([, a], [, b]) => a - b)
        if (!next || next[1] > end) break
        now = Math.max(now, next[1])
        timers.delete(next[0])
        next[0]()
      }
      now = end
      await turn()
    },
  }
}
