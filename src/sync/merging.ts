import { join } from 'node:path'
import { type Baseline, storedIn } from '../baseline/baseline.ts'
import { hasMarkers, mergeTexts } from '../core/merge.ts'
import { MERGE_SUFFIX } from '../core/droppings.ts'
import { resolveCommand } from '../core/remedy.ts'
import { digestOf } from '../digest.ts'
import { errnoOf, messageOf } from '../errors.ts'
import { readAgain } from '../tree/read.ts'
import { removeFile } from '../tree/remove.ts'
import { digestAtPath, replaceFile } from '../tree/replace.ts'
import { isSettled, lstat } from '../tree/stat.ts'
import type { ProblemCode } from '../types.ts'
import type { Meeting } from './agenda.ts'
import { importFiles, type ImportPorts } from './import.ts'
import type { CyclePlan, CyclePorts } from './plan.ts'

type Plan = Pick<CyclePlan, 'suffix' | 'fsync' | 'signal'>
type Ports = ImportPorts & Pick<CyclePorts, 'clock'>

/**
 * Merges rows and files that both changed. Where their changes do not touch, the result goes to both sides; where they do,
 * a file with conflict markers appears beside the target, and its content is the result once a person has removed the markers.
 */
export async function mergeMeetings(ports: Ports, meetings: readonly Meeting[], plan: Plan): Promise<void> {
  for (const compared of meetings) {
    plan.signal?.throwIfAborted()
    // A commit since the comparison may have moved contents to other places.
    const meeting = { ...compared, entry: ports.baseline.find([compared.path]).get(compared.path) }
    try {
      const bytes = resultOf(ports, meeting, plan)
      if (bytes) await put(ports, meeting, bytes, plan)
    } catch (error) {
      const errno = errnoOf(error)
      if (!errno || errno === 'ENOSPC' || errno === 'EDQUOT') throw error
      const { path } = meeting
      ports.tally.problems.push({ path, code: 'write-failed', message: `Cannot merge ${path}: ${messageOf(error)}`, errno })
    }
  }
}

/** What both sides shall be; `undefined` where a person has to say. */
function resultOf(ports: Ports, meeting: Meeting, plan: Plan): Uint8Array | undefined {
  const { root, baseline } = ports
  const { path, entry } = meeting
  const beside = path + MERGE_SUFFIX
  const made = lstat(join(root, beside)) && readAgain(join(root, beside))
  if (made) {
    if (!madeFor(baseline, meeting)) return refuse(ports, meeting, `${beside} was made for other versions; remove it and merge again`)
    if (hasMarkers(text(made.bytes))) return refuse(ports, meeting, unfinished(path))
    return made.bytes
  }
  const base = entry ? text(baseline.content(storedIn(entry))) : ''
  const merged = mergeTexts(base, text(meeting.row), text(meeting.bytes))
  const bytes = Buffer.from(merged.text)
  if (merged.clean) return bytes
  if (!replaceFile(root, beside, bytes, undefined, plan)) return refuse(ports, meeting, `${beside} appeared just now; merge again`)
  return refuse(ports, meeting, unfinished(path))
}

/** Whether the file with markers was made of the very versions that meet now. */
function madeFor(baseline: Baseline, { path, row, digest }: Meeting): boolean {
  const known = baseline.undecided().get(path)
  return known?.code === 'merge-unclean' && known.store === digestOf(row) && known.tree === digest
}

function unfinished(path: string): string {
  return `both sides changed the same lines of ${path}; mend ${path + MERGE_SUFFIX}, then: ${resolveCommand(path, 'merge')}`
}

function refuse(ports: Ports, meeting: Meeting, state: string): undefined {
  defer(ports, meeting, 'merge-unclean', state)
  return undefined
}

function defer({ agenda }: Ports, { path, row, digest }: Meeting, code: ProblemCode, state: string): void {
  agenda.deferrals.push({ kind: 'conflict', problem: { path, code, message: `Cannot merge ${path}: ${state}` }, store: digestOf(row), tree: digest })
}

/** Writes the result to the row, then to the file: between the two the file is as a person left it, and can be merged again. */
async function put(ports: Ports, meeting: Meeting, bytes: Uint8Array, plan: Plan): Promise<void> {
  const { root, baseline, tally, clock } = ports
  const { path, entry } = meeting
  const digest = digestOf(bytes)
  const imported = tally.imported
  const stat = { ...meeting.stat, size: bytes.length }
  await importFiles(ports, [{ ...meeting, digest, bytes, stat, settled: false }], [], () => {})
  if (tally.imported === imported) return
  if (digest !== meeting.digest) {
    const { collection, key } = meeting
    const base = entry && storedIn(entry)
    const before = { digest: meeting.digest, size: meeting.bytes.length, place: { pack: baseline.addPack(meeting.bytes.slice()), offset: 0 } }
    const [record] = baseline.record([{ path, collection, key: JSON.stringify(key), side: 'tree', before, after: digest, base, rest: undefined }])
    baseline.checkpoint()
    const moment = clock()
    const placed = replaceFile(root, path, bytes, meeting.digest, plan)
    if (!placed) {
      baseline.retract([record!])
      // The sides do not agree after all: the conflict stays one.
      const entered = baseline.find([path]).get(path)!
      if (entry) baseline.put(entry, entered)
      else baseline.remove(entered)
      return defer(ports, meeting, 'changed-meanwhile', 'the file changed meanwhile; run it again')
    }
    baseline.refresh(path, placed, isSettled(placed.mtime, moment))
    tally.exported++
  }
  const beside = path + MERGE_SUFFIX
  const entryBeside = lstat(join(root, beside))
  const left = entryBeside && digestAtPath(join(root, beside))
  if (left === digest) removeFile(root, beside, { stat: entryBeside!, digest: left, racy: true })
}

function text(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}
