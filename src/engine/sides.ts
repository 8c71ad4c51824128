import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { type Lock, takeLock } from '../baseline/lock.ts'
import { openBaseline } from '../baseline/sqlite.ts'
import type { Config } from '../config.ts'
import { openStore, type StoreOptions } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { namePaths } from '../sync/naming.ts'
import { WriterPool } from '../sync/pool.ts'
import { filesystemClock } from '../tree/clock.ts'
import { asSystemError } from '../tree/failure.ts'
import type { Presence } from '../tree/presence.ts'
import { makePrivateFile } from '../tree/private.ts'
import { openRoot, openState, realPathOf, treeMissing, treeReplaced } from '../tree/root.ts'
import { sweepDirectory } from '../tree/sweep.ts'
import { isThere } from '../tree/stat.ts'
import { boardFiles } from './board-files.ts'
import type { Errand, Opened } from './errand.ts'
import { planOf, withPaths } from './plan.ts'
import { readTls } from './tls.ts'

/** How long a cycle waits for another one on the same tree, in milliseconds. */
const PATIENCE = 10_000

/** Opens the store that a config names. */
export async function openSides(config: Config): Promise<Sides> {
  return new Sides(config, await openStore(storeOptionsOf(config)))
}

/** How the store of a config is opened. */
export function storeOptionsOf({ store: { tls, ...store }, directory, collections, mybb, wordpress, settings, options }: Config): StoreOptions {
  const { board, ...choice } = mybb
  const files = board === undefined ? {} : { files: boardFiles(board) }
  return { ...store, tls: tls && readTls(tls), directory, collections, mybb: { ...choice, ...files }, wordpress, settings, options }
}

/** A store and a tree, with what keeps them: the baseline, the lock, the writer threads. The tree and the baseline are opened for each errand. */
export class Sides {
  readonly #config: Config
  #store: Store
  #closed = false
  #strangers = 0
  /** Kept from one cycle to the next: threads are slow to start. */
  #pool = new WriterPool(0)

  constructor(config: Config, store: Store) {
    this.#config = config
    this.#store = store
  }

  /**
   * Does something with both sides, while the lock and the baseline are held for it.
   *
   * @throws `RowtreeError` what keeps a side from being opened: `locked`, `tree-missing`, `store-missing`, …
   */
  async open<T>(errand: Errand, work: (opened: Opened) => Promise<T>): Promise<T> {
    try {
      return await this.#open(errand, work)
    } catch (error) {
      throw asSystemError(error)
    }
  }

  async #open<T>({ command, licence, options, rules, giveUp = options.signal, presence }: Errand, work: (opened: Opened) => Promise<T>): Promise<T> {
    const { state: directory } = this.#config
    const { dryRun = false } = options
    const fsync = options.fsync ?? this.#config.export.fsync
    // A dry run makes nothing, not even an empty baseline.
    const blank = !isThere(join(directory, 'baseline.db'))
    // A root that is gone although there is a baseline may be a disk that is not mounted: nothing is written in its place.
    if (presence) this.#require(presence, blank)
    const isGone = licence.direction !== 'export' && !blank && !isThere(this.#config.tree)
    const root = isGone ? realPathOf(this.#config.tree) : openRoot(this.#config.tree, dryRun || licence.direction === 'import', fsync !== 'off')
    const state = dryRun && blank ? undefined : openState(directory, fsync !== 'off')
    const lock: Lock | undefined = state === undefined ? undefined : await takeLock(makePrivateFile(join(state, 'lock.db')), PATIENCE, giveUp)
    try {
      // Others may have been waited for.
      if (presence) this.#require(presence, false)
      // No cycle looks for temps here, only in the tree: a process may have been killed over the clock's probe.
      if (state !== undefined && !dryRun) sweepDirectory(state)
      const store = await this.#storeNow()
      const path = state === undefined ? ':memory:' : makePrivateFile(join(state, 'baseline.db'))
      const baseline = openBaseline(path, { tree: state === undefined ? root : relative(state, root) || '.', durable: fsync !== 'off', command })
      try {
        const clock = filesystemClock(root, dryRun || !isThere(root) ? undefined : state)
        const ports = { store, root, baseline, clock, pool: await this.#poolOf(threadsOf(options.workers ?? this.#config.export.workers)) }
        const plan = planOf(this.#config, store.files, root, { licence: isGone ? { ...licence, direction: 'import' } : licence, options, rules })
        return await work({ ports, plan, name: (paths) => withPaths(plan, paths && namePaths(baseline, root, paths)) })
      } finally {
        baseline.close()
      }
    } finally {
      lock?.release()
    }
  }

  /** @param mayBeNew there was no root before */
  #require(presence: Presence, mayBeNew: boolean): void {
    const standing = presence.standing()
    if (standing === 'other') throw treeReplaced(this.#config.tree)
    if (standing === 'gone' && !(mayBeNew && presence.identity === undefined)) throw treeMissing(this.#config.tree)
  }

  /**
   * The store, opened anew when its URL names something else by now. The old one is closed first: under the lock no other cycle uses it,
   * and where the new one cannot be opened, the next cycle tries again.
   */
  async #storeNow(): Promise<Store> {
    if (this.#closed || this.#store.isCurrent()) return this.#store
    await this.#store.close()
    return (this.#store = await openStore(storeOptionsOf(this.#config)))
  }

  /** See `Store.token`. Where the store is not what its URL names any more it is another text each time, until a cycle has opened it anew. */
  async token(): Promise<string> {
    return this.#store.isCurrent() ? await this.#store.token() : `replaced ${++this.#strangers}`
  }

  /** See `Store.listen`. Where the store is not what its URL names any more nothing is told, and the token tells. */
  async listen(onChange: () => void): Promise<(() => Promise<void>) | undefined> {
    return await this.#store.listen(onChange)
  }

  /** See `Store.notifySql`. */
  notifySql(): string | undefined {
    return this.#store.notifySql()
  }

  async #poolOf(threads: number): Promise<WriterPool> {
    if (this.#pool.threads !== threads) {
      await this.#pool.close()
      this.#pool = new WriterPool(threads)
    }
    return this.#pool
  }

  /** Ends the writer threads until another cycle wants them. Only for who holds both sides: another cycle would use them. */
  async rest(): Promise<void> {
    await this.#poolOf(0)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#pool.close()
    await this.#store.close()
  }
}

/** The calling thread writes too, so one core is its own. */
export function threadsOf(workers: number | 'auto'): number {
  return workers === 'auto' ? Math.min(8, Math.max(1, availableParallelism() - 1)) : workers
}
