import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { isAbsolute, join, relative, sep } from 'node:path'
import type { Baseline } from './baseline/baseline.ts'
import { type Lock, takeLock } from './baseline/lock.ts'
import { openBaseline } from './baseline/sqlite.ts'
import type { Config } from './config.ts'
import { reservedPaths } from './core/reserved.ts'
import { scopeOf } from './core/scope.ts'
import { openStore } from './store/open.ts'
import type { Store } from './store/store.ts'
import { exportRows } from './sync/export.ts'
import { WriterPool } from './sync/pool.ts'
import { openRoot, openState, realPathOf } from './tree/root.ts'
import { type FilesystemClock, filesystemClock } from './tree/clock.ts'
import { type SweepOptions, type SweepResult, sweepTree } from './tree/sweep.ts'
import type { FsyncMode, Progress, Summary } from './types.ts'

/** Choices for one export; what is left out comes from the config. */
export interface ExportOptions {
  /** Only rows whose paths match one of these gitignore patterns. */
  readonly only?: readonly string[] | undefined
  /** Leave out rows whose paths match, beside the config's own list. */
  readonly ignore?: readonly string[] | undefined
  /** Remove files that rowtree wrote, that nobody changed, and whose rows are gone. */
  readonly prune?: boolean | undefined
  /** Let the store win where a file was edited; the file's content goes into history. Default `false`. */
  readonly force?: boolean | undefined
  /** Change nothing and tell what would be done. Default `false`. */
  readonly dryRun?: boolean | undefined
  /** Writer threads beside the calling one, 0 to 64. */
  readonly workers?: number | 'auto' | undefined
  readonly fsync?: FsyncMode | undefined
  /** Stops the export: what is staged is discarded, and `cancelled` is thrown. */
  readonly signal?: AbortSignal | undefined
  /** Called some hundred times at the most, never concurrently. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** Keeps one store and one tree the same. */
export interface Engine {
  /**
   * Writes every row whose file is missing or out of date. Files that somebody edited are left alone
   * and reported.
   *
   * @throws {RowtreeError} in a state that concerns the whole export; single items are in the summary
   */
  export(options?: ExportOptions): Promise<Summary>
  /** Removes the temp files that killed processes left in the tree. */
  sweep(options?: SweepOptions): Promise<SweepResult>
  close(): Promise<void>
}

/** How long a cycle waits for another one on the same tree, in milliseconds. */
const PATIENCE = 10_000

/**
 * Opens the store that a config names. The tree and the baseline are opened by each operation.
 *
 * @throws {RowtreeError} `store-missing`, `store-unreadable`, `store-unsupported`, `table-missing`, `column-missing`
 *
 * @example
 * ```ts
 * const engine = await openEngine(await loadConfig({ cwd: process.cwd(), env: process.env }))
 * const { exported, conflicts } = await engine.export({ only: ['styles/'] })
 * await engine.close()
 * ```
 */
export async function openEngine(config: Config): Promise<Engine> {
  const { store, directory, collections, mybb } = config
  return new RowtreeEngine(config, await openStore({ ...store, directory, collections, mybb }))
}

/**
 * Removes the temp files that killed processes left in a config's tree. It needs no store.
 *
 * @throws {RowtreeError} `tree-not-a-directory`, `tree-unreadable`
 */
export function sweep(config: Config, options: SweepOptions = {}): SweepResult {
  return sweepTree(openRoot(config.tree, true), options)
}

class RowtreeEngine implements Engine {
  readonly #config: Config
  readonly #store: Store
  /** Kept from one cycle to the next: threads are slow to start. */
  #pool = new WriterPool(0)

  constructor(config: Config, store: Store) {
    this.#config = config
    this.#store = store
  }

  async export(options: ExportOptions = {}): Promise<Summary> {
    const settings = this.#config.export
    const fsync = options.fsync ?? settings.fsync
    const dryRun = options.dryRun ?? false
    const root = openRoot(this.#config.tree, dryRun)
    return await this.#cycle(root, fsync, dryRun, async (baseline, clock) => {
      const pool = await this.#poolOf(threadsOf(options.workers ?? settings.workers))
      const plan = {
        fsync,
        suffix: settings.tempSuffix,
        prune: options.prune ?? settings.prune,
        force: options.force ?? false,
        dryRun,
        scope: scopeOf({ only: options.only ?? [], ignore: [...this.#config.ignore, ...(options.ignore ?? [])] }),
        reserved: reservedPaths(this.#ownPaths(root)),
        signal: options.signal,
        onProgress: options.onProgress,
      }
      return exportRows({ store: this.#store, root, baseline, clock, pool }, plan)
    })
  }

  sweep(options: SweepOptions = {}): Promise<SweepResult> {
    return Promise.resolve(sweep(this.#config, options))
  }

  async close(): Promise<void> {
    await this.#pool.close()
    await this.#store.close()
  }

  /** Where rowtree's own files lie inside the tree, if they do. */
  #ownPaths(root: string): string[] {
    const { state, file } = this.#config
    return [state, ...(file === undefined ? [] : [file]), ...this.#store.files]
      .map((path) => relative(root, realPathOf(path)).replaceAll(sep, '/'))
      .filter((path) => path !== '' && path !== '..' && !path.startsWith('../') && !isAbsolute(path))
  }

  async #poolOf(threads: number): Promise<WriterPool> {
    if (this.#pool.threads !== threads) {
      await this.#pool.close()
      this.#pool = new WriterPool(threads)
    }
    return this.#pool
  }

  /** Holds the lock and the baseline for the time of one cycle. */
  async #cycle<T>(root: string, fsync: FsyncMode, dryRun: boolean, work: (baseline: Baseline, clock: FilesystemClock) => Promise<T>): Promise<T> {
    // A dry run makes nothing, not even an empty baseline.
    const blank = dryRun && !existsSync(join(this.#config.state, 'baseline.db'))
    const state = blank ? undefined : openState(this.#config.state)
    const lock: Lock | undefined = state === undefined ? undefined : await takeLock(join(state, 'lock.db'), PATIENCE)
    try {
      const path = state === undefined ? ':memory:' : join(state, 'baseline.db')
      const tree = state === undefined ? root : relative(state, root) || '.'
      const baseline = openBaseline(path, { tree, durable: fsync !== 'off' })
      try {
        return await work(baseline, filesystemClock(root, dryRun ? undefined : state))
      } finally {
        baseline.close()
      }
    } finally {
      lock?.release()
    }
  }
}

/** The calling thread writes too, so one core is its own. */
function threadsOf(workers: number | 'auto'): number {
  return workers === 'auto' ? Math.min(8, Math.max(1, availableParallelism() - 1)) : workers
}
