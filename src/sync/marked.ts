import { join } from 'node:path'
import type { Baseline, Merge } from '../baseline/baseline.ts'
import { MERGE_SUFFIX } from '../core/droppings.ts'
import { digestOf } from '../digest.ts'
import { errnoOf, messageOf } from '../errors.ts'
import { readBelow } from '../tree/anchor.ts'
import type { FileContent } from '../tree/read.ts'
import { removeFile } from '../tree/remove.ts'
import { replaceFile } from '../tree/replace.ts'
import { lstat } from '../tree/stat.ts'
import type { Digest } from '../types.ts'
import type { Agenda, Meeting } from './agenda.ts'
import type { CyclePlan, CyclePorts } from './plan.ts'
import type { Tally } from './tally.ts'

type Ports = Pick<CyclePorts, 'root' | 'baseline'>
type Plan = Pick<CyclePlan, 'suffix' | 'fsync'>

/** Where a path's file with conflict markers stands. */
export function markedPath(path: string): string {
  return path + MERGE_SUFFIX
}

/** The file with conflict markers; `undefined` where there is none, `busy` while somebody writes it. */
export function findMarked(root: string, path: string): FileContent | 'busy' | undefined {
  const absolute = join(root, markedPath(path))
  return lstat(absolute)?.kind === 'file' ? (readBelow(root, markedPath(path)) ?? 'busy') : undefined
}

/**
 * Writes the file with conflict markers, readable to those who may read the target.
 *
 * @returns whether it could: what stands there already is left alone
 */
export function mark({ root, baseline }: Ports, { path, expected, digest }: Meeting, bytes: Uint8Array, plan: Plan): boolean {
  const marked = markedPath(path)
  if (lstat(join(root, marked))) return false
  // First of all it must be known what the file is made of: a person may mend it although this process dies.
  baseline.noteMerge({ path, store: expected!, tree: digest, marked: digestOf(bytes), result: undefined })
  baseline.checkpoint()
  let written = false
  try {
    written = replaceFile(root, marked, bytes, undefined, { ...plan, predecessor: lstat(join(root, path)) }) !== undefined
  } finally {
    if (!written) baseline.forgetMerge(path)
  }
  return written
}

/** Removes a file with conflict markers that nobody needs any more, if it is still the one that was found. */
export function unmark(root: string, path: string, { bytes, entry }: FileContent, { fsync }: Pick<Plan, 'fsync'>): void {
  removeFile(root, markedPath(path), { stat: entry, digest: digestOf(bytes), racy: true }, fsync !== 'off')
}

/**
 * Forgets merges whose conflicts are settled, and removes their files with conflict markers, unless these hold something
 * that a person wrote and neither side has. One that is gone although its conflict is not shall be made anew.
 */
export function settleMerges({ root, baseline }: Ports, agenda: Agenda, plan: Pick<CyclePlan, 'dryRun' | 'fsync' | 'paths' | 'scope'>, tally: Tally): void {
  if (plan.dryRun) return
  const open = new Map(agenda.deferrals.map(({ problem, tree }) => [problem.path, { tree }]))
  const failed = new Set(tally.problems.map(({ path }) => path))
  for (const merge of baseline.merges().values()) {
    const { path } = merge
    if (failed.has(path) || !plan.scope(path) || (plan.paths && !plan.paths.includes(path))) continue
    const conflict = open.get(path)
    try {
      if (!conflict) clean(root, merge, agreedAt(baseline, path), plan)
      // Where the target is gone as well, it may be a disk that is not mounted.
      else if (merge.result !== undefined || merge.tree !== conflict.tree || lstat(join(root, markedPath(path)))) continue
    } catch (error) {
      const errno = errnoOf(error)
      if (!errno) throw error
      const marked = markedPath(path)
      tally.problems.push({ path: marked, code: 'remove-failed', message: `Cannot remove ${marked}: ${messageOf(error)}`, errno })
    }
    baseline.forgetMerge(path)
  }
}

function agreedAt(baseline: Baseline, path: string): Digest | undefined {
  return baseline.find([path]).get(path)?.digest
}

function clean(root: string, { path, marked }: Merge, agreed: Digest | undefined, plan: Pick<Plan, 'fsync'>): void {
  if (marked === undefined) return
  const found = findMarked(root, path)
  if (!found || found === 'busy') return
  const digest = digestOf(found.bytes)
  if (digest === marked || digest === agreed) unmark(root, path, found, plan)
}
