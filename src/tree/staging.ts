import { digestOf } from '../digest.ts'
import { errnoOf, messageOf } from '../errors.ts'
import type { Digest } from '../types.ts'
import { discard, stage } from './atomic.ts'
import { decide, type JobFile, writeStat } from './deciding.ts'
import { findObstacle, type Obstacle, parentOf } from './directories.ts'
import { asFatal } from './failure.ts'
import { Findings } from './findings.ts'
import * as job from './job.ts'
import { tempOf } from './job.ts'
import type { ItemProblem, StageJob, StageResult } from './job.ts'
import { TargetError } from './target.ts'

/**
 * Compares each file of a job with its row and stages what has to be written.
 *
 * Runs on any thread. Failures of one file are values; after a systemic one nothing of the job
 * stays staged.
 */
export function stageJob(work: StageJob): StageResult {
  const findings = new Findings()
  const digests: Digest[] = []
  let start = 0
  for (const [index, path] of work.paths.split('\n').entries()) {
    const row = index * job.FIELDS
    const end = work.table[row + job.END]!
    const rowless = (work.table[row + job.FLAGS]! & job.ROWLESS) !== 0
    const content = rowless ? undefined : work.contents.subarray(start, end)
    start = end
    const digest = content ? digestOf(content) : job.NO_DIGEST
    digests.push(digest)
    let what: 'read' | 'write' = 'read'
    try {
      const file = { index, row, path, content, digest }
      const outcome = decide(work, file, findings)
      what = 'write'
      const obstacle = outcome === job.STAGED ? obstacleOf(work, path) : undefined
      if (obstacle) findings.problems.push({ index, ...obstacle })
      else if (outcome === job.STAGED && !work.dryRun) stageFile(work, file)
      work.table[row + job.OUTCOME] = obstacle ? job.FAILED : outcome
    } catch (error) {
      work.table[row + job.OUTCOME] = job.FAILED
      const fatal = asFatal(error, `${work.root}/${path}`)
      if (fatal) {
        discardJob(work)
        return { digests: '', problems: [], found: [], racy: [], fatal }
      }
      findings.problems.push(asItemProblem(index, path, what, error))
    }
  }
  const { problems, found, racy } = findings
  const taken = findings.taken()
  return { digests: digests.join(''), problems, found, racy, ...(taken && { taken }) }
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
  writeStat(table, row, stage(tempOf(work, index, path), content!, { predecessor, flush: work.fsync === 'file' }))
}

/** Removes the temps of everything in a job that is staged and not published. */
export function discardJob(work: job.Job): void {
  for (const [index, path] of work.paths.split('\n').entries()) {
    if (work.table[index * job.FIELDS + job.OUTCOME] !== job.STAGED) continue
    discard(tempOf(work, index, path))
  }
}

/** The value for what one file's handling threw. */
export function asItemProblem(index: number, path: string, what: 'read' | 'write', error: unknown): ItemProblem {
  if (error instanceof TargetError) return { index, code: `target-is-${error.kind}`, message: error.message }
  const errno = errnoOf(error)
  // What the system did not refuse is a fault of ours, and no matter of one file.
  if (!errno) throw error
  return { index, code: `${what}-failed`, message: `Cannot ${what} ${path}: ${messageOf(error)}`, errno }
}
