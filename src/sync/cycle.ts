import type { Guards } from '../core/guards.ts'
import { PathIndex } from '../core/collisions.ts'
import { RowtreeError } from '../errors.ts'
import { sidesOf } from '../tree/job.ts'
import { Directories } from '../tree/directories.ts'
import { sweepTree } from '../tree/sweep.ts'
import type { Summary } from '../types.ts'
import { Agenda } from './agenda.ts'
import { nameClashes } from './clashes.ts'
import { Coordinator } from './coordinator.ts'
import { judgeDeletions } from './deletions.ts'
import { BATCH_ROWS, importFiles } from './import.ts'
import { Intake } from './intake.ts'
import { settleMerges } from './marked.ts'
import { mergeMeetings } from './merging.ts'
import { Packer } from './packing.ts'
import type { CyclePlan, CyclePorts } from './plan.ts'
import { isEmptied } from './remains.ts'
import { removeFiles } from './removal.ts'
import { listFiles } from './listing.ts'
import { Tally } from './tally.ts'
import { deferAll, settleUndecided } from './undecided.ts'

/** Below this many rows a cycle is done before threads would be up. */
const WORTH_THREADS = 2_000

/**
 * One cycle: both sides are read and compared, the tree is written, then the store, then the baseline is committed.
 * Rows stream through, so that memory does not grow with their number.
 *
 * @throws `RowtreeError` after which nothing staged is left behind and the baseline is as before the batch
 */
export async function runCycle(ports: CyclePorts, plan: CyclePlan): Promise<Summary> {
  const run = new CycleRun(ports, plan)
  try {
    return await run.execute()
  } catch (error) {
    await run.abandon()
    throw plan.signal?.aborted ? cancelled(error) : error
  }
}

class CycleRun {
  readonly #ports: CyclePorts
  readonly #plan: CyclePlan
  readonly #tally: Tally
  readonly #agenda = new Agenda()
  readonly #packer = new Packer()
  readonly #index = new PathIndex()
  readonly #directories: Directories
  readonly #coordinator: Coordinator
  readonly #intake: Intake
  #steps = 0
  #total = 0

