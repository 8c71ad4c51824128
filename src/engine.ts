import type { Operation } from './baseline/baseline.ts'
import type { BenchOptions, BenchReport } from './bench.ts'
import type { Config, LoadOptions } from './config.ts'
import type { Licence } from './core/direction.ts'
import { measureSides } from './engine/bench.ts'
import type { Opened } from './engine/errand.ts'
import { openSides, Sides } from './engine/sides.ts'
import { sweepAround } from './engine/sweep.ts'
import { openSession } from './engine/watch.ts'
import { RowtreeError } from './errors.ts'
import type { DiffOptions, Difference, ExportOptions, ImportOptions, ResolveOptions, StatusOptions, SyncOptions, Undone, UndoOptions } from './options.ts'
import { runCycle } from './sync/cycle.ts'
import { differences } from './sync/diff.ts'
import { EVERYTHING, namePaths, placeOf } from './sync/naming.ts'
import { operationBefore, operationToUndo } from './sync/operations.ts'
import { resolvePaths } from './sync/resolve.ts'
import { compareSides } from './sync/status.ts'
import { undoOperation } from './sync/undo.ts'
import { realPathOf } from './tree/root.ts'
import type { SweepOptions, SweepResult } from './tree/sweep.ts'
import type { Status, Summary } from './types.ts'
import type { WatchOptions, WatchSession } from './watch.ts'

export { compareReports, readEarlier, requireComparable } from './bench/comparison.ts'
export type { Earlier } from './bench/comparison.ts'
export { excess, judgeContract } from './bench/contract.ts'
export { planBench } from './engine/bench.ts'
export { appendText } from './tree/append.ts'
export { boardSettings } from './engine/board.ts'
export type { BoardSettings } from './engine/board.ts'
export { diagnose } from './engine/diagnose.ts'
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
   *
   * @throws {RowtreeError} `usage` for times and sizes beyond the limits that the config has
   */
  watch(options?: WatchOptions): WatchSession
  /**
   * A path as a person typed it, relative to the tree: as seen from `cwd`, or else as relative to the tree already.
   *
   * @throws {RowtreeError} `usage` when it leads out of the tree
   */
  pathOf(typed: string, cwd: string): string
  /**
   * SQL that makes the database tell of its changes, for an administrator to run once: sessions then take them at once instead of at
   * their next poll.
   *
   * @throws {RowtreeError} `store-unsupported`: the database cannot tell
   */
  notifySql(): string
  /** Removes the temp files that killed processes left in the tree and in the state directory. */
  sweep(options?: SweepOptions): Promise<SweepResult>
  close(): Promise<void>
}

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
  return new RowtreeEngine(config, await openSides(config))
}

/**
 * Measures how fast rowtree is here, on the filesystem of a config's tree and with its settings: exports, imports and saves of rows that it makes itself, in a scratch
 * directory beside the tree that is removed afterwards, in turns with a loop that writes and renames one file after the other. The config's own store is read, and
 * nothing else; the tree is left alone. Where no config is named and none is found, the machine is measured in the directory itself.
 *
 * @param of a config, or where to look for one
 * @throws {RowtreeError} `usage`, `disk-full`, `tree-unwritable`, `cancelled`, and what keeps a config or a store from being opened
 *
 * @example
 * ```ts
 * const { ratios, latency } = await bench({ cwd: process.cwd(), env: process.env }, { rows: 2_000 })
 * console.log(ratios.find(({ name }) => name === 'speedup')?.value, latency?.p95)
 * ```
 */
export async function bench(of: Config | LoadOptions, options: BenchOptions = {}): Promise<BenchReport> {
  return await measureSides(of, options, openEngine)
}

/**
 * Removes what killed processes left: temp files in a config's tree and in its state directory, and what was measured in beside them. It needs no store.
 *
 * @throws {RowtreeError} `tree-not-a-directory`, `tree-unreadable`
 */
