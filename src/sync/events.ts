/** Events that wait for a reader at the most; without one the oldest are forgotten. */
const MOST = 10_000

/** A queue between a session that tells and a reader that iterates. */
export class EventQueue<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = []
  #end: { readonly error?: unknown } | undefined
  #wake: (() => void) | undefined

  push(event: T): void {
    if (this.#waiting.push(event) > MOST) this.#waiting.shift()
    this.#wake?.()
  }

  /** Ends the iteration after what waits; with an error it throws that. */
  end(outcome: { readonly error?: unknown } = {}): void {
    this.#end ??= outcome
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      while (this.#waiting.length > 0) yield this.#waiting.shift()!
      if (this.#end) break
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    if ('error' in this.#end) throw this.#end.error
  }
}
