import { join } from 'node:path'
import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import type { FilesystemClock } from '../tree/clock.ts'
import type { Directories } from '../tree/directories.ts'
import { flushDirectory, flushFilesystem, flushPath } from '../tree/durable.ts'
import { fatalError } from '../tree/failure.ts'
import { flushFound } from '../tree/found.ts'
import * as job from '../tree/job.ts'
import type { ItemProblem, StageJob, StageResult } from '../tree/job.ts'
import { parentOf } from '../tree/obstacle.ts'
import type { Licence } from '../core/direction.ts'
import type { Guards } from '../core/guards.ts'
import type { FsyncMode } from '../types.ts'
import type { Agenda, Observation } from './agenda.ts'
import { collect } from './collect.ts'
import type { Compared } from './compared.ts'
import { reached } from './milestones.ts'
import { type Packed, type Packer, toStageJob } from './packing.ts'
import type { WriterPool } from './pool.ts'
import { Recorder, type StagedJob } from './record.ts'
import type { Tally } from './tally.ts'

/** Rows of one batch at the most: it bounds the temps and the memory of an export of any size. */
export const BATCH_ROWS = 16_384

/** With more directories than this, one flush of the filesystem is cheaper than one of each. */
const MANY_DIRECTORIES = 64

/** Jobs that may wait for a thread in an import, whose calling thread has rows to write: up to 32 MB. */
const WAITING_JOBS = 64

const NOTHING: ReadonlyMap<string, BaselineEntry> = new Map()

/** What a coordinator works with. */
export interface CoordinatorPorts {
  readonly root: string
  readonly baseline: Baseline
  readonly directories: Directories
  readonly pool: WriterPool
  readonly packer: Packer
  readonly tally: Tally
  readonly agenda: Agenda
  readonly clock: FilesystemClock
}

export interface CoordinatorOptions {
  readonly suffix: string
  readonly fsync: FsyncMode
  readonly dryRun: boolean
  readonly licence: Licence
  readonly guards: Guards
  /** By path what an undo left; see `sidesOf`. */
  readonly undone: ReadonlyMap<string, string>
  readonly observe?: ((observation: Observation) => void) | undefined
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
  /** Files of others, or their absence, that the baseline is about to rely on. */
  #relied: string[] = []
  /** Jobs that write nothing and rely on such files: they are not entered before these are durable, since an import commits amid a cycle. */
  #agreed: StagedJob[] = []
  /** The filesystem's clock when the cycle began. */
  readonly clock: number
  /** The baseline knew nothing when the cycle began. */
  readonly #blank: boolean
  /** Paths whose rows may hold the results of merges that their files do not. */
  readonly #torn: ReadonlySet<string>
  /** Files may be replaced: not in a first export, unless it is forced. */
  readonly #replacing: boolean
  #failure: { error: unknown } | undefined
  #rows = 0
  #matched = 0

  constructor(ports: CoordinatorPorts, options: CoordinatorOptions) {
    this.#ports = ports
    this.#options = options
    this.#blank = ports.baseline.isEmpty()
    this.#torn = new Set([...ports.baseline.merges().values()].flatMap(({ path, result }) => (result === undefined ? [] : [path])))
    this.#replacing = !this.#blank || options.licence.prefer === 'store' || options.licence.onConflict === 'store'
    this.clock = ports.clock()
    this.#recorder = new Recorder(ports.baseline, ports.tally, ports.agenda, options.dryRun)
    if (!options.dryRun) ports.baseline.begin()
  }

  /** Rows that had a baseline entry so far. */
  get matched(): number {
    return this.#matched
  }

