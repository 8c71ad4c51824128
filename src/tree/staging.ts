import { type ExportStep, towardsTree } from '../core/direction.ts'
import { reconcile } from '../core/reconcile.ts'
import { errnoOf, messageOf } from '../errors.ts'
import type { Digest } from '../types.ts'
import { discard, stage } from './atomic.ts'
import { digestOf } from '../digest.ts'
import { findObstacle, type Obstacle, parentOf } from './directories.ts'
import { asFatal } from './failure.ts'
import * as job from './job.ts'
import { tempOf } from './job.ts'
import type { ItemProblem, KeptContent, RacyFile, StageJob, StageResult } from './job.ts'
import { readFile } from './read.ts'
import { type Entry, isSettled, lstat, sameStat } from './stat.ts'

/** What stands at a target path; no entry means that the name is free. */
interface Target {
  readonly entry?: Entry
  readonly digest?: Digest
  /** Present where the content had to be read. */
  readonly bytes?: Uint8Array
}

const FREE: Target = {}

/**
 * Compares each file of a job with the tree and stages what the export has to write.
 *
 * Runs on any thread. Failures of one file are values; after a systemic one nothing of the job
 * stays staged.
 */
export function stageJob(work: StageJob): StageResult {
  const findings: Findings = { problems: [], kept: [], racy: [] }
  const digests: Digest[] = []
  let start = 0
  for (const [index, path] of work.paths.split('\n').entries()) {
    const row = index * job.FIELDS
    const end = work.table[row + job.END]!
    const content = work.contents.subarray(start, end)
    start = end
    const digest = digestOf(content)
    digests.push(digest)
    try {
      const file = { index, row, path, content, digest }
      const outcome = decide(work, file, findings)
      const obstacle = outcome === job.STAGED ? obstacleOf(work, path) : undefined
      if (obstacle) findings.problems.push({ index, ...obstacle })
      else if (outcome === job.STAGED && !work.dryRun) stageFile(work, file)
      work.table[row + job.OUTCOME] = obstacle ? job.FAILED : outcome
    } catch (error) {
      work.table[row + job.OUTCOME] = job.FAILED
      const fatal = asFatal(error, `${work.root}/${path}`)
      if (fatal) {
        discardJob(work)
        return { digests: '', problems: [], kept: [], racy: [], fatal }
      }
      findings.problems.push(asItemProblem(index, path, error))
    }
  }
  return { digests: digests.join(''), ...findings }
}

/** One file of a job. */
interface JobFile {
  readonly index: number
  /** Where its numbers begin in the job's table. */
  readonly row: number
  readonly path: string
  readonly content: Uint8Array
  readonly digest: Digest
}

/** What a job reports beside its outcomes. */
interface Findings {
  readonly problems: ItemProblem[]
  readonly kept: KeptContent[]
  readonly racy: RacyFile[]
}

/** Compares a file with the tree; `STAGED` means that it has to be. */
function decide(work: StageJob, { index, row, path, content, digest }: JobFile, { kept, racy }: Findings): number {
  const { table } = work
  const flags = table[row + job.FLAGS]!
  const known = flags & job.KNOWN ? job.digestAt(work.known, index) : undefined
  const stepFor = (target: Target): ExportStep =>
    towardsTree(reconcile(known, digest, target.digest), true, { force: work.force, prune: false })
  let target = flags & job.FRESH ? FREE : inspect(work, row, path, known, content, digest)
  let step = stepFor(target)
  // A stat can be set back (touch -r): before a file is replaced, its content itself has to say what it is.
  if (step === 'export' && target.entry && !target.bytes) {
    target = examine(work, path, content, digest)
    step = stepFor(target)
  }
  const { entry } = target
  if (step === 'none' || step === 'adopt') {
    const moved = !isKnownStat(table, row, entry!) || !(flags & job.SETTLED)
    writeStat(table, row, entry!)
    return step === 'adopt' ? job.ADOPTED : moved ? job.REFRESHED : job.UNCHANGED
  }
  if (step === 'conflict') return job.CONFLICT
  if (step === 'pending') return job.PENDING

  table[row + job.SEEN_SIZE] = entry?.size ?? -1
  table[row + job.SEEN_MTIME] = entry?.mtime ?? -1
  table[row + job.SEEN_INODE] = entry?.inode ?? -1
  table[row + job.SEEN_MODE] = entry?.mode ?? -1
  table[row + job.SEEN_UID] = entry?.uid ?? -1
  table[row + job.SEEN_GID] = entry?.gid ?? -1
  if (entry && !isSettled(entry.mtime, work.clock)) racy.push({ index, digest: target.digest! })
  if (entry && target.digest !== known) kept.push({ index, bytes: asShared(target.bytes!) })
  return job.STAGED
}

