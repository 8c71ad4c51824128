import type { Suspicion } from './sighting.ts'

/** How long the first path waits for company: a save that truncates and writes makes two events within it. In milliseconds. */
const START = 2

/** How long after a delivery the next one waits, in milliseconds. */
const PAUSE = 20

/** The most serious last: a delivery tells one. */
const SUSPICIONS: readonly Suspicion[] = ['burst', 'new-directory', 'watcher-error']

/**
 * Collects what events named. The first is delivered almost at once, what follows within 20 ms together, each path once: one save makes several events, and
 * a branch switch thousands.
 */
export class Outbox {
  readonly #deliver: (paths: readonly string[], suspicion: Suspicion | undefined) => void
  readonly #paths = new Set<string>()
  #suspicion: Suspicion | undefined
  #timer: NodeJS.Timeout | undefined

  readonly #start: number

  /** @param start how long the first waits for others, in milliseconds */
  constructor(deliver: (paths: readonly string[], suspicion: Suspicion | undefined) => void, start: number = START) {
    this.#start = start
    this.#deliver = deliver
  }

  add(paths: readonly string[], suspicion?: Suspicion): void {
    for (const path of paths) this.#paths.add(path)
    if (suspicion && SUSPICIONS.indexOf(suspicion) > SUSPICIONS.indexOf(this.#suspicion!)) this.#suspicion = suspicion
    if (this.#timer) return
    if (this.#start > 0) this.#timer = setTimeout(() => this.#send(), this.#start)
    else this.#send()
  }

  /** Delivers at once what is there. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#send()
  }

  /** Forgets what is there. */
  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#paths.clear()
    this.#suspicion = undefined
  }

  #send(): void {
    this.#timer = undefined
    if (this.#paths.size === 0 && !this.#suspicion) return
    const [paths, suspicion] = [[...this.#paths], this.#suspicion]
    this.#paths.clear()
    this.#suspicion = undefined
    this.#timer = setTimeout(() => this.#send(), PAUSE)
    this.#deliver(paths, suspicion)
  }
}
