import { join } from 'node:path'
import { type Baseline, keepContent, storedIn } from '../baseline/baseline.ts'
import { digestOf } from '../digest.ts'
import { errnoOf, messageOf } from '../errors.ts'
import { flushDirectory } from '../tree/durable.ts'
import { readBelow } from '../tree/anchor.ts'
import { asFatal, fatalError } from '../tree/failure.ts'
import { parentOf } from '../tree/obstacle.ts'
import { removeFile, type Seen } from '../tree/remove.ts'
import type { FsyncMode } from '../types.ts'
import type { Agenda, MissingRow } from './agenda.ts'
import { reached } from './milestones.ts'
import type { Tally } from './tally.ts'

/** A file that goes, with its bytes where the baseline does not have them, or not whole. */
interface Doomed {
  readonly missing: MissingRow
  readonly seen: Seen
  readonly bytes: Uint8Array | undefined
}

const CHUNK = 500

/**
 * Removes files whose rows are gone, if they are still what was compared. Their contents go to history first.
 */
export function removeFiles(baseline: Baseline, missing: readonly MissingRow[], root: string, tally: Tally, agenda: Agenda, fsync: FsyncMode): void {
  for (let start = 0; start < missing.length; start += CHUNK) {
    const chunk = missing.slice(start, start + CHUNK)
    // A commit since the comparison may have moved contents to other places.
    const entries = baseline.find(chunk.map(({ path }) => path))
    const doomed = chunk.flatMap((one) => doom(baseline, { ...one, entry: entries.get(one.path) }, root, agenda))
    const records = remember(baseline, doomed)
    const touched = new Set<string>()
    for (const [index, one] of doomed.entries()) {
      if (remove(baseline, one, root, tally, agenda)) touched.add(parentOf(one.missing.path))
      else baseline.retract([records[index]!])
    }
    // One flush of each directory for all that left it; see `removeFile`.
    if (fsync !== 'off') for (const directory of touched) flushDirectory(join(root, directory))
  }
}

function doom(baseline: Baseline, missing: MissingRow, root: string, agenda: Agenda): Doomed[] {
  const { seen, entry, path } = missing
  if (!seen) return []
  if (entry && seen.digest === entry.digest && baseline.holds(storedIn(entry))) return [{ missing, seen, bytes: undefined }]
  const file = readBelow(root, path)
  if (file && digestOf(file.bytes) === seen.digest) return [{ missing, seen, bytes: file.bytes }]
  changed(path, agenda)
  return []
}

function remember(baseline: Baseline, doomed: readonly Doomed[]): number[] {
  if (doomed.length === 0) return []
  const ids = baseline.record(
    doomed.map(({ missing: { path, collection, key, entry }, seen, bytes }) => {
      const base = entry && storedIn(entry)
      const before = bytes ? keepContent(baseline, bytes, seen.digest) : base
      return { path, collection, key: JSON.stringify(key), side: 'tree', before, after: undefined, base, rest: undefined }
    }),
  )
  baseline.checkpoint()
  return ids
}

function changed(path: string, agenda: Agenda): void {
  const problem = { path, code: 'changed-meanwhile', message: `${path} changed while it was removed; run it again` } as const
  agenda.deferrals.push({ kind: 'conflict', problem, store: undefined, tree: undefined })
}

/** Whether the file is gone. */
function remove(baseline: Baseline, { missing: { path, collection, entry }, seen }: Doomed, root: string, tally: Tally, agenda: Agenda): boolean {
  try {
    if (!removeFile(root, path, seen)) {
      changed(path, agenda)
      return false
    }
  } catch (error) {
    const fatal = asFatal(error, join(root, path))
    if (fatal) throw fatalError(fatal)
    const errno = errnoOf(error)
    tally.problems.push({ path, code: 'remove-failed', message: `Cannot remove ${path}: ${messageOf(error)}`, ...(errno && { errno }) })
    return false
  }
  reached('removed')
  tally.did('removed', path, collection)
  if (entry) baseline.remove(entry)
  return true
}
