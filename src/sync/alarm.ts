import type { Clock } from './clock.ts'

/** Lets one sleeper sleep until a time, or until somebody has something for it to do. */
export class Alarm {
  readonly #clock: Clock
  #wake: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param until by the clock; `Infinity` for as long as nobody wakes it */
  async sleep(until: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const cancel = until === Number.POSITIVE_INFINITY ? undefined : this.#clock.after(until - this.#clock.now(), resolve)
    await promise
    cancel?.()
    this.#wake = undefined
  }

  wake(): void {
    this.#wake?.()
  }
}
