import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { isAbsolute, join, relative, sep } from 'node:path'
import type { Operation } from './baseline/baseline.ts'
import { type Lock, takeLock } from './baseline/lock.ts'
import { openBaseline } from './baseline/sqlite.ts'
import type { Config } from './config.ts'
import type { Licence } from './core/direction.ts'
import type { Errand, Opened } from './engine/errand.ts'
import { openSession } from './engine/watch.ts'
import { reservedPaths } from './core/reserved.ts'
import { scopeOf } from './core/scope.ts'
import type { CycleOptions, DiffOptions, Difference, ExportOptions, ImportOptions, ResolveOptions, StatusOptions, SyncOptions, Undone, UndoOptions } from './options.ts'
import { openStore } from './store/open.ts'
import type { Store } from './store/store.ts'
import { runCycle } from './sync/cycle.ts'
import { differences } from './sync/diff.ts'
import { EVERYTHING, type Named, namePaths, placeOf } from './sync/naming.ts'
import { operationBefore, operationToUndo } from './sync/operations.ts'
import type { CyclePlan } from './sync/plan.ts'
import { WriterPool } from './sync/pool.ts'
import { resolvePaths } from './sync/resolve.ts'
import { compareSides } from './sync/status.ts'
import { undoOperation } from './sync/undo.ts'
import { filesystemClock } from './tree/clock.ts'
import { IGNORE_FILE, readIgnoreFile } from './tree/ignore-file.ts'
import { openRoot, openState, realPathOf, treeMissing } from './tree/root.ts'
import { type SweepOptions, type SweepResult, sweepTree } from './tree/sweep.ts'
import type { Status, Summary } from './types.ts'
import type { WatchOptions, WatchSession } from './watch.ts'

export type { Operation } from './baseline/baseline.ts'

/** Keeps one store and one tree the same. Each operation is a cycle of its own; cycles on one tree take turns. */
export interface Engine {
  /**
   * Writes every row whose file is missing or out of date. Files that somebody edited are left alone
   * and reported.
   *
   * @throws {RowtreeError} in a state that concerns the whole cycle; single items are in the summary
   */
  export(options?: ExportOptions): Promise<Summary>
  /** Writes every edited or new file into its row. Rows that somebody edited are left alone and reported. */
  import(options?: ImportOptions): Promise<Summary>
  /** Both at once. */
  sync(options?: SyncOptions): Promise<Summary>
  /** Compares both sides and changes nothing. */
  status(options?: StatusOptions): Promise<Status>
  /** How the sides differ, path by path. */
  diff(options?: DiffOptions): AsyncIterable<Difference>
  /**
   * Settles conflicts and holds, or any other difference, at paths relative to the tree. A directory stands for the conflicts and holds
   * below it.
   */
  resolve(paths: readonly string[], options: ResolveOptions): Promise<Summary>
  /** The last operations that changed something, newest first. Default: 20. */
  operations(limit?: number): Promise<readonly Operation[]>
  /**
   * Takes an operation back, wherever nobody changed anything since.
   *
   * @throws {RowtreeError} `undo-unknown`
   */
  undo(options?: UndoOptions): Promise<Undone>
  /**
   * Keeps both sides the same while it runs: takes saves to the store, and changes of the store to the tree. It begins at once.
   * Cycles of other commands and processes take turns with it.
   */
  watch(options?: WatchOptions): WatchSession
  /**
   * A path as a person typed it, relative to the tree: as seen from `cwd`, or else as relative to the tree already.
   *
   * @throws {RowtreeError} `usage` when it leads out of the tree
   */
  pathOf(typed: string, cwd: string): string
  /** Removes the temp files that killed processes left in the tree. */
  sweep(options?: SweepOptions): Promise<SweepResult>
  close(): Promise<void>
}

/** How long a cycle waits for another one on the same tree, in milliseconds. */
const PATIENCE = 10_000

/**
 * Opens the store that a config names. The tree and the baseline are opened by each operation.
 *
 * @throws {RowtreeError} `store-missing`, `store-locked`, `store-unreadable`, `store-unsupported`, `table-missing`, `column-missing`
 *
 * @example
 * ```ts
 * const engine = await openEngine(await loadConfig({ cwd: process.cwd(), env: process.env }))
 * const { imported, conflicts } = await engine.import({ paths: ['styles/Default/global.css'] })
 * await engine.close()
 * ```
 */