  constructor(ports: CyclePorts, plan: CyclePlan) {
    this.#ports = ports
    this.#plan = plan
    this.#tally = new Tally(plan.onDeed)
    const { licence, decided, mergeAgain, dryRun } = plan
    // An export reads and writes files of any size, as the rows are.
    const guards: Guards = licence.direction === 'export' ? { ...plan.guards, maxFileSize: Number.POSITIVE_INFINITY } : plan.guards
    const undone = new Map<string, string>()
    if (!decided && !mergeAgain) for (const one of ports.baseline.undecided().values()) if (one.code === 'undone') undone.set(one.path, sidesOf(one.store, one.tree))
    this.#directories = new Directories(ports.root, plan.suffix, dryRun)
    this.#coordinator = new Coordinator(
      { ...ports, directories: this.#directories, packer: this.#packer, tally: this.#tally, agenda: this.#agenda },
      { ...plan, guards, undone, onSteps: (steps) => this.#advance(steps) },
    )
    this.#intake = new Intake(ports, plan, {
      packer: this.#packer,
      directories: this.#directories,
      places: new Directories(ports.root, plan.suffix, true),
      index: this.#index,
      tally: this.#tally,
      agenda: this.#agenda,
      submit: (packed) => this.#coordinator.submit(packed),
    })
  }

  async execute(): Promise<Summary> {
    const { licence, decided, signal } = this.#plan
    const wasEmptied = licence.direction !== 'export' && !decided && (await isEmptied('tree', this.#ports, signal))
    if (this.#plan.paths) await this.#intake.paths(this.#plan.paths)
    else await this.#everything()
    await this.#publish()
    await this.#apply(wasEmptied)
    const { baseline, store } = this.#ports
    settleMerges(this.#ports, this.#agenda, this.#plan, this.#tally)
    settleUndecided(baseline, this.#agenda, this.#plan, this.#tally)
    if (!this.#plan.dryRun) baseline.expire(this.#plan.retention)
    await this.#coordinator.finish()
    for (const clash of await nameClashes(store, this.#intake.clashes)) this.#tally.problems.push(clash)
    return this.#tally.summary()
  }

  async abandon(): Promise<void> {
    await this.#coordinator.abandon()
    this.#directories.abandon()
  }

  /** Reads all rows, then what only the baseline or the tree has. */
  async #everything(): Promise<void> {
    const { store, root, baseline, pool } = this.#ports
    const { licence, dryRun, signal } = this.#plan
    const entries = baseline.count()
    // What an export does not look for it need not list.
    const files = licence.direction === 'export' ? undefined : listFiles(root, this.#plan, this.#tally)
    if (!files) for (const problem of sweepTree(root, { dryRun }).problems) if (problem.code === 'remove-failed') this.#tally.problems.push(problem)
    this.#total = await store.count()
    if (Math.max(this.#total, files?.length ?? 0) >= WORTH_THREADS) pool.start()
    for await (const chunk of store.read()) {
      signal?.throwIfAborted()
      await this.#intake.rows(chunk)
    }
    signal?.throwIfAborted()
    await this.#intake.flush()
    await this.#importMeanwhile()
    // Only a complete read of the store may say that a row is gone.
    await this.#intake.leftovers(this.#coordinator.matched === entries ? [] : baseline.paths(), files ?? [])
  }

  /**
   * Writes edited files into their rows while others are still compared. New ones wait: they would change the proportions
   * by which deletions are judged.
   */
  async #importMeanwhile(): Promise<void> {
    const { licence, dryRun, signal, fsync } = this.#plan
    if (licence.direction !== 'import' || dryRun) return
    const ports = { ...this.#ports, tally: this.#tally, agenda: this.#agenda, fsync }
    while (await this.#coordinator.next()) {
      if (this.#agenda.arrivals.length < BATCH_ROWS) continue
      await this.#coordinator.secure()
      await importFiles(ports, this.#agenda.takeEdits(), [], () => signal?.throwIfAborted())
    }
  }

  /** Puts what is staged in place. */
  async #publish(): Promise<void> {
    await this.#intake.flush()
    await this.#coordinator.finish()
    // What still waits for its name has no files: none of them could be written.
    this.#directories.abandon()
  }

  /** Does what could be decided only when both sides were known: removes files, writes, deletes and merges rows. */
  async #apply(wasEmptied: boolean): Promise<void> {
    const { root, baseline } = this.#ports
    const { dryRun, signal, licence, fsync } = this.#plan
    const ports = { ...this.#ports, tally: this.#tally, agenda: this.#agenda, fsync }
    const { rows, files } = await judgeDeletions(this.#ports, this.#agenda, this.#plan, this.#tally, wasEmptied)
    if (dryRun) {
      this.#tally.removed += files.length
      this.#tally.imported += this.#agenda.arrivals.length + this.#agenda.meetings.length
      this.#tally.deleted += rows.length
      return
    }
    // What is held must be known to be so before anything changes the proportions that it is held for.
    deferAll(baseline, this.#agenda)
    removeFiles(baseline, files, root, this.#tally, this.#agenda, fsync)
    await this.#coordinator.finish()
    const reappeared = await importFiles(ports, this.#agenda.arrivals.splice(0), rows, () => signal?.throwIfAborted())
    await mergeMeetings(ports, this.#agenda.meetings.splice(0), this.#plan)
    if (reappeared.length === 0 || licence.direction === 'import') return
    await this.#intake.paths(reappeared)
    await this.#publish()
  }

  #advance(steps: number): void {
    this.#steps += steps
    this.#plan.onProgress?.({ done: Math.min(this.#total, Math.floor(this.#steps / 2)), total: this.#total })
  }
}

/** The error of a cycle that a person or a program stopped. */
function cancelled(cause: unknown): RowtreeError {
  return new RowtreeError('cancelled', 'Cannot finish: the work was stopped; nothing half-written is left', { cause })
}
