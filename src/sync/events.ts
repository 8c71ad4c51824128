import { RowtreeError } from '../errors.ts'

/** Events that wait for a first reader at the most; of more the oldest are forgotten. */
const MOST = 10_000

/** A queue between a session that tells and a reader that iterates. Once somebody reads, nothing is forgotten. */
export class EventQueue<T> implements AsyncIterable<T> {
  readonly #waiting: T[] = []
  #end: { readonly error?: unknown } | undefined
  #wake: (() => void) | undefined
  #wasRead = false
  #isRead = false

  push(event: T): void {
    if (this.#waiting.push(event) > MOST && !this.#wasRead) this.#waiting.shift()
    this.#wake?.()
  }

  /** Ends the iteration after what waits; with an error it throws that. */
  end(outcome: { readonly error?: unknown } = {}): void {
    this.#end ??= outcome
    this.#wake?.()
  }

  /** @throws `RowtreeError` `usage` at the first step while another reader iterates: each event goes to one. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    if (this.#isRead) throw new RowtreeError('usage', 'Cannot iterate over a session twice at once: each event goes to one reader; pass it on')
    this.#wasRead = this.#isRead = true
    try {
      for (;;) {
        while (this.#waiting.length > 0) yield this.#waiting.shift()!
        if (this.#end) break
        const { promise, resolve } = Promise.withResolvers<void>()
        this.#wake = resolve
        await promise
      }
      if ('error' in this.#end) throw this.#end.error
    } finally {
      this.#isRead = false
    }
  }
}