export async function openEngine(config: Config): Promise<Engine> {
  return new RowtreeEngine(config, await openStoreOf(config))
}

async function openStoreOf({ store, directory, collections, mybb }: Config): Promise<Store> {
  return await openStore({ ...store, directory, collections, mybb })
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
  #store: Store
  #closed = false
  readonly #sessions = new Set<WatchSession>()
  /** Kept from one cycle to the next: threads are slow to start. */
  #pool = new WriterPool(0)

  constructor(config: Config, store: Store) {
    this.#config = config
    this.#store = store
  }

  async export(options: ExportOptions = {}): Promise<Summary> {
    const licence = { ...this.#licence('export'), prune: options.prune ?? this.#config.export.prune, prefer: options.force ? 'store' : undefined } as const
    return await this.#open({ command: 'export', licence, options }, ({ ports, plan }) => runCycle(ports, plan))
  }

  async import(options: ImportOptions = {}): Promise<Summary> {
    const licence = { ...this.#licence('import'), delete: options.delete ?? false, prefer: options.force ? 'tree' : undefined } as const
    return await this.#open({ command: 'import', licence, options }, ({ ports, name }) => runCycle(ports, name(options.paths)))
  }

  async sync(options: SyncOptions = {}): Promise<Summary> {
    const licence = { ...this.#licence('sync'), prune: options.prune ?? this.#config.export.prune, delete: options.delete ?? false }
    return await this.#open({ command: 'sync', licence, options }, ({ ports, plan }) => runCycle(ports, plan))
  }

  async status(options: StatusOptions = {}): Promise<Status> {
    return await this.#look(options, ({ ports, name }) => compareSides(ports, name(options.paths)))
  }

  async *diff(options: DiffOptions = {}): AsyncGenerator<Difference> {
    const { from = 'store', to = 'tree' } = options
    // Collected while the lock is held: whoever reads slowly must not keep others waiting.
    const found = await this.#look(options, async ({ ports, name }) => {
      const { items } = await compareSides(ports, name(options.paths))
      const all: Difference[] = []
      for await (const one of differences(ports, items.filter(({ state }) => state !== 'untracked'), { from, to })) all.push(one)
      return all
    })
    yield* found
  }

  async resolve(paths: readonly string[], options: ResolveOptions): Promise<Summary> {
    const licence = this.#licence('sync')
    return await this.#open({ command: 'resolve', licence, options }, ({ ports, plan }) => {
      return resolvePaths(ports, plan, options.all ? EVERYTHING : namePaths(ports.baseline, ports.root, paths), options)
    })
  }

  async operations(limit = 20): Promise<readonly Operation[]> {
    return await this.#look({}, ({ ports }) => Promise.resolve(ports.baseline.operations(limit)))
  }

  async undo(options: UndoOptions = {}): Promise<Undone> {
    const start = performance.now()
    return await this.#open({ command: 'undo', licence: this.#licence('sync'), options }, async ({ ports, plan }) => {
      const { baseline } = ports
      const operation = operationToUndo(baseline, options.operation)
      baseline.begin()
      const undone = await undoOperation(ports, operation, { ...plan, treeGone: plan.licence.direction === 'import' })
      baseline.commit()
      // Whoever asks again without a number gets the same operation again.
      const earlier = undone.rows.length + undone.files.length > 0 ? undefined : operationBefore(baseline, operation)?.id
      return { ...undone, earlier, seconds: Math.round(performance.now() - start) / 1_000 }
    })
  }

  watch(options: WatchOptions = {}): WatchSession {
    const session = openSession(this.#config, options, { token: () => this.#token(), open: (errand, work) => this.#open(errand, work), rest: () => this.#poolOf(0) })
    this.#sessions.add(session)
    return session
  }

  pathOf(typed: string, cwd: string): string {
    return placeOf(realPathOf(this.#config.tree), typed, cwd)
  }

  sweep(options: SweepOptions = {}): Promise<SweepResult> {
    return Promise.resolve(sweep(this.#config, options))
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) await session.stop()
    this.#closed = true
    await this.#pool.close()
    await this.#store.close()
  }

  #licence(direction: Licence['direction']): Licence {
    return { direction, prune: false, delete: false, prefer: undefined, onConflict: this.#config.onConflict }
  }

  async #look<T>(options: StatusOptions, work: (opened: Opened) => Promise<T>): Promise<T> {
    return await this.#open({ command: 'status', licence: { ...this.#licence('sync'), onConflict: 'keep' }, options: { ...options, dryRun: true } }, work)
  }

  /** Holds the lock and the baseline for the time of one cycle. */
  async #open<T>({ command, licence, options, rules, needsRoot = false }: Errand, work: (opened: Opened) => Promise<T>): Promise<T> {
    const { state: directory } = this.#config
    const { dryRun = false } = options
    const fsync = options.fsync ?? this.#config.export.fsync
    // A dry run makes nothing, not even an empty baseline.
    const blank = !existsSync(join(directory, 'baseline.db'))
    // A root that is gone although there is a baseline may be a disk that is not mounted: nothing is written in its place.
    const isGone = (needsRoot || licence.direction !== 'export') && !blank && !existsSync(this.#config.tree)
    if (isGone && needsRoot) throw treeMissing(this.#config.tree)
    const root = isGone ? realPathOf(this.#config.tree) : openRoot(this.#config.tree, dryRun || licence.direction === 'import')
    const state = dryRun && blank ? undefined : openState(directory)
    const lock: Lock | undefined = state === undefined ? undefined : await takeLock(join(state, 'lock.db'), PATIENCE)
    try {
      const store = await this.#storeNow()
      const path = state === undefined ? ':memory:' : join(state, 'baseline.db')
      const baseline = openBaseline(path, { tree: state === undefined ? root : relative(state, root) || '.', durable: fsync !== 'off', command })
      try {
        const clock = filesystemClock(root, dryRun || !existsSync(root) ? undefined : state)
        const ports = { store, root, baseline, clock, pool: await this.#poolOf(threadsOf(options.workers ?? this.#config.export.workers)) }
        const plan = this.#plan(root, isGone ? { ...licence, direction: 'import' } : licence, options, rules)
        return await work({ ports, plan, name: (paths) => withPaths(plan, paths && namePaths(baseline, root, paths)) })
      } finally {
        baseline.close()
      }
    } finally {
      lock?.release()
    }
  }

  /**
   * The store, opened anew when its URL names something else by now. The old one is closed first: under the lock no other cycle uses it,
   * and where the new one cannot be opened, the next cycle tries again.
   */
  async #storeNow(): Promise<Store> {
    if (this.#closed || this.#store.isCurrent()) return this.#store
    await this.#store.close()
    return (this.#store = await openStoreOf(this.#config))
  }

  /** What differs from all before it where the store is not what its URL names any more: the next cycle opens it anew. */
  async #token(): Promise<string> {
    return this.#store.isCurrent() ? await this.#store.token() : 'replaced'
  }

  #plan(root: string, licence: Licence, options: CycleOptions, rules: readonly string[] = readIgnoreFile(root)): CyclePlan {
    const { guards, history, export: settings, ignore } = this.#config
    return {
      licence,
      guards,
      decided: false,
      retention: history,
      fsync: options.fsync ?? settings.fsync,
      suffix: settings.tempSuffix,
      dryRun: options.dryRun ?? false,
      scope: scopeOf({ only: options.only ?? [], ignore: [...ignore, ...rules, ...(options.ignore ?? [])] }),
      reserved: reservedPaths([IGNORE_FILE, ...this.#ownPaths(root)]),
      signal: options.signal,
      onProgress: options.onProgress,
    }
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
}

function withPaths(plan: CyclePlan, named: Named | undefined): CyclePlan {
  if (!named) return plan
  const { scope } = plan
  return { ...plan, paths: named.directories.length > 0 ? undefined : named.exact, scope: (path) => named.includes(path) && scope(path) }
}

/** The calling thread writes too, so one core is its own. */
function threadsOf(workers: number | 'auto'): number {
  return workers === 'auto' ? Math.min(8, Math.max(1, availableParallelism() - 1)) : workers
}