  /** Stages a job. Returns as soon as the next one may be prepared. */
  async submit(packed: Packed): Promise<void> {
    const { baseline } = this.#ports
    const known = this.#blank ? NOTHING : baseline.find(packed.items.map((item) => item.path))
    this.#matched += known.size
    const { suffix, fsync, dryRun, licence, guards, undone } = this.#options
    const { root, directories } = this.#ports
    const homes = directories.homesOf(packed.items.map((item) => item.directory))
    const work = toStageJob(packed, known, { root, suffix, homes, fsync, dryRun, licence, guards, clock: this.clock }, undone, this.#torn)
    const absorbed = this.#ports.pool.run('stageJob', work, licence.direction === 'import' ? WAITING_JOBS : 0).then((result) => this.#absorb(packed, known, work, result))
    this.#track(absorbed.catch((error: unknown) => this.#discard(work, error)))
    await breathe()
    if (this.#failure) throw this.#failure.error
    this.#rows += packed.items.length
    if (this.#rows >= BATCH_ROWS) await this.finish()
  }

  /** Waits until one more job is compared; `false` when none is under way. */
  async next(): Promise<boolean> {
    if (this.#running.size > 0) await Promise.race(this.#running)
    if (this.#failure) throw this.#failure.error
    return this.#running.size > 0
  }

  /** Publishes everything that is staged, and commits the baseline. */
  async finish(): Promise<void> {
    await this.#settled()
    if (this.#options.dryRun) return
    await this.secure()
    if (this.#staged.length > 0) await this.#publish(this.#staged)
    this.#staged = []
    this.#rows = 0
    reached('committing')
    this.#ports.baseline.commit()
    reached('committed')
    this.#ports.baseline.begin()
  }

  /** Makes durable what others wrote, and only then tells the baseline of it. */
  async secure(): Promise<void> {
    const agreed = this.#agreed.splice(0)
    await flushFound(this.#ports.root, this.#relied.splice(0), this.#options.fsync)
    for (const one of agreed) {
      if (!this.#replacing) this.#recorder.enter(one)
      this.#conclude(one, [], this.clock)
    }
  }

  async #publish(staged: readonly StagedJob[]): Promise<void> {
    const { directories, clock } = this.#ports
    reached('staged')
    await this.#makeDurable(staged)
    reached('durable')
    // What is replaced must be safe in history before, and no entry may be committed before it is true: so where
    // something may be replaced, entries follow afterwards.
    if (this.#replacing) this.#recorder.keep(staged)
    reached('kept')
    const published = clock()
    const placed = directories.publish(filledBy(staged))
    reached('placed')
    for (const one of staged) {
      if (hasMore(one, placed)) {
        this.#track(this.#publishFiles(one, published))
        await breathe()
      } else this.#conclude(one, [], published)
    }
    await this.#settled()
    reached('published')
    directories.settle()
    await this.#flushDirectories(staged)
  }

  async #publishFiles(one: StagedJob, clock: number): Promise<void> {
    const { root, prefix, suffix, paths, homes, table } = one.work
    const { problems, fatal } = await this.#ports.pool.run('publishJob', { root, prefix, suffix, paths, homes, table, racy: one.result.racy })
    if (fatal) throw fatalError(fatal)
    this.#conclude(one, problems, clock)
  }

  #conclude(one: StagedJob, problems: readonly ItemProblem[], clock: number): void {
    if (this.#replacing) this.#recorder.enter(one)
    this.#recorder.conclude(one, problems, clock)
    this.#options.onSteps(one.packed.items.length)
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
    const compared: Compared = { packed, known, work, result }
    collect(compared, this.#ports.agenda, this.#options.observe)
    const relied = this.#options.dryRun ? [] : reliedOn(compared)
    for (const path of relied) this.#relied.push(path)
    const one: StagedJob = { ...compared, place: this.#recorder.store(packed, work.table), records: new Map() }
    this.#ports.packer.recycle(packed.slab)
    this.#options.onSteps(packed.items.length)
    if (this.#recorder.hasStaged(one)) {
      if (!this.#replacing) this.#recorder.enter(one)
      this.#staged.push(one)
    } else if (relied.length > 0) this.#agreed.push(one)
    else this.#conclude(one, [], this.clock)
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
        if (work.table[index * job.FIELDS + job.OUTCOME] === job.STAGED) flushPath(join(this.#ports.root, job.tempOf(work, index, path)))
      }
    }
  }

  async #flushDirectories(staged: readonly StagedJob[]): Promise<void> {
    if (this.#options.fsync === 'off') return
    const { root } = this.#ports
    const touched = new Set<string>()
    for (const { packed, work } of staged) {
      for (const [index, { directory }] of packed.items.entries()) {
        if (work.table[index * job.FIELDS + job.OUTCOME] === job.PUBLISHED) withParents(directory, touched)
      }
    }
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

/** The directories that files are staged in. */
function filledBy(staged: readonly StagedJob[]): ReadonlySet<string> {
  const filled = new Set<string>()
  for (const { packed, work } of staged) {
    for (const [index, { directory }] of packed.items.entries()) {
      if (work.table[index * job.FIELDS + job.OUTCOME] === job.STAGED) filled.add(directory)
    }
  }
  return filled
}

/** The paths of a job that the baseline learns something about although nothing is written there. */
function reliedOn({ packed, work }: Compared): string[] {
  return packed.items.flatMap(({ path }, index) => {
    const outcome = work.table[index * job.FIELDS + job.OUTCOME]
    return outcome === job.ADOPTED || outcome === job.FORGOTTEN || outcome === job.REFRESHED ? [path] : []
  })
}

/** Whether files of a job are not yet in place with their whole directories; notes those that are. */
function hasMore({ packed, work }: StagedJob, placed: ReadonlySet<string>): boolean {
  let more = false
  for (const [index, { directory }] of packed.items.entries()) {
    const at = index * job.FIELDS + job.OUTCOME
    if (work.table[at] !== job.STAGED) continue
    if (placed.has(directory)) work.table[at] = job.PUBLISHED
    else more = true
  }
  return more
}

/** Adds a directory and all that list it; a directory that was made just now is an entry of its parent. */
function withParents(directory: string, into: Set<string>): void {
  for (let path = directory; !into.has(path); path = parentOf(path)) into.add(path)
}
