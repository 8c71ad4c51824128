import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import { type DeletionHold, deletionVerdict, guardDeletions, type Losses } from '../core/deletions.ts'
import type { Side } from '../types.ts'
import type { Agenda, MissingFile, MissingRow } from './agenda.ts'
import type { CyclePlan } from './plan.ts'
import type { Tally } from './tally.ts'

type Plan = Pick<CyclePlan, 'decided' | 'guards' | 'licence'>

/**
 * The rows that may be deleted, because their files are gone. The others are held, where too much is gone at once for
 * it to be meant, or wait for the flag.
 */
export function judgeMissingFiles(baseline: Baseline, agenda: Agenda, plan: Plan, tally: Tally): MissingFile[] {
  const { missingFiles } = agenda
  // However little is asked for: a disk that is not mounted is worth a word.
  const holds = plan.licence.direction === 'export' || plan.decided ? NO_HOLDS : holdsOf('tree', baseline, missingFiles, plan)
  const doomed: MissingFile[] = []
  for (const missing of missingFiles) {
    const { path } = missing
    const hold = holds.get(missing.collection)
    if (hold) defer(agenda, path, hold, missing.expected, undefined)
    else if (missing.licensed) doomed.push(missing)
    else tally.deletions.push({ path, code: 'file-deleted', message: `${path} is gone; its row stays until --delete` })
    // A row that is to be deleted was not counted yet; one that is held after all waits no longer.
    if (hold && !missing.licensed) tally.pending--
  }
  return doomed
}

/** The files that may be removed, because their rows are gone. */
export function judgeMissingRows(baseline: Baseline, agenda: Agenda, plan: Plan, tally: Tally): MissingRow[] {
  const missingRows = agenda.missingRows.splice(0)
  const licensed = missingRows.filter(({ seen }) => seen)
  const holds = licensed.length === 0 || plan.decided ? NO_HOLDS : holdsOf('store', baseline, licensed.map(({ entry }) => entry), plan)
  const doomed: MissingRow[] = []
  for (const missing of missingRows) {
    const { path, collection, digest } = missing.entry
    const hold = missing.seen && holds.get(collection)
    if (hold) defer(agenda, path, hold, undefined, digest)
    else if (missing.seen) doomed.push(missing)
    else tally.deletions.push({ path, code: 'row-deleted', message: `The row of ${path} is gone; the file stays until --prune` })
  }
  return doomed
}

const NO_HOLDS: ReadonlyMap<string, DeletionHold> = new Map()

function holdsOf(side: Side, baseline: Baseline, missing: readonly Pick<BaselineEntry, 'collection'>[], { guards }: Plan): ReadonlyMap<string, DeletionHold> {
  if (missing.length === 0) return NO_HOLDS
  const losses = new Map<string, Losses>()
  for (const [collection, total] of baseline.counts()) losses.set(collection, { total, missing: 0 })
  for (const [collection, { length }] of Map.groupBy(missing, (one) => one.collection)) {
    losses.set(collection, { total: losses.get(collection)?.total ?? length, missing: length })
  }
  return guardDeletions(side, losses, guards)
}

function defer(agenda: Agenda, path: string, hold: DeletionHold, store: string | undefined, tree: string | undefined): void {
  agenda.deferrals.push({ kind: 'hold', problem: { path, ...deletionVerdict(path, hold) }, store, tree })
}
