import { type Step, stepFor } from '../core/direction.ts'
import { guardContent, guardSize, guardStat, undoneVerdict, type Verdict } from '../core/guards.ts'
import { reconcile } from '../core/reconcile.ts'
import type { Action, Digest } from '../types.ts'
import type { Findings } from './findings.ts'
import * as job from './job.ts'
import { sidesOf, type StageJob } from './job.ts'
import { type Entry, isSettled, sameStat } from './stat.ts'
import { examine, type Expectation, FREE, inspect, type Place, type Target, TOO_LARGE } from './target.ts'

/** One file of a job. */
export interface JobFile {
  readonly index: number
  /** Where its numbers begin in the job's table. */
  readonly row: number
  readonly path: string
  /** The row's content, if there is a row. */
  readonly content: Uint8Array | undefined
  readonly digest: Digest
}

interface Judgement {
  readonly target: Target
  readonly action: Action
  readonly step: Step
}

/**
 * Compares a row with its file and decides what happens: the outcome and the action go into the job's table, what
 * the calling thread has to know into the findings. `STAGED` means that the file has to be staged.
 *
 * @param place where the file is; `undefined` where there can be none
 */
export function decide(work: StageJob, file: JobFile, place: Place | undefined, findings: Findings): number {
  const { table } = work
  const { index, row, path } = file
  const flags = table[row + job.FLAGS]!
  const expected = expectationOf(work, file, flags)
  const judge = (target: Target): Judgement => judgeTarget(work, file, expected, target)
  let judgement = judge(place ? inspect(place, path, expected) : FREE)
  // A stat can be set back (touch -r): before a content is replaced, taken or removed, the bytes themselves have to say what they are.
  if (needsBytes(judgement)) judgement = judge(place!.reach((absolute) => examine(absolute, expected)))
  const { target, action, step } = judgement
  table[row + job.ACTION] = job.ACTIONS.indexOf(action)
  const { entry, digest } = target

  if (step === 'none' || step === 'adopt') return agree(work, row, entry, step === 'adopt')
  seeTarget(table, row, entry)
  if (step === 'pending') return job.PENDING
  if (step === 'delete-row') return job.DELETE
  const verdict = verdictOn(work, file, flags, judgement, expected.known)
  if (verdict) {
    findings.note(index, digest, verdict)
    return job.HELD
  }
  const differs = digest !== expected.known?.digest
  switch (step) {
    case 'export':
      if (!entry) return job.STAGED
      if (!isSettled(entry.mtime, work.clock)) findings.racy.push({ index, digest: digest! })
      if (differs) findings.take(index, digest!, target.bytes!, true)
      return job.STAGED
    case 'import':
    case 'merge':
      writeStat(table, row, entry!)
      if (work.dryRun) findings.note(index, digest)
      else findings.take(index, digest!, target.bytes!, false)
      return step === 'import' ? job.IMPORT : job.MERGE
    case 'remove-file':
      findings.note(index, digest)
      return job.REMOVE
    case 'conflict':
    case 'hold':
      findings.note(index, digest)
      return job.CONFLICT
  }
}

function judgeTarget(work: StageJob, { index, row, content }: JobFile, { digest, known }: Expectation, target: Target): Judgement {
  const store = content && digest
  const reconciled = reconcile(known?.digest, store, target.digest)
  // A merge may make the row what was agreed on. Until the file has the result as well it is no edit like any other.
  const action = reconciled === 'import' && work.table[row + job.FLAGS]! & job.TORN ? 'conflict' : reconciled
  const step = stepFor(action, { row: content !== undefined, file: target.entry !== undefined }, work.licence)
  // A conflict stays one unless it is settled without a person, which an undo may have taken back.
  const settles = action === 'conflict' && step !== 'conflict' && work.licence.prefer === undefined
  const open = settles || (action !== 'none' && action !== 'adopt' && action !== 'conflict')
  if (open && work.undone.get(index) === sidesOf(store, target.digest)) return { target, action: 'hold', step: 'hold' }
  return { target, action, step }
}

function needsBytes({ target, step }: Judgement): boolean {
  if (!target.entry || target.bytes) return false
  if (step === 'export' || step === 'remove-file') return true
  return (step === 'import' || step === 'merge') && target.digest !== TOO_LARGE
}

function expectationOf(work: StageJob, { index, row, content, digest }: JobFile, flags: number): Expectation {
  const { table } = work
  const known = flags & job.KNOWN ? {
    digest: job.digestAt(work.known, index)!,
    stat: { size: table[row + job.SIZE]!, mtime: table[row + job.MTIME]!, inode: table[row + job.INODE]! },
    settled: (flags & job.SETTLED) !== 0,
  } : undefined
  return { content, digest, known, limit: work.guards.maxFileSize }
}

/** What keeps a file's content from going to the store. */
function verdictOn(work: StageJob, { path, content }: JobFile, flags: number, { target, step }: Judgement, known: Expectation['known']): Verdict | undefined {
  if (step === 'hold') return undoneVerdict(path)
  if (step !== 'import' && step !== 'merge') return undefined
  if (target.digest === TOO_LARGE) return guardSize(path, target.entry!.size, work.guards)
  const { bytes } = target
  const verdict = guardSize(path, bytes!.length, work.guards) ?? guardContent(path, bytes!, content, (flags & job.BINARY) !== 0, work.guards)
  return verdict ?? guardStat(path, target.entry!, known?.stat)
}

/** Both sides are equal, or both are gone. */
function agree({ table }: StageJob, row: number, entry: Entry | undefined, adopted: boolean): number {
  if (!entry) return adopted ? job.FORGOTTEN : job.NOTHING
  const moved = !isKnownStat(table, row, entry) || !(table[row + job.FLAGS]! & job.SETTLED)
  writeStat(table, row, entry)
  return adopted ? job.ADOPTED : moved ? job.REFRESHED : job.UNCHANGED
}

/** Notes what the decision was made on; -1 where the name is free. */
function seeTarget(table: Float64Array, row: number, entry: Entry | undefined): void {
  table[row + job.SEEN_SIZE] = entry?.size ?? -1
  table[row + job.SEEN_MTIME] = entry?.mtime ?? -1
  table[row + job.SEEN_INODE] = entry?.inode ?? -1
  table[row + job.SEEN_MODE] = entry?.mode ?? -1
  table[row + job.SEEN_UID] = entry?.uid ?? -1
  table[row + job.SEEN_GID] = entry?.gid ?? -1
}

function isKnownStat(table: Float64Array, row: number, entry: Entry): boolean {
  return sameStat(entry, { size: table[row + job.SIZE]!, mtime: table[row + job.MTIME]!, inode: table[row + job.INODE]! })
}

export function writeStat(table: Float64Array, row: number, stat: { size: number; mtime: number; inode: number }): void {
  table[row + job.SIZE] = stat.size
  table[row + job.MTIME] = stat.mtime
  table[row + job.INODE] = stat.inode
}
