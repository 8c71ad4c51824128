import type { Digest } from '../types.ts'
import { discard, publishNew, publishOver } from './atomic.ts'
import { digestOf } from '../digest.ts'
import { type Anchor, holding, nameOf, within } from './anchor.ts'
import { asFatal } from './failure.ts'
import * as job from './job.ts'
import { tempOf } from './job.ts'
import type { ItemProblem, PublishJob, PublishResult } from './job.ts'
import { parentOf } from './obstacle.ts'
import { readAgain } from './read.ts'
import { asItemProblem, discardJob } from './staging.ts'

/**
 * Publishes what a job has staged. Each target must still be what the comparison saw;
 * otherwise its temp is discarded and the file is a conflict.
 *
 * Runs on any thread. After a systemic failure what is not published yet is discarded.
 */
export function publishJob(work: PublishJob): PublishResult {
  return holding(work.root, (anchor) => publishAll(work, anchor))
}

function publishAll(work: PublishJob, anchor: Anchor): PublishResult {
  const problems: ItemProblem[] = []
  const racy = new Map(work.racy.map((file) => [file.index, file.digest]))
  for (const [index, path] of work.paths.split('\n').entries()) {
    const row = index * job.FIELDS
    if (work.table[row + job.OUTCOME] !== job.STAGED) continue
    try {
      const outcome = publishFile(anchor, work, index, path, racy.get(index))
      work.table[row + job.OUTCOME] = outcome
      if (outcome === job.CONFLICT) problems.push({ index, code: 'changed-meanwhile', message: `${path} changed while it was exported; run it again` })
    } catch (error) {
      const fatal = asFatal(error, `${work.root}/${path}`)
      if (fatal) {
        discardJob(work)
        return { problems, fatal }
      }
      work.table[row + job.OUTCOME] = job.FAILED
      problems.push(asItemProblem(index, path, 'write', error))
      // Its directory may have moved, with a symlink left behind, or could not be opened. Nobody else has a temp of this name.
      discard(`${work.root}/${tempOf(work, index, path)}`)
    }
  }
  return { problems }
}

/** Publishes one file; where it cannot be published its temp is gone. */
function publishFile(anchor: Anchor, work: PublishJob, index: number, path: string, digest: Digest | undefined): number {
  const [temp, directory] = [tempOf(work, index, path), parentOf(path)]
  const publish = (there: string, here: string): number => {
    const [from, target] = [`${there}/${nameOf(temp)}`, `${here}/${nameOf(path)}`]
    let published = false
    try {
      published = swap(work, index * job.FIELDS, from, target, digest)
    } finally {
      if (!published) discard(from)
    }
    return published ? job.PUBLISHED : job.CONFLICT
  }
  if (!work.homes.has(directory)) return anchor.within(directory, (here) => publish(here, here))
  // Somebody took the name of the whole directory.
  return within(work.root, parentOf(temp), (there) => anchor.within(directory, (here) => publish(there, here)))
}

function swap(work: PublishJob, row: number, temp: string, target: string, digest: Digest | undefined): boolean {
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
