import { Settling } from '../core/settle.ts'

/** Paths that are looked at together. */
export interface Batch {
  /** Whether there are files at these paths, or none any more. */
  readonly kind: 'changed' | 'vanished'
  readonly paths: readonly string[]
  /** Those of the paths that were looked at because of their rows. */
  readonly rows: ReadonlySet<string>
}

/** How paths are gathered into batches. */
export interface PendingOptions {
  /** Milliseconds that a path has to be quiet. */
  readonly settle: number
  /** Paths of a batch at the most. */
  readonly maxBatch: number
  /** How long ago a file changed by its own account, in milliseconds; `undefined` where there is none. */
  readonly ageOf: (path: string) => number | undefined
}

/** Nothing more has vanished for so long: then all that did is judged together, so that no guard sees only a part. */
const VANISHED_QUIET = 1_000

/** No file waits longer than this, or ten settle windows, however often it is written. */
const LONGEST = 1_000

/** Changed paths on their way from the watcher into cycles. */
export class Pending {
  readonly #options: PendingOptions
  readonly #settling: Settling
  readonly #vanished = new Set<string>()
  readonly #rows = new Set<string>()
  #vanishedLast = 0
  /** Somebody was in a hurry, and some of what waited then has vanished. */
  #vanishedHurried = false

  constructor(options: PendingOptions) {
    this.#options = options
    this.#settling = new Settling({ settle: options.settle, most: Math.max(LONGEST, options.settle * 10) })
  }

  /** Whether paths are left that were waiting when somebody was in a hurry. */
  get hurried(): boolean {
    return this.#settling.hurried || this.#vanishedHurried
  }

  /** @param rows whether it is because of their rows that these are to be looked at */
  touch(paths: readonly string[], now: number, rows = false): void {
    for (const path of paths) {
      this.#settling.touch(path, now)
      if (rows) this.#rows.add(path)
    }
  }

  /** A batch that could not be done waits again, and is due at once. */
  putBack({ paths, rows }: Batch, now: number): void {
    this.touch(paths, now - this.#options.settle)
    for (const path of rows) this.#rows.add(path)
  }

  /** Nothing that waits now has to wait any longer, except for what has vanished: a guard would see only a part of it. */
  hurry(): void {
    this.#settling.hurry()
    if (this.#vanished.size > 0) this.#vanishedHurried = true
  }

  /** The next batch that is due. */
  take(now: number): Batch | undefined {
    const { maxBatch, settle, ageOf } = this.#options
    const changed: string[] = []
    const ages = new Map<string, number | undefined>()
    const wasHurried = this.#settling.hurried
    const isQuiet = (path: string): boolean => {
      const age = ageOf(path)
      ages.set(path, age)
      // Watchers drop events, and the file knows. One from the future tells nothing.
      return age === undefined || age >= settle || age < 0
    }
    for (const path of this.#settling.take(now, maxBatch, isQuiet)) {
      if ((ages.has(path) ? ages.get(path) : ageOf(path)) !== undefined) changed.push(path)
      else {
        this.#vanished.add(path)
        this.#vanishedLast = now
        this.#vanishedHurried ||= wasHurried
      }
    }
    if (changed.length > 0) return this.#batch('changed', changed)
    return this.#takeVanished(now)
  }

  /** When a batch is going to be due; `undefined` when nothing waits. */
  next(): number | undefined {
    const changed = this.#settling.next()
    const vanished = this.#vanished.size > 0 ? this.#vanishedLast + VANISHED_QUIET : undefined
    if (changed === undefined || vanished === undefined) return changed ?? vanished
    return Math.min(changed, vanished)
  }

  #takeVanished(now: number): Batch | undefined {
    if (this.#vanished.size === 0 || this.#vanishedLast + VANISHED_QUIET > now) return undefined
    // One that changed again since is there again, or vanishes anew once it is quiet.
    const paths = [...this.#vanished].filter((path) => !this.#settling.has(path))
    this.#vanished.clear()
    this.#vanishedHurried = false
    return paths.length > 0 ? this.#batch('vanished', paths) : undefined
  }

  #batch(kind: Batch['kind'], paths: readonly string[]): Batch {
    return { kind, paths, rows: new Set(paths.filter((path) => this.#rows.delete(path))) }
  }
}
