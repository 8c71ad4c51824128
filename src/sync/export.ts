import type { Baseline } from '../baseline/baseline.ts'
import { PathIndex } from '../core/collisions.ts'
import type { Scope } from '../core/scope.ts'
import { RowtreeError } from '../errors.ts'
import type { Chunk, Store } from '../store/store.ts'
import type { FilesystemClock } from '../tree/clock.ts'
import { Directories, parentOf } from '../tree/directories.ts'
import { asFatal, fatalError } from '../tree/failure.ts'
import { sweepTree } from '../tree/sweep.ts'
import type { FsyncMode, Progress, Row, Summary } from '../types.ts'
import { type Clash, nameClashes } from './clashes.ts'
import { Coordinator } from './coordinator.ts'
import { Packer } from './packing.ts'
import type { WriterPool } from './pool.ts'
import { settleOrphans } from './prune.ts'
import { Tally } from './tally.ts'

/** The sides of a cycle and its memory. */
export interface ExportPorts {
  readonly store: Store
  /** Absolute path of the tree's root; it exists. */
  readonly root: string
  readonly baseline: Baseline
  readonly clock: FilesystemClock
  readonly pool: WriterPool
}

export interface ExportPlan {
  readonly fsync: FsyncMode
  readonly suffix: string
  readonly prune: boolean
  readonly force: boolean
  readonly dryRun: boolean
  readonly scope: Scope
  /** Whether a path belongs to rowtree itself. */
  readonly reserved: (path: string) => boolean
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** Below this many rows an export is done before threads would be up. */
const WORTH_THREADS = 2_000

/**
 * One cycle towards the tree. Rows stream through: each chunk is placed, packed into jobs, staged
 * and let go, so that memory does not grow with their number.
 *
 * @throws `RowtreeError` after which nothing staged is left behind and the baseline is as before the batch
 */
export async function exportRows(ports: ExportPorts, plan: ExportPlan): Promise<Summary> {
  const run = new ExportRun(ports, plan)
  try {
    return await run.execute()
  } catch (error) {
    await run.abandon()
    throw plan.signal?.aborted ? cancelled(error) : error
  }
}

class ExportRun {
  readonly #ports: ExportPorts
  readonly #plan: ExportPlan
  readonly #tally = new Tally()
  readonly #packer = new Packer()
  readonly #index = new PathIndex()
  readonly #clashes: Clash[] = []
  readonly #directories: Directories
  readonly #coordinator: Coordinator
  /** Entries that were there before this cycle. */
  readonly #entries: number
  #steps = 0
  #total = 0

  constructor(ports: ExportPorts, plan: ExportPlan) {
    this.#ports = ports
    this.#plan = plan
    this.#entries = ports.baseline.count()
    this.#directories = new Directories(ports.root, plan.suffix, plan.dryRun)
    this.#coordinator = new Coordinator(
      { ...ports, directories: this.#directories, packer: this.#packer, tally: this.#tally },
      { ...plan, onSteps: (steps) => this.#advance(steps) },
    )
  }

  async execute(): Promise<Summary> {
    const swept = sweepTree(this.#ports.root, { dryRun: this.#plan.dryRun })
    // A directory that cannot be listed matters only where rows go, and those report it themselves.
    this.#tally.problems.push(...swept.problems.filter(({ code }) => code === 'remove-failed'))
    this.#total = await this.#ports.store.count()
    if (this.#total >= WORTH_THREADS) this.#ports.pool.start()
    for await (const chunk of this.#ports.store.read()) {
      this.#plan.signal?.throwIfAborted()
      await this.#submit(chunk)
    }
    this.#plan.signal?.throwIfAborted()
    const rest = this.#packer.take()
    if (rest) await this.#coordinator.submit(rest)
    await this.#coordinator.finish()
    // What still waits for its name has no files: none of them could be written.
    this.#directories.abandon()
    this.#settleOrphans()
    await this.#coordinator.finish()
    this.#tally.problems.push(...(await nameClashes(this.#ports.store, this.#clashes)))
    return this.#tally.summary()
  }

  async abandon(): Promise<void> {
    await this.#coordinator.abandon()
    this.#directories.abandon()
  }

  async #submit(chunk: Chunk): Promise<void> {
    for (const problem of chunk.problems) {
      // A row without a sound key has no path, and its problem names the collection instead.
      const placed = problem.code !== 'null-key' && problem.code !== 'unsupported-key'
      if (placed && !this.#plan.scope(problem.path)) continue
      // The row exists although it cannot be exported: its file is no orphan.
      if (placed) this.#index.add(problem.path)
      this.#tally.problems.push(problem)
    }
    this.#tally.rows += chunk.rows.length
    // Two threads that write into one directory wait for each other: keep a directory's rows together.
    for (const [directory, rows] of Map.groupBy(chunk.rows, (row) => parentOf(row.path))) {
      for (const row of rows) {
        if (!this.#accepts(row)) continue
        const { fresh, obstacle } = this.#prepare(directory)
        if (obstacle) {
          this.#tally.problems.push({ path: row.path, ...obstacle })
          continue
        }
        const packed = this.#packer.add(row, directory, fresh)
        if (packed) await this.#coordinator.submit(packed)
      }
    }
  }

  #accepts(row: Row): boolean {
    if (!this.#plan.scope(row.path)) return false
    if (this.#plan.reserved(row.path)) {
      const message = `${this.#ports.store.describe(row)} is not exported: ${row.path} belongs to rowtree itself; choose another path pattern or tree`
      this.#tally.problems.push({ path: row.path, code: 'path-reserved', message })
      return false
    }
    const earlier = this.#index.add(row.path)
    if (earlier !== undefined) this.#clashes.push({ earlier, later: { collection: row.collection, key: row.key, path: row.path } })
    return earlier === undefined
  }

  #prepare(directory: string): ReturnType<Directories['prepare']> {
    try {
      return this.#directories.prepare(directory)
    } catch (error) {
      const fatal = asFatal(error, `${this.#ports.root}/${directory}`)
      throw fatal ? fatalError(fatal) : error
    }
  }

  /** Looks for baseline entries without a row; only a complete read of the store may do that. */
  #settleOrphans(): void {
    const { baseline, root } = this.#ports
    if (this.#coordinator.matched === this.#entries) return
    const orphans: string[] = []
    for (const path of baseline.paths()) {
      if (!this.#index.has(path) && this.#plan.scope(path)) orphans.push(path)
    }
    settleOrphans(baseline, orphans, { root, clock: this.#coordinator.clock, ...this.#plan }, this.#tally)
  }

  #advance(steps: number): void {
    this.#steps += steps
    this.#plan.onProgress?.({ done: Math.min(this.#total, Math.floor(this.#steps / 2)), total: this.#total })
  }
}

/** The error of a cycle that a person or a program stopped. */
function cancelled(cause: unknown): RowtreeError {
  return new RowtreeError('cancelled', 'Cannot finish: the export was stopped; nothing half-written is left', { cause })
}
