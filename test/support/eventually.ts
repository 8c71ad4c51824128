import { setTimeout as delay } from 'node:timers/promises'

/** What a probe found; `undefined` and `false` are nothing yet. */
type Probed<T> = T | undefined | false

/**
 * Waits until this is so. It fails, with what did not come about, long before the test would time out.
 *
 * @param what for the message, such as `a temp appears`
 */
export async function eventually<T>(what: string, probe: () => Probed<T> | Promise<Probed<T>>): Promise<T> {
  const deadline = performance.now() + 20_000
  while (performance.now() < deadline) {
    const found = await probe()
    if (found !== undefined && found !== false) return found
    await delay(5)
  }
  throw new Error(`Cannot go on: ${what} did not happen within 20 s`)
}
