import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** As many paths leave enough behind to be worth a collection. */
const MUCH = 1_000

/** Milliseconds without news after which a session is idle. */
const IDLE = 3_000

/** What the runtime's own collector takes, https://nodejs.org/api/globals.html#globalgc. */
type Collector = (options: { readonly type: 'major'; readonly execution: 'async'; readonly flavor: 'last-resort' }) => unknown

/**
 * Gives memory back to the system when a session has become idle after much work. A runtime keeps what a burst needed, and collects
 * only when it needs more: a session may sit there for hours with three times of what it uses. A collection takes some ten milliseconds.
 */
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
      collect()
    }, IDLE)
    this.#timer.unref()
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}

function collect(): void {
  setFlagsFromString('--expose-gc')
  const collector = runInNewContext('gc') as Collector
  void collector({ type: 'major', execution: 'async', flavor: 'last-resort' })
}
