/** As many of a kind are told one by one. */
const MOST = 5

/** Milliseconds after which a kind begins anew. */
const PAUSE = 1_000

/** What a crowd was about, and how many of it were not told. */
export interface Rest {
  readonly kind: string
  readonly more: number
}

/** Keeps many events of a kind, such as the holds of a mass deletion, from scrolling everything else away: the rest is counted. */
export class Crowd {
  readonly #tell: (rest: Rest) => void
  #kind = ''
  #count = 0
  #timer: NodeJS.Timeout | undefined

  /** @param tell called when a crowd is over that was not told whole */
  constructor(tell: (rest: Rest) => void) {
    this.#tell = tell
  }

  /** Whether an event is to be told by itself. */
  admits(event: { readonly event: string; readonly code?: string }): boolean {
    const kind = event.code === undefined ? '' : `${event.event} ${event.code}`
    if (kind !== this.#kind) this.end()
    this.#kind = kind
    if (kind === '') return true
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.end(), PAUSE)
    return ++this.#count <= MOST
  }

  /** Tells what was left out so far. */
  end(): void {
    clearTimeout(this.#timer)
    if (this.#count > MOST) this.#tell({ kind: this.#kind, more: this.#count - MOST })
    this.#kind = ''
    this.#count = 0
  }
}
