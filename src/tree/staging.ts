import { digestOf } from '../digest.ts'
import { errnoOf, messageOf } from '../errors.ts'
import type { Digest } from '../types.ts'
import { discard, stage } from './atomic.ts'
import { type Anchor, holding, nameOf } from './anchor.ts'
import { decide, type JobFile, writeStat } from './deciding.ts'
import { asFatal } from './failure.ts'
import { Findings } from './findings.ts'
import * as job from './job.ts'
import { tempOf } from './job.ts'
import type { ItemProblem, StageJob, StageResult } from './job.ts'
import { ObstacleError, parentOf } from './obstacle.ts'
import { FREE, type Place, TargetError } from './target.ts'

/**
 * Compares each file of a job with its row and stages what has to be written.
 *
 * Runs on any thread. Failures of one file are values; after a systemic one nothing of the job
 * stays staged.
 */
export function stageJob(work: StageJob): StageResult {
  return holding(work.root, (anchor) => stageAll(work, anchor))
}

function stageAll(work: StageJob, anchor: Anchor): StageResult {
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
      const outcome = decide(work, file, placeOf(anchor, work, file), findings)
      what = 'write'
      if (outcome === job.STAGED && !work.dryRun) stageFile(anchor, work, file)
      work.table[row + job.OUTCOME] = outcome
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

/** Where a job's file is; `undefined` where its directory was made just now. */
function placeOf(anchor: Anchor, { root, table }: StageJob, { row, path }: JobFile): Place | undefined {
  if (table[row + job.FLAGS]! & job.FRESH) return undefined
  return { path: `${root}/${path}`, reach: (work) => anchor.within(parentOf(path), (here) => work(`${here}/${nameOf(path)}`), () => FREE) }
}

function stageFile(anchor: Anchor, work: StageJob, { index, row, path, content }: JobFile): void {
  const { table } = work
  const mode = table[row + job.SEEN_MODE]!
  const predecessor = mode === -1 ? undefined : { mode, uid: table[row + job.SEEN_UID]!, gid: table[row + job.SEEN_GID]! }
  const temp = tempOf(work, index, path)
  const stat = anchor.within(parentOf(temp), (here) => stage(`${here}/${nameOf(temp)}`, content!, { predecessor, flush: work.fsync === 'file' }))
  writeStat(table, row, stat)
}

/** Removes the temps of everything in a job that is staged and not published. */
export function discardJob(work: job.Job): void {
  holding(work.root, (anchor) => {
    for (const [index, path] of work.paths.split('\n').entries()) {
      if (work.table[index * job.FIELDS + job.OUTCOME] !== job.STAGED) continue
      const temp = tempOf(work, index, path)
      try {
        anchor.within(parentOf(temp), (here) => discard(`${here}/${nameOf(temp)}`))
      } catch {
        // Its directory cannot be entered, but it may be named. What is out of reach a sweep finds; what led here is what has to be reported.
        discard(`${work.root}/${temp}`)
      }
    }
  })
}

/** The value for what one file's handling threw. */
export function asItemProblem(index: number, path: string, what: 'read' | 'write', error: unknown): ItemProblem {
  if (error instanceof ObstacleError) return { index, ...error.obstacle }
  if (error instanceof TargetError) return { index, code: `target-is-${error.kind}`, message: error.message }
  const errno = errnoOf(error)
  // What the system did not refuse is a fault of ours, and no matter of one file.
  if (!errno) throw error
  // Whoever writes it is not done: there is more to come, and nothing is wrong with the file.
  if (errno === 'EAGAIN') return { index, code: 'changed-meanwhile', message: `${path} changed while it was read; run it again` }
  return { index, code: `${what}-failed`, message: `Cannot ${what} ${path}: ${messageOf(error)}`, errno }
}
