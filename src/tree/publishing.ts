import type { Digest } from '../types.ts'
import { discard, publishNew, publishOver } from './atomic.ts'
import { digestOf } from '../digest.ts'
import { findObstacle, parentOf } from './directories.ts'
import { asFatal } from './failure.ts'
import * as job from './job.ts'
import { tempOf } from './job.ts'
import type { ItemProblem, PublishJob, PublishResult } from './job.ts'
import { readAgain } from './read.ts'
import { asItemProblem, discardJob } from './staging.ts'

/**
 * Publishes what a job has staged. Each target must still be what the comparison saw;
 * otherwise its temp is discarded and the file is a conflict.
 *
 * Runs on any thread. After a systemic failure what is not published yet is discarded.
 */
export function publishJob(work: PublishJob): PublishResult {
  const problems: ItemProblem[] = []
  const racy = new Map(work.racy.map((file) => [file.index, file.digest]))
  for (const [index, path] of work.paths.split('\n').entries()) {
    const row = index * job.FIELDS
    if (work.table[row + job.OUTCOME] !== job.STAGED) continue
    const temp = tempOf(work, index, path)
    const target = `${work.root}/${path}`
    try {
      const obstacle = findObstacle(work.root, parentOf(path))
      if (obstacle) {
        work.table[row + job.OUTCOME] = job.FAILED
        problems.push({ index, ...obstacle })
        discard(temp)
        continue
      }
      if (publishFile(work, row, temp, target, racy.get(index))) {
        work.table[row + job.OUTCOME] = job.PUBLISHED
        continue
      }
      problems.push({ index, code: 'changed-meanwhile', message: `${path} changed while it was exported; run it again` })
      work.table[row + job.OUTCOME] = job.CONFLICT
      discard(temp)
    } catch (error) {
      const fatal = asFatal(error, target)
      if (fatal) {
        discardJob(work)
        return { problems, fatal }
      }
      work.table[row + job.OUTCOME] = job.FAILED
      problems.push(asItemProblem(index, path, 'write', error))
      discard(temp)
    }
  }
  return { problems }
}

function publishFile(work: PublishJob, row: number, temp: string, target: string, digest?: Digest): boolean {
  const inode = work.table[row + job.SEEN_INODE]!
  if (inode === -1) return publishNew(temp, target)
  if (digest !== undefined && !holds(target, digest)) return false
  const size = work.table[row + job.SEEN_SIZE]!
  return publishOver(temp, target, { size, mtime: work.table[row + job.SEEN_MTIME]!, inode })
}

function holds(target: string, digest: Digest): boolean {
  const again = readAgain(target)
  return again !== undefined && digestOf(again.bytes) === digest
}
