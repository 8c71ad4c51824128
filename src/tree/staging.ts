import { towardsTree } from '../core/direction.ts'
import { reconcile } from '../core/reconcile.ts'
import { errnoOf, messageOf } from '../errors.ts'
import type { Digest } from '../types.ts'
import { discard, stage } from './atomic.ts'
import { digestOf } from './digest.ts'
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
  const paths = work.paths.split('\n')
  const digests: Digest[] = []
  const problems: ItemProblem[] = []
  const kept: KeptContent[] = []
  const racy: RacyFile[] = []
  let start = 0
  for (const [index, path] of paths.entries()) {
    const row = index * job.FIELDS
    const end = work.table[row + job.END]!
    const content = work.contents.subarray(start, end)
    start = end
    const digest = digestOf(content)
    digests.push(digest)
    try {
      work.table[row + job.OUTCOME] = stageFile(work, index, path, content, digest, kept, racy)
    } catch (error) {
      const fatal = asFatal(error, `${work.root}/${path}`)
      work.table[row + job.OUTCOME] = job.FAILED
      if (fatal) {
        discardJob(work)
        return { digests: '', problems: [], kept: [], racy: [], fatal }
      }
      problems.push(asItemProblem(index, path, error))
    }
  }
  return { digests: digests.join(''), problems, kept, racy }
}

function stageFile(
  work: StageJob,
  index: number,
  path: string,
  content: Uint8Array,
  digest: Digest,
  kept: KeptContent[],
  racy: RacyFile[],
): number {
  const { table } = work
  const row = index * job.FIELDS
  const flags = table[row + job.FLAGS]!
  const known = flags & job.KNOWN ? job.digestAt(work.known, index) : undefined
  const target = flags & job.FRESH ? FREE : inspect(work, row, path, known, digest, content)

  const step = towardsTree(reconcile(known, digest, target.digest), true, { force: work.force, prune: false })
  if (step === 'none' || step === 'adopt') {
    const moved = !isKnownStat(table, row, target.entry!) || !(flags & job.SETTLED)
    writeStat(table, row, target.entry!)
    return step === 'adopt' ? job.ADOPTED : moved ? job.REFRESHED : job.UNCHANGED
  }
  if (step === 'conflict') return job.CONFLICT
  if (step === 'pending') return job.PENDING

  const { entry } = target
  table[row + job.SEEN_SIZE] = entry?.size ?? -1
  table[row + job.SEEN_MTIME] = entry?.mtime ?? -1
  table[row + job.SEEN_INODE] = entry?.inode ?? -1
  if (entry && !isSettled(entry.mtime, Date.now())) racy.push({ index, digest: target.digest! })
  if (entry && target.digest !== known) kept.push({ index, bytes: asShared(target.bytes!) })
  if (!work.dryRun) {
    const temp = tempOf(work, index, path)
    writeStat(table, row, stage(temp, content, { predecessor: entry, flush: work.fsync === 'file' }))
  }
  return job.STAGED
}

/** Looks at a target; reads it only where its stat does not already prove what it holds. */
function inspect(
  work: StageJob,
  row: number,
  path: string,
  known: Digest | undefined,
  digest: Digest,
  content: Uint8Array,
): Target {
  const absolute = `${work.root}/${path}`
  const entry = lstat(absolute)
  if (!entry) return FREE
  if (entry.kind !== 'file') throw new TargetError(entry.kind, path)
  const settled = (work.table[row + job.FLAGS]! & job.SETTLED) !== 0
  if (known !== undefined && settled && isKnownStat(work.table, row, entry)) return { entry, digest: known }
  const file = readFile(absolute)
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
  return { index, code: 'write-failed', message: `Cannot write ${path}: ${messageOf(error)}`, ...(errno && { errno }) }
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
function asShared(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  return shared
}
