import { setTimeout as delay } from 'node:timers/promises'

/**
 * Waits until this is so. It fails, with what did not come about, long before the test would time out.
 *
 * @param what for the message, such as `a temp appears`
 */
export async function eventually<T>(what: string, probe: () => T | undefined | false): Promise<T> {
  const deadline = performance.now() + 20_000
  while (performance.now() < deadline) {
    const found = probe()
    if (found !== undefined && found !== false) return found
    await delay(5)
  }
  throw new Error(`Cannot go on: ${what} did not happen within 20 s`)
}