export function sweep(config: Config, options: SweepOptions = {}): SweepResult {
  return sweepAround(config, options)
}

class RowtreeEngine implements Engine {
  readonly #config: Config
  readonly #sides: Sides
  /** Those that still run. */
  readonly #sessions = new Set<WatchSession>()

  constructor(config: Config, sides: Sides) {
    this.#config = config
    this.#sides = sides
  }

  async export(options: ExportOptions = {}): Promise<Summary> {
    const licence = { ...this.#licence('export'), prune: options.prune ?? this.#config.export.prune, prefer: options.force ? 'store' : undefined } as const
    return await this.#sides.open({ command: 'export', licence, options }, ({ ports, plan }) => runCycle(ports, plan))
  }

  async import(options: ImportOptions = {}): Promise<Summary> {
    const licence = { ...this.#licence('import'), delete: options.delete ?? false, prefer: options.force ? 'tree' : undefined } as const
    return await this.#sides.open({ command: 'import', licence, options }, ({ ports, name }) => runCycle(ports, name(options.paths)))
  }

  async sync(options: SyncOptions = {}): Promise<Summary> {
    const licence = { ...this.#licence('sync'), prune: options.prune ?? this.#config.export.prune, delete: options.delete ?? false }
    return await this.#sides.open({ command: 'sync', licence, options }, ({ ports, plan }) => runCycle(ports, plan))
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
    return await this.#sides.open({ command: 'resolve', licence, options }, ({ ports, plan }) => {
      return resolvePaths(ports, plan, options.all ? EVERYTHING : namePaths(ports.baseline, ports.root, paths), options)
    })
  }

  async operations(limit = 20): Promise<readonly Operation[]> {
    return await this.#look({}, ({ ports }) => Promise.resolve(ports.baseline.operations(limit)))
  }

  async undo(options: UndoOptions = {}): Promise<Undone> {
    const start = performance.now()
    return await this.#sides.open({ command: 'undo', licence: this.#licence('sync'), options }, async ({ ports, plan }) => {
      const { baseline } = ports
      const operation = operationToUndo(baseline, options.operation)
      // Also a commit that adds nothing tidies up after commands that were cut short.
      if (!plan.dryRun) baseline.begin()
      const undone = await undoOperation(ports, operation, { ...plan, treeGone: plan.licence.direction === 'import' })
      if (!plan.dryRun) baseline.commit()
      // Whoever asks again without a number gets the same operation again.
      const earlier = undone.rows.length + undone.files.length > 0 ? undefined : operationBefore(baseline, operation)?.id
      return { ...undone, earlier, seconds: Math.round(performance.now() - start) / 1_000 }
    })
  }

  watch(options: WatchOptions = {}): WatchSession {
    const session = openSession(this.#config, options, this.#sides, () => this.#sessions.delete(session))
    this.#sessions.add(session)
    return session
  }

  pathOf(typed: string, cwd: string): string {
    return placeOf(realPathOf(this.#config.tree), typed, cwd)
  }

  notifySql(): string {
    const found = this.#sides.notifySql()
    if (found !== undefined) return found
    throw new RowtreeError('store-unsupported', 'Cannot make triggers for this store: only PostgreSQL tells of changes. Sessions ask any other as often as watch.poll says')
  }

  sweep(options: SweepOptions = {}): Promise<SweepResult> {
    return Promise.resolve(sweep(this.#config, options))
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) await session.stop()
    await this.#sides.close()
  }

  #licence(direction: Licence['direction']): Licence {
    return { direction, prune: false, delete: false, prefer: undefined, onConflict: this.#config.onConflict }
  }

  async #look<T>(options: StatusOptions, work: (opened: Opened) => Promise<T>): Promise<T> {
    return await this.#sides.open({ command: 'status', licence: { ...this.#licence('sync'), onConflict: 'keep' }, options: { ...options, dryRun: true } }, work)
  }
}
