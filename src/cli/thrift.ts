import { releaseMemory } from '../memory.ts'

/** As many paths leave enough behind to be worth a collection. */
const MUCH = 1_000

/** Milliseconds without news after which a session is idle. */
const IDLE = 3_000

/** Gives memory back to the system when a session has become idle after much work. */
export class Thrift {
  #paths = MUCH
  #timer: NodeJS.Timeout | undefined

  /** Something was done to so many paths. */
  worked(paths: number): void {
    this.#paths += paths
    clearTimeout(this.#timer)
    if (this.#paths < MUCH) return
    this.#timer = setTimeout(() => {
      this.#paths = 0
      releaseMemory()
    }, IDLE)
    this.#timer.unref()
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}
