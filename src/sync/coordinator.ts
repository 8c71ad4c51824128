import { join } from 'node:path'
import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import type { Directories } from '../tree/directories.ts'
import { parentOf } from '../tree/directories.ts'
import { flushDirectory, flushFilesystem, flushPath } from '../tree/durable.ts'
import { fatalError } from '../tree/failure.ts'
import * as job from '../tree/job.ts'
import type { StageJob, StageResult } from '../tree/job.ts'
import type { FsyncMode } from '../types.ts'
import { type Packed, type Packer, toStageJob } from './packing.ts'
import type { WriterPool } from './pool.ts'
import { Recorder, type StagedJob } from './record.ts'
import type { Tally } from './tally.ts'

/** Rows of one batch at the most: it bounds the temps and the memory of an export of any size. */
export const BATCH_ROWS = 16_384

/** With more directories than this, one flush of the filesystem is cheaper than one of each. */
const MANY_DIRECTORIES = 64

/** What a coordinator works with. */
export interface CoordinatorPorts {
  readonly root: string
  readonly baseline: Baseline
  readonly directories: Directories
  readonly pool: WriterPool
  readonly packer: Packer
  readonly tally: Tally
}

export interface CoordinatorOptions {
  readonly suffix: string
  readonly fsync: FsyncMode
  readonly dryRun: boolean
  readonly force: boolean
  /** Called with the number of half rows done: a row counts once when it is decided, once when it is in place. */
  readonly onSteps: (steps: number) => void
}

/**
 * Takes jobs through the two phases of a batch: first every file is staged, then all of it is
 * made durable, then every file is published and the baseline commits. A batch that meets a full
 * disk or the like in the first phase publishes nothing.
 */
export class Coordinator {
  readonly #ports: CoordinatorPorts
  readonly #options: CoordinatorOptions
  readonly #recorder: Recorder
  readonly #running = new Set<Promise<void>>()
  #staged: StagedJob[] = []
  #failure: { error: unknown } | undefined
  #rows = 0
  #matched = 0

  constructor(ports: CoordinatorPorts, options: CoordinatorOptions) {
    this.#ports = ports
    this.#options = options
    this.#recorder = new Recorder(ports.baseline, ports.tally, options.dryRun)
    if (!options.dryRun) ports.baseline.begin()
  }

  /** Rows that had a baseline entry so far. */
  get matched(): number {
    return this.#matched
  }

  /** Stages a job. Returns as soon as the next one may be prepared. */
  async submit(packed: Packed): Promise<void> {
    const known = this.#ports.baseline.find(packed.items.map((item) => item.path))
    this.#matched += known.size
    const { suffix, fsync, dryRun, force } = this.#options
    const work = toStageJob(packed, known, { root: this.#ports.root, suffix, fsync, dryRun, force })
    const absorbed = this.#ports.pool.run('stageJob', work).then((result) => this.#absorb(packed, known, work, result))
    this.#track(absorbed.catch((error: unknown) => this.#discard(work, error)))
    await breathe()
    if (this.#failure) throw this.#failure.error
    this.#rows += packed.items.length
    if (this.#rows >= BATCH_ROWS) await this.finish()
  }

  /** Publishes everything that is staged, and commits the baseline. */
  async finish(): Promise<void> {
    await this.#settled()
    const staged = this.#staged
    if (staged.length > 0 && !this.#options.dryRun) {
      await this.#makeDurable(staged)
      this.#recorder.keep(staged)
      for (const one of staged) {
        const work = { root: one.work.root, prefix: one.work.prefix, suffix: one.work.suffix, paths: one.work.paths, table: one.work.table, racy: one.result.racy }
        this.#track(
          this.#ports.pool.run('publishJob', work).then(({ problems, fatal }) => {
            if (fatal) throw fatalError(fatal)
            this.#recorder.record(one, problems)
            this.#options.onSteps(one.packed.items.length)
          }),
        )
        await breathe()
      }
      await this.#settled()
      await this.#flushDirectories(staged)
    }
    this.#staged = []
    this.#rows = 0
    this.#recorder.startBatch()
    if (this.#options.dryRun) return
    this.#ports.baseline.commit()
    this.#ports.baseline.begin()
  }

  /** Takes everything back that is staged and not published. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.#running)
    if (this.#options.dryRun) return
    for (const { work } of this.#staged) await this.#ports.pool.run('discardJob', work)
    this.#staged = []
    this.#ports.baseline.rollback()
  }

  #absorb(packed: Packed, known: ReadonlyMap<string, BaselineEntry>, work: StageJob, result: StageResult): void {
    if (result.fatal) throw fatalError(result.fatal)
    const one: StagedJob = { packed, known, work, result, place: this.#recorder.store(packed, work.table) }
    this.#ports.packer.recycle(packed.slab)
    this.#options.onSteps(packed.items.length)
    if (this.#recorder.hasStaged(one)) {
      this.#staged.push(one)
      return
    }
    this.#recorder.record(one, [])
    this.#options.onSteps(packed.items.length)
  }

  /** Takes back what was staged although the baseline had no room for it. */
  async #discard(work: StageJob, error: unknown): Promise<never> {
    await this.#ports.pool.run('discardJob', work)
    throw error
  }

  #track(task: Promise<void>): void {
    const tracked: Promise<void> = task
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .finally(() => this.#running.delete(tracked))
    this.#running.add(tracked)
  }

  async #settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
    if (this.#failure) throw this.#failure.error
  }

  async #makeDurable(staged: readonly StagedJob[]): Promise<void> {
    if (this.#options.fsync !== 'batch' || (await flushFilesystem(this.#ports.root))) return
    for (const { packed, work } of staged) {
      for (const [index, { path }] of packed.items.entries()) {
        if (work.table[index * job.FIELDS + job.OUTCOME] === job.STAGED) flushPath(job.tempOf(work, index, path))
      }
    }
  }

  async #flushDirectories(staged: readonly StagedJob[]): Promise<void> {
    if (this.#options.fsync === 'off') return
    const { root, directories } = this.#ports
    const touched = new Set(directories.made.map(parentOf))
    for (const { packed } of staged) for (const { path } of packed.items) touched.add(parentOf(path))
    if (this.#options.fsync === 'batch' && touched.size > MANY_DIRECTORIES && (await flushFilesystem(root))) return
    for (const directory of touched) flushDirectory(join(root, directory))
  }
}

/** Lets finished threads report. Without it a caller that always has work would never hear of them. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
