import { join } from 'node:path'
import type { Baseline, BaselineEntry } from '../baseline/baseline.ts'
import { towardsTree } from '../core/direction.ts'
import { reconcile } from '../core/reconcile.ts'
import { errnoOf, messageOf } from '../errors.ts'
import { asFatal, fatalError } from '../tree/failure.ts'
import { removeFile, type Seen, see } from '../tree/remove.ts'
import type { Tally } from './tally.ts'

/** What an export does with files whose rows are gone. */
export interface OrphanOptions {
  readonly root: string
  readonly prune: boolean
  readonly force: boolean
  readonly dryRun: boolean
  /** The filesystem's clock when the cycle began. */
  readonly clock: number
}

const CHUNK = 500

/**
 * Decides on every entry of the baseline whose row a complete read of the store did not show.
 * A file is removed only when it was asked for, when rowtree wrote it, and when nobody changed it
 * since; its content goes to history first.
 */
export function settleOrphans(baseline: Baseline, paths: readonly string[], options: OrphanOptions, tally: Tally): void {
  for (let start = 0; start < paths.length; start += CHUNK) {
    const entries = [...baseline.find(paths.slice(start, start + CHUNK)).values()]
    const seen = entries.map((entry) => ({ entry, ...look(entry, options, tally) }))
    const doomed = seen.filter(({ step }) => step === 'remove-file')
    if (doomed.length > 0 && !options.dryRun) {
      for (const { entry, target } of doomed) {
        const operation = target!.digest === entry.digest ? 'prune' : 'force'
        baseline.keep({ path: entry.path, side: 'tree', operation, bytes: target!.bytes ?? baseline.content(entry) })
      }
      baseline.checkpoint()
    }
    for (const { entry, step, target } of seen) {
      if (step === 'adopt') forget(baseline, entry, options, tally)
      if (step === 'remove-file') remove(baseline, entry, target!, options, tally)
    }
  }
}

interface Look {
  readonly step: ReturnType<typeof towardsTree> | 'failed'
  readonly target?: Seen
}

function look(entry: BaselineEntry, options: OrphanOptions, tally: Tally): Look {
  const { path } = entry
  try {
    const target = see(join(options.root, path), entry, options.clock)
    const step = towardsTree(reconcile(entry.digest, undefined, target?.digest), false, options)
    if (step === 'pending') tally.pending++
    if (step === 'conflict') {
      tally.conflicts.push({ path, code: 'deleted-in-store', message: `${path} was edited, but its row is gone; the file was not touched` })
    }
    return target ? { step, target } : { step }
  } catch (error) {
    const errno = errnoOf(error)
    tally.problems.push({ path, code: 'read-failed', message: `Cannot read ${path}: ${messageOf(error)}`, ...(errno && { errno }) })
    return { step: 'failed' }
  }
}

function forget(baseline: Baseline, entry: BaselineEntry, options: OrphanOptions, tally: Tally): void {
  tally.adopted++
  if (!options.dryRun) baseline.remove(entry)
}

function remove(baseline: Baseline, entry: BaselineEntry, target: Seen, options: OrphanOptions, tally: Tally): void {
  const { path } = entry
  const absolute = join(options.root, path)
  try {
    if (!options.dryRun && !removeFile(options.root, path, target)) {
      tally.conflicts.push({ path, code: 'changed-meanwhile', message: `${path} changed while it was removed; run it again` })
      return
    }
  } catch (error) {
    const fatal = asFatal(error, absolute)
    if (fatal) throw fatalError(fatal)
    const errno = errnoOf(error)
    tally.problems.push({ path, code: 'remove-failed', message: `Cannot remove ${path}: ${messageOf(error)}`, ...(errno && { errno }) })
    return
  }
  tally.removed++
  if (!options.dryRun) baseline.remove(entry)
}
