/** Callers that wait for the same thing. */
export class Waiters {
  #waiting: PromiseWithResolvers<void>[] = []

  get isEmpty(): boolean {
    return this.#waiting.length === 0
  }

  wait(): Promise<void> {
    const waiting = Promise.withResolvers<void>()
    this.#waiting.push(waiting)
    return waiting.promise
  }

  /** It came about. */
  resolve(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }

  /** It will not, for this reason. */
  reject(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
