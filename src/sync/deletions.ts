import { join } from 'node:path'
import type { Undecided } from '../baseline/baseline.ts'
import { stillEmptiedVerdict, type DeletionHold, deletionVerdict, guardDeletions, type Losses } from '../core/deletions.ts'
import type { Digest, Problem, Side } from '../types.ts'
import type { Agenda, MissingFile, MissingRow, RowTask } from './agenda.ts'
import type { CyclePlan, CyclePorts } from './plan.ts'
import { isEmptied, isFile } from './remains.ts'
import type { Tally } from './tally.ts'

type Ports = Pick<CyclePorts, 'store' | 'root' | 'baseline'>
type Plan = Pick<CyclePlan, 'decided' | 'guards' | 'licence' | 'dryRun' | 'signal' | 'lately'>

/** What is to be deleted on either side, once all that is missing is known. */
export interface Doomed {
  readonly rows: readonly MissingFile[]
  readonly files: readonly MissingRow[]
}

/**
 * Judges what is missing on one side: what may be deleted on the other is returned, the rest is held, where too much is
 * gone at once for it to be meant, or waits for its flag. What rowtree never tracked is deleted only where a person named it.
 *
 * @param wasEmptied nothing was left of the tree when the cycle began; by now it may have written a file there itself
 */
export async function judgeDeletions(ports: Ports, agenda: Agenda, plan: Plan, tally: Tally, wasEmptied: boolean): Promise<Doomed> {
  const missingFiles = agenda.missingFiles.splice(0)
  const missingRows = agenda.missingRows.splice(0)
  // However little is asked for: a disk that is not mounted is worth a word.
  const guarded = plan.licence.direction !== 'export'
  const emptied = new Set<Side>()
  if (!plan.decided) {
    if (guarded && missingFiles.length > 0 && (wasEmptied || (await isEmptied('tree', ports, plan.signal)))) emptied.add('tree')
    if (missingRows.some(({ seen }) => seen) && (await isEmptied('store', ports, plan.signal))) emptied.add('store')
  }
  const judge = new Judge(ports, agenda, plan, emptied)
  const rows: MissingFile[] = []
  for (const missing of missingFiles) {
    const { path, licensed, entry, expected } = missing
    if (guarded && judge.holds('tree', missing, expected, undefined)) {
      // It was counted as pending only without its flag.
      if (!licensed) tally.pending--
    } else if (licensed && (entry || plan.decided)) rows.push(missing)
    else {
      if (licensed) tally.pending++
      if (entry) tally.deletions.push({ path, code: 'file-deleted', message: `${path} is gone; its row stays until --delete` })
    }
  }
  const files: MissingRow[] = []
  for (const missing of missingRows) {
    const { path, seen, entry } = missing
    if (seen ? judge.holds('store', missing, undefined, seen.digest) : judge.holdsOn('store', path)) {
      // It was counted as pending only without its flag.
      if (!seen) tally.pending--
    } else if (seen && (entry || plan.decided)) files.push(missing)
    else {
      if (seen) tally.pending++
      // An import leaves the files alone anyway.
      if (entry && plan.licence.direction !== 'import') tally.deletions.push({ path, code: 'row-deleted', message: `The row of ${path} is gone; the file stays until --prune` })
    }
  }
  return { rows, files }
}

class Judge {
  readonly #baseline: Ports['baseline']
  readonly #root: string
  readonly #agenda: Agenda
  readonly #plan: Plan
  /** The sides that have nothing left, also where the cycle does not look. */
  readonly #emptied: ReadonlySet<Side>
  readonly #holds = new Map<Side, ReadonlyMap<string, DeletionHold>>()
  #open: ReadonlySet<string> | undefined
  /** Paths that were held before. They stay so: files that appear since then make what is missing a smaller share. */
  readonly #before: ReadonlyMap<string, Undecided>

  constructor({ baseline, root }: Ports, agenda: Agenda, plan: Plan, emptied: ReadonlySet<Side>) {
    this.#baseline = baseline
    this.#root = root
    this.#agenda = agenda
    this.#plan = plan
    this.#emptied = emptied
    this.#before = plan.decided ? new Map() : baseline.undecided()
  }

  /** Whether a deletion is held; puts the hold on the agenda. */
  holds(side: Side, { path, collection }: Pick<RowTask, 'path' | 'collection'>, store: Digest | undefined, tree: Digest | undefined): boolean {
    if (this.#plan.decided) return false
    const hold = this.#holdsOf(side).get(collection)
    if (hold) this.#defer({ path, ...deletionVerdict(path, hold) }, store, tree)
    else if (this.holdsOn(side, path)) return true
    else if (side === 'store' || !this.#emptiedBefore().has(collection)) return false
    else this.#defer({ path, ...stillEmptiedVerdict(path) }, store, tree)
    return true
  }

  /** Whether a deletion that was held before still is, whether or not it is asked for now; puts the hold on the agenda. */
  holdsOn(side: Side, path: string): boolean {
    const before = this.#before.get(path)
    if (!before || (before.code !== 'mass-deletion' && before.code !== 'tree-emptied')) return false
    // That one was about what the other side had lost.
    if (before[side] !== undefined) return false
    const { code, message, store, tree } = before
    this.#defer({ path, code, message }, store, tree)
    return true
  }

  /** Collections that an emptied tree was found to hold nothing of, and still lacks files of: a new file does not make it whole. */
  #emptiedBefore(): ReadonlySet<string> {
    if (this.#open) return this.#open
    const held = [...this.#before.values()].filter(({ code, path }) => code === 'tree-emptied' && !isFile(join(this.#root, path)))
    this.#open = new Set([...this.#baseline.find(held.map(({ path }) => path)).values()].map((entry) => entry.collection))
    return this.#open
  }

  #holdsOf(side: Side): ReadonlyMap<string, DeletionHold> {
    const known = this.#holds.get(side)
    if (known) return known
    const { lost, forgotten } = this.#agenda
    const losses = new Map<string, Losses>()
    // What is gone on both sides has left the baseline already, unless this is a dry run.
    for (const [collection, count] of this.#baseline.counts()) losses.set(collection, { total: count, missing: 0 })
    for (const [collection, missing] of lost[side]) {
      const total = (losses.get(collection)?.total ?? 0) + (this.#plan.dryRun ? 0 : (forgotten.get(collection) ?? 0))
      losses.set(collection, { total, missing })
    }
    if (this.#emptied.has(side)) for (const [collection, { total }] of losses) losses.set(collection, { total, missing: total })
    for (const [collection, lately] of this.#plan.lately?.[side] ?? []) {
      const { missing, total } = losses.get(collection) ?? { missing: 0, total: 0 }
      losses.set(collection, { missing: missing + lately, total: total + lately, lately })
    }
    const holds = guardDeletions(side, losses, this.#plan.guards)
    this.#holds.set(side, holds)
    return holds
  }

  #defer(problem: Problem, store: Digest | undefined, tree: Digest | undefined): void {
    this.#agenda.deferrals.push({ kind: 'hold', problem, store, tree })
  }
}
