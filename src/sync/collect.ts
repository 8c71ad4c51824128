import type { BaselineEntry } from '../baseline/baseline.ts'
import * as job from '../tree/job.ts'
import type { FoundFile } from '../tree/job.ts'
import { isSettled } from '../tree/stat.ts'
import type { Action, Digest, FileStat, Problem } from '../types.ts'
import type { Agenda, Arrival, Observation, RowTask } from './agenda.ts'
import { type Compared, contentOf, spanOf, statAt } from './compared.ts'
import type { Item } from './packing.ts'

/**
 * Puts on the agenda what a compared job leaves to be done. It has to happen before the job's memory is used again.
 *
 * @param observe told of each path whose sides differ, or that is gone from both
 */
export function collect(compared: Compared, agenda: Agenda, observe?: (observation: Observation) => void): void {
  const { packed, known, work, result } = compared
  const { table } = work
  const found = new Map(result.found.map((file) => [file.index, file]))
  for (const [index, item] of packed.items.entries()) {
    const at = index * job.FIELDS
    const outcome = table[at + job.OUTCOME]!
    if (outcome === job.UNCHANGED || outcome === job.REFRESHED || outcome === job.ADOPTED) continue
    const entry = known.get(item.path)
    if (outcome === job.FAILED) {
      // Its file could not be looked at; that its row is gone counts all the same.
      if (entry) agenda.lose(entry, false, item.rowless)
      continue
    }
    const action = job.ACTIONS[table[at + job.ACTION]!]!
    const file = found.get(index)
    if (outcome !== job.NOTHING) observe?.(observation(item, action, table, at, outcome))
    const digest = job.digestAt(result.digests, index)
    if (entry) agenda.lose(entry, isFileGone(action, outcome, table[at + job.SEEN_INODE]!), item.rowless)
    const task: RowTask = { ...identity(item), expected: item.source || digest, entry }
    switch (outcome) {
      case job.IMPORT:
        agenda.arrive(arrival(compared, index, task, file!))
        break
      case job.MERGE: {
        const bytes = spanOf(compared, file!) ?? new Uint8Array(0)
        const { binary, source } = item
        agenda.meetings.push({ ...arrival(compared, index, task, file!), bytes, row: contentOf(compared, index).slice(), binary, structured: source !== '' })
        break
      }
      case job.CONFLICT:
        agenda.deferrals.push({ kind: 'conflict', problem: conflict(item, entry, table[at + job.SEEN_INODE] === -1), store: digest, tree: file?.digest })
        break
      case job.HELD:
        agenda.deferrals.push({ kind: 'hold', problem: { path: item.path, ...file!.verdict! }, store: digest, tree: file!.digest })
        break
      case job.NOTHING:
        agenda.nothing.push(item.path)
        break
      default:
        if (outcome === job.DELETE || (outcome === job.PENDING && action === 'delete-row')) agenda.missingFiles.push({ ...task, licensed: outcome === job.DELETE })
        else if (outcome === job.REMOVE || (outcome === job.PENDING && action === 'remove-file')) {
          agenda.missingRows.push({ ...identity(item), entry, seen: outcome === job.REMOVE ? seenAt(compared, at, file!) : undefined })
        }
    }
  }
}

function isFileGone(action: Action, outcome: number, seen: number): boolean {
  if (outcome === job.FORGOTTEN || outcome === job.DELETE) return true
  return (outcome === job.PENDING && action === 'delete-row') || (outcome === job.CONFLICT && seen === -1)
}

function identity({ path, collection, key }: Item): Pick<RowTask, 'path' | 'collection' | 'key'> {
  return { path, collection, key }
}

function observation(item: Item, action: Action, table: Float64Array, at: number, outcome: number): Observation {
  const file = outcome !== job.FORGOTTEN && table[at + job.SEEN_INODE] !== -1
  return { path: item.path, action, row: !item.rowless, file }
}

function arrival(compared: Compared, index: number, task: RowTask, file: FoundFile): Arrival {
  const { table, clock } = compared.work
  const stat = statAt(table, index * job.FIELDS)
  return { ...task, digest: file.digest!, bytes: spanOf(compared, file), stat, settled: isSettled(stat.mtime, clock) }
}

function seenAt({ work }: Compared, at: number, file: FoundFile): { stat: FileStat; digest: Digest; racy: boolean } {
  const { table, clock } = work
  const stat = { size: table[at + job.SEEN_SIZE]!, mtime: table[at + job.SEEN_MTIME]!, inode: table[at + job.SEEN_INODE]! }
  return { stat, digest: file.digest!, racy: !isSettled(stat.mtime, clock) }
}

function conflict({ path, rowless }: Item, entry: BaselineEntry | undefined, fileGone: boolean): Problem {
  if (rowless) return { path, code: 'deleted-in-store', message: `${path} was edited, but its row is gone; the file was not touched` }
  if (fileGone) return { path, code: 'deleted-in-tree', message: `${path} is gone, but its row was changed; the row was not touched` }
  return entry
    ? { path, code: 'changed-on-both-sides', message: `${path} and its row both differ from what they last agreed on; neither was touched` }
    : { path, code: 'file-in-the-way', message: `${path} is a file that rowtree did not write, and its row has other content; neither was touched` }
}
