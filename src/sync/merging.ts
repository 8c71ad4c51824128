import { join } from 'node:path'
import { type Merge, storedIn } from '../baseline/baseline.ts'
import { reviseStructured } from '../core/codec.ts'
import { guardContent, guardSize } from '../core/guards.ts'
import { hasMarkers, mergeTexts } from '../core/merge.ts'
import { resolveCommand } from '../core/remedy.ts'
import { asText, textFault } from '../core/text.ts'
import { digestOf } from '../digest.ts'
import { errnoOf, messageOf, RowtreeError } from '../errors.ts'
import { fatalError } from '../tree/failure.ts'
import type { ProblemCode } from '../types.ts'
import type { Meeting } from './agenda.ts'
import { findMarked, mark, markedPath, unmark } from './marked.ts'
import type { CyclePlan } from './plan.ts'
import { type PutPorts as Ports, putResult } from './putting.ts'

type Plan = Pick<CyclePlan, 'suffix' | 'fsync' | 'guards' | 'signal'>

/**
 * Merges rows and files that both changed. Where their changes do not touch, the result goes to both sides; where they do,
 * a file with conflict markers appears beside the target, and its content is the result once a person has removed the markers.
 *
 * @throws `RowtreeError` `disk-full`, and whatever the store or the baseline throws
 */
export async function mergeMeetings(ports: Ports, meetings: readonly Meeting[], plan: Plan): Promise<void> {
  const { baseline, root, tally } = ports
  const known = baseline.merges()
  for (const compared of meetings) {
    plan.signal?.throwIfAborted()
    const { path } = compared
    // A commit since the comparison may have moved contents to other places; what crossed threads lies in shared memory.
    const meeting = { ...compared, bytes: compared.bytes.slice(), entry: baseline.find([path]).get(path) }
    try {
      const merge = known.get(path)
      const result = resultOf(ports, meeting, merge, plan)
      if (typeof result === 'string') defer(ports, meeting, 'merge-unclean', result)
      else if (!(await putResult(ports, meeting, merge && isOf(merge, meeting) ? merge.marked : undefined, result, plan))) {
        defer(ports, meeting, 'changed-meanwhile', 'the file changed meanwhile; run it again')
      }
    } catch (error) {
      const errno = error instanceof RowtreeError ? undefined : errnoOf(error)
      if (!errno) throw error
      if (errno === 'ENOSPC' || errno === 'EDQUOT') throw fatalError({ errno, path: join(root, path), message: messageOf(error) })
      tally.problems.push({ path, code: 'write-failed', message: `Cannot merge ${path}: ${messageOf(error)}`, errno })
    }
  }
}

/** Whether these very versions were merged. The row may hold the result already. */
function isOf({ store, tree, result }: Merge, { expected, digest }: Meeting): boolean {
  return tree === digest && (store === expected || result === expected)
}

/** What both sides shall be, or why a person has to say it. */
function resultOf(ports: Ports, meeting: Meeting, known: Merge | undefined, plan: Plan): Uint8Array | string {
  const { path, entry, row, bytes, expected } = meeting
  const mended = known?.marked === undefined ? undefined : mendedOf(ports, meeting, known, plan)
  if (mended !== undefined) return mended
  // The merge was cut short when the row held its result, and the file did not.
  if (known && isOf(known, meeting) && known.result === expected) return meeting.structured ? Buffer.from(reviseStructured(asText(bytes), asText(row))) : row
  const base = entry && ports.baseline.content(storedIn(entry))
  if ([base, row, bytes].some((content) => content && textFault(content))) return `it is not text; ${decision(path)}`
  const merged = mergeTexts(base && asText(base), asText(row), asText(bytes))
  const result = Buffer.from(merged.text)
  if (merged.clean) {
    const fault = faultOf(meeting, result, plan)
    return fault === undefined ? result : `what both changes make of it ${fault}; ${decision(path)}`
  }
  return mark(ports, meeting, result, plan) ? unfinished(path) : `${markedPath(path)} is in the way, and was not made of these versions; move it away and merge again`
}

/** What a person made of the file with conflict markers; `undefined` where there is none, or nobody touched it and its versions are past. */
function mendedOf({ root }: Ports, meeting: Meeting, known: Merge, plan: Plan): Uint8Array | string | undefined {
  const { path, row } = meeting
  const marked = markedPath(path)
  const found = findMarked(root, path)
  if (!found) return undefined
  if (found === 'busy') return `${marked} is being written; merge again`
  const { bytes } = found
  if (isOf(known, meeting)) {
    if (hasMarkers(asText(bytes))) return unfinished(path)
    const fault = faultOf(meeting, bytes, plan)
    return fault === undefined ? bytes : `${marked} ${fault}; mend it, then: ${resolveCommand(path, 'merge')}`
  }
  const digest = digestOf(bytes)
  if (digest !== known.marked && digest !== digestOf(row)) return `${marked} was made of other versions; remove it and merge again`
  unmark(root, path, found, plan)
  return undefined
}

/** What keeps a result from going to both sides: nobody would take it from a file either. */
function faultOf({ path, row, binary }: Meeting, bytes: Uint8Array, { guards }: Plan): string | undefined {
  const verdict = guardSize(path, bytes.length, guards) ?? guardContent(path, bytes, row, binary, guards)
  return verdict && (FAULTS[verdict.code] ?? verdict.message)
}

const FAULTS: Partial<Record<ProblemCode, string>> = {
  'file-emptied': 'is empty',
  'file-too-large': 'is larger than guards.maxFileSize',
  'holds-nul': 'holds a NUL, where databases cut a text',
  'not-utf8': 'is not UTF-8',
  'unsafe-template': 'is a template that MyBB refuses',
}

function unfinished(path: string): string {
  return `both sides changed the same lines of ${path}; mend ${markedPath(path)}, then: ${resolveCommand(path, 'merge')}`
}

function decision(path: string): string {
  return `decide with: ${resolveCommand(path, 'tree')} (or --prefer store)`
}

function defer({ agenda }: Ports, { path, row, digest }: Meeting, code: ProblemCode, state: string): void {
  agenda.deferrals.push({ kind: 'conflict', problem: { path, code, message: `Cannot merge ${path}: ${state}` }, store: digestOf(row), tree: digest })
}