/** A directory that is staged whole is ours alone; any other may have become a symlink just now. */
function obstacleOf(work: StageJob, path: string): Obstacle | undefined {
  const directory = parentOf(path)
  return work.homes.has(directory) ? undefined : findObstacle(work.root, directory)
}

function stageFile(work: StageJob, { index, row, path, content }: JobFile): void {
  const { table } = work
  const mode = table[row + job.SEEN_MODE]!
  const predecessor = mode === -1 ? undefined : { mode, uid: table[row + job.SEEN_UID]!, gid: table[row + job.SEEN_GID]! }
  writeStat(table, row, stage(tempOf(work, index, path), content, { predecessor, flush: work.fsync === 'file' }))
}

/** Looks at a target; reads it only where its stat does not already prove what it holds. */
function inspect(
  work: StageJob,
  row: number,
  path: string,
  known: Digest | undefined,
  content: Uint8Array,
  digest: Digest,
): Target {
  const absolute = `${work.root}/${path}`
  const entry = lstat(absolute)
  if (!entry) return FREE
  if (entry.kind !== 'file') throw new TargetError(entry.kind, path)
  const settled = (work.table[row + job.FLAGS]! & job.SETTLED) !== 0
  if (known !== undefined && settled && isKnownStat(work.table, row, entry)) return { entry, digest: known }
  return examine(work, path, content, digest)
}

function examine(work: StageJob, path: string, content: Uint8Array, digest: Digest): Target {
  const file = readFile(`${work.root}/${path}`)
  // Comparing is cheaper than hashing, and equality is by far the most frequent answer.
  return { entry: file.entry, digest: sameBytes(file.bytes, content) ? digest : digestOf(file.bytes), bytes: file.bytes }
}

/** Removes the temps of everything in a job that is staged and not published. */
export function discardJob(work: job.Job): void {
  for (const [index, path] of work.paths.split('\n').entries()) {
    if (work.table[index * job.FIELDS + job.OUTCOME] !== job.STAGED) continue
    discard(tempOf(work, index, path))
  }
}

/** Something other than a file stands at a target path. */
class TargetError extends Error {
  readonly kind: Exclude<Entry['kind'], 'file'>

  constructor(kind: Exclude<Entry['kind'], 'file'>, path: string) {
    const noun = { directory: 'a directory', symlink: 'a symlink', special: 'neither a file nor a directory' }[kind]
    super(`Cannot write ${path}: ${noun} is in its place; move it away`)
    this.kind = kind
  }
}

/** The value for what one file's handling threw. */
export function asItemProblem(index: number, path: string, error: unknown): ItemProblem {
  if (error instanceof TargetError) return { index, code: `target-is-${error.kind}`, message: error.message }
  const errno = errnoOf(error)
  // What the system did not refuse is a fault of ours, and no matter of one file.
  if (!errno) throw error
  return { index, code: 'write-failed', message: `Cannot write ${path}: ${messageOf(error)}`, errno }
}

function isKnownStat(table: Float64Array, row: number, entry: Entry): boolean {
  return sameStat(entry, { size: table[row + job.SIZE]!, mtime: table[row + job.MTIME]!, inode: table[row + job.INODE]! })
}

function writeStat(table: Float64Array, row: number, stat: { size: number; mtime: number; inode: number }): void {
  table[row + job.SIZE] = stat.size
  table[row + job.MTIME] = stat.mtime
  table[row + job.INODE] = stat.inode
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}

/** Shared memory crosses threads without being copied or detached. */
function asShared(bytes: Uint8Array): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(bytes.length)
  new Uint8Array(shared).set(bytes)
  return shared
}
