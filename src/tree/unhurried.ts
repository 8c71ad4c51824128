import { setImmediate } from 'node:timers/promises'

/** Milliseconds that an event may have to wait. */
const PATIENCE = 10

/** Does work that comes in slices, and lets events through in between. */
export async function unhurried<T>(slices: Generator<undefined, T>): Promise<T> {
  for (let since = performance.now(), step = slices.next(); ; step = slices.next()) {
    if (step.done) return step.value
    if (performance.now() - since < PATIENCE) continue
    await setImmediate()
    since = performance.now()
  }
}
