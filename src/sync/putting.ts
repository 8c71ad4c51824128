import { keepContent, storedIn } from '../baseline/baseline.ts'
import { digestOf } from '../digest.ts'
import type { Store } from '../store/store.ts'
import { replaceFile } from '../tree/replace.ts'
import { isSettled } from '../tree/stat.ts'
import type { Digest, FileStat } from '../types.ts'
import type { Meeting } from './agenda.ts'
import { importFiles, type ImportPorts } from './import.ts'
import { reached } from './milestones.ts'
import type { CyclePlan, CyclePorts } from './plan.ts'

/** What a merge works with. */
export type PutPorts = ImportPorts & Pick<CyclePorts, 'clock'>
type Plan = Pick<CyclePlan, 'suffix' | 'fsync'>

/**
 * Writes the result to the row, then to the file. In between, and after a crash there, the conflict must stay one, with
 * the result known: the baseline learns that both agree only when they do.
 *
 * @param marked the file with conflict markers that was made of these versions, if one was
 * @returns `false` when the file is not what was merged any more. What became of the row is told by tally and agenda.
 */
export async function putResult(ports: PutPorts, meeting: Meeting, marked: Digest | undefined, bytes: Uint8Array, plan: Plan): Promise<boolean> {
  const { baseline, tally } = ports
  const { path, collection, entry, expected, digest: tree } = meeting
  const digest = digestOf(bytes)
  const imported = tally.imported
  const store = noting(ports.store, (result) => baseline.noteMerge({ path, store: expected!, tree, marked, result }))
  await importFiles({ ...ports, store }, [{ ...meeting, digest, bytes, stat: { ...meeting.stat, size: bytes.length }, settled: false }], [], () => {})
  if (tally.imported === imported || digest === tree) return true
  const entered = baseline.find([path]).get(path)!
  if (entry) baseline.put(entry, entered)
  else baseline.remove(entered)
  reached('half-merged')
  const placed = place(ports, meeting, bytes, digest, plan)
  if (!placed) return false
  baseline.put({ ...entered, ...placed }, entry)
  tally.did('exported', path, collection)
  tally.bytes += bytes.length
  return true
}

/** A store that tells, before it commits a row, what the row is going to hold. */
function noting(store: Pick<Store, 'apply'>, note: (result: Digest | undefined) => void): Pick<Store, 'apply'> {
  return {
    apply: (changes, beforeCommit) => store.apply(changes, (...told) => {
      for (const outcome of told[1]) if (outcome.kind === 'done' && outcome.written) note(outcome.digest)
      beforeCommit(...told)
    }),
  }
}

/** Puts the result into the file, whose content goes to history first; `undefined` when the file is not what was merged any more. */
function place({ root, baseline, clock }: PutPorts, meeting: Meeting, bytes: Uint8Array, after: Digest, plan: Plan): { stat: FileStat; settled: boolean } | undefined {
  const { path, collection, key, entry } = meeting
  const before = keepContent(baseline, meeting.bytes, meeting.digest)
  const records = baseline.record([{ path, collection, key: JSON.stringify(key), side: 'tree', before, after, base: entry && storedIn(entry), rest: undefined }])
  baseline.checkpoint()
  const moment = clock()
  let stat: FileStat | undefined
  try {
    stat = replaceFile(root, path, bytes, meeting.digest, plan)
  } finally {
    if (!stat) baseline.retract(records)
  }
  return stat && { stat, settled: isSettled(stat.mtime, moment) }
}
