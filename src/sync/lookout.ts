import { RescanSchedule } from '../core/rescans.ts'
import { RowtreeError } from '../errors.ts'
import type { Standing } from '../tree/sighting.ts'
import type { RescanReason, WatchNews } from '../watch.ts'
import type { Clock } from './clock.ts'
import type { TreeWatcher, WatcherListener } from './watcher.ts'

/** The part of a watcher that a session uses. */
export type Watcher = Pick<TreeWatcher, 'start' | 'rescan' | 'confirm' | 'track' | 'close'>

/** Makes a watcher of the tree, by the rules as they are now. */
export type WatcherFactory = (listener: WatcherListener) => Promise<Watcher>

/** Whom a lookout reports to. */
export interface LookoutReports {
  /** Something may have happened at these paths. */
  touch(paths: readonly string[]): void
  tell(news: WatchNews): void
  root(standing: Standing): void
  /** What happened at an unknown number of paths was not seen. */
  lost(reason: RescanReason): void
  failed(error: unknown): void
}

/** Keeps an eye on the tree: its watcher, and the rescans that find what no event told of. */
export class Lookout {
  readonly #make: WatcherFactory
  readonly #clock: Clock
  readonly #root: string
  readonly #reports: LookoutReports
  readonly #rescans: RescanSchedule<RescanReason>
  #watcher: Watcher | undefined
  #rescanning = false
  #files = 0

  /**
   * @param interval milliseconds between regular rescans; `Infinity` for none
   * @param root the tree's, for messages
   */
  constructor(make: WatcherFactory, clock: Clock, interval: number, root: string, reports: LookoutReports) {
    this.#make = make
    this.#clock = clock
    this.#root = root
    this.#reports = reports
    this.#rescans = new RescanSchedule(interval, clock.now())
  }

  get isOpen(): boolean {
    return this.#watcher !== undefined
  }

  /** How many files there were when all were looked at last. */
  get files(): number {
    return this.#files
  }

  /** Every later change is seen. */
  async open(): Promise<void> {
    this.#watcher = await this.#make(this.#listener())
    this.#files = (await this.#watcher.start()).files
  }

  async close(): Promise<void> {
    const watcher = this.#watcher
    this.#watcher = undefined
    await watcher?.close()
  }

  /** When a rescan is due. */
  next(): number {
    return this.#rescanning || !this.#watcher ? Number.POSITIVE_INFINITY : this.#rescans.next()
  }

  suspect(reason: RescanReason): void {
    this.#rescans.suspect(reason, this.#clock.now())
  }

  /** Paths that take part although they do not look so. */
  track(paths: readonly string[]): void {
    if (paths.length > 0) this.#watcher?.track(paths)
  }

  /** Looks at all files, on the watcher's thread, if it is time. Answers whether it was. */
  async rescanIfDue(): Promise<boolean> {
    const reason = this.next() <= this.#clock.now() ? this.#rescans.due(this.#clock.now()) : undefined
    if (!reason) return false
    this.#rescanning = true
    const found = await this.look()
    this.#rescanning = false
    if (found !== undefined) this.#reports.tell({ event: 'rescan', reason, found })
    return true
  }

  /** Which of these files, that are not there, are gone; see `TreeWatcher.confirm`. */
  async confirm(paths: readonly string[]): Promise<readonly string[]> {
    return this.#watcher ? await this.#watcher.confirm(paths) : paths
  }

  /** Looks at all files now. Answers how many may have changed; `undefined` where nobody could look. */
  async look(): Promise<number | undefined> {
    try {
      const seen = await this.#watcher?.rescan()
      if (!seen) return undefined
      this.#files = seen.files
      this.#reports.touch(seen.paths)
      return seen.paths.length
    } catch (error) {
      // A watcher that was closed meanwhile has nothing to say; its successor has.
      if (!(error instanceof RowtreeError && error.code === 'cancelled')) this.#reports.failed(error)
      return undefined
    }
  }

  #listener(): WatcherListener {
    const { touch, tell, root, lost, failed } = this.#reports
    return {
      dirty: (paths, suspicion) => {
        if (suspicion) this.suspect(suspicion)
        touch(paths)
      },
      limited: (message, errno) => tell({ event: 'problem', path: this.#root, code: 'watch-limited', message, errno }),
      root,
      replaced: () => lost('watcher-replaced'),
      failed,
    }
  }
}
