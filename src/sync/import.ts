import { type Baseline, type HistoryRecord, keepContent, packContents, storedIn } from '../baseline/baseline.ts'
import { asBytes } from '../core/text.ts'
import { digestOf } from '../digest.ts'
import type { BeforeCommit, Change, Outcome, Store } from '../store/store.ts'
import { readBelow } from '../tree/anchor.ts'
import { flushFound } from '../tree/found.ts'
import type { FsyncMode } from '../types.ts'
import type { Agenda, Arrival, RowTask } from './agenda.ts'
import { reached } from './milestones.ts'
import type { Tally } from './tally.ts'

/** What writing rows works with. */
export interface ImportPorts {
  readonly store: Pick<Store, 'apply'>
  readonly root: string
  readonly baseline: Baseline
  readonly tally: Tally
  readonly agenda: Agenda
  readonly fsync: FsyncMode
}

/** A row to write or, without an arrival, to delete. */
interface Task extends RowTask {
  readonly arrival: Arrival | undefined
}

type ReadyTask = Task & { readonly content: Uint8Array | undefined }

/** Rows of one transaction at the most: what is lost when one of them makes it fail, and what is in memory several times. */
export const BATCH_ROWS = 1_024
const BATCH_BYTES = 64 * 1024 * 1024

/**
 * Writes files into their rows and deletes rows, in batches of one transaction each. A batch that fails changes
 * nothing and is tried again in halves, down to single rows, so that one bad row does not hold up the others.
 *
 * @param onBatch called before each batch; what it throws ends the import
 * @returns paths that have a row again although theirs was deleted: what it had hidden shows up
 */
export async function importFiles(ports: ImportPorts, arrivals: readonly Arrival[], deletions: readonly RowTask[], onBatch: () => void | Promise<void>): Promise<string[]> {
  const tasks: Task[] = [...arrivals.map((arrival) => ({ ...arrival, arrival })), ...deletions.map((task) => ({ ...task, arrival: undefined }))]
  const reappeared: string[] = []
  for (const batch of batchesOf(ports, tasks)) {
    const waiting = [batch]
    for (let some = waiting.pop(); some; some = waiting.pop()) {
      await onBatch()
      if (await write(ports, some, reappeared)) continue
      const half = Math.ceil(some.length / 2)
      waiting.push(some.slice(half), some.slice(0, half))
    }
  }
  return reappeared
}

function* batchesOf(ports: ImportPorts, tasks: readonly Task[]): Iterable<ReadyTask[]> {
  let batch: ReadyTask[] = []
  let bytes = 0
  for (const task of tasks) {
    const ready = prepare(ports, task)
    if (!ready) continue
    batch.push(ready)
    bytes += ready.content?.length ?? 0
    if (batch.length < BATCH_ROWS && bytes < BATCH_BYTES) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}

/** Gives a task its content; one that was too large to be kept in memory is read again. */
function prepare({ root, agenda }: ImportPorts, task: Task): ReadyTask | undefined {
  const { arrival, path } = task
  // What crossed threads lies in shared memory, which not everything takes.
  if (!arrival || arrival.bytes) return { ...task, content: arrival?.bytes?.slice() }
  const file = readBelow(root, path)
  if (file && digestOf(file.bytes) === arrival.digest) return { ...task, content: file.bytes }
  const problem = { path, code: 'changed-meanwhile', message: `${path} changed while it was imported; run it again` } as const
  agenda.deferrals.push({ kind: 'conflict', problem, store: task.expected, tree: undefined })
  return undefined
}

/** Writes a batch; `false` when it failed as a whole and had more than one row. */
async function write(ports: ImportPorts, tasks: readonly ReadyTask[], reappeared: string[]): Promise<boolean> {
  const { store, root, baseline, tally, fsync } = ports
  await flushFound(root, tasks.map(({ path }) => path), fsync)
  // A commit since the comparison may have moved contents to other places.
  const entries = baseline.find(tasks.map(({ path }) => path))
  const batch = tasks.map((task) => ({ ...task, entry: entries.get(task.path) }))
  const changes = batch.map(({ path, collection, key, expected, content, arrival }): Change => ({ path, collection, key, expected, content, rest: arrival?.rest }))
  const kept = new Map<string, number>()
  const applied = await store.apply(changes, (...done) => {
    reached('rows-written')
    keep(baseline, batch, kept, ...done)
    reached('rows-kept')
  })
  reached('rows-committed')
  if (!applied.committed) {
    if (batch.length > 1) return false
    tally.problems.push(applied.problem)
    return true
  }
  // Kept ahead of a write that was refused. Nothing of it is to be undone.
  baseline.retract(applied.outcomes.flatMap((outcome, index) => (outcome.kind === 'failed' && outcome.untouched ? (kept.get(batch[index]!.path) ?? []) : [])))
  record(ports, batch, applied.outcomes, reappeared)
  for (const problem of applied.problems ?? []) tally.problems.push(problem)
  return true
}

/**
 * Puts what rows held into history, before the store commits what they hold now.
 *
 * @param kept the record of each path; where the store begins anew, that of a row which it writes again is replaced
 */
function keep(baseline: Baseline, batch: readonly ReadyTask[], kept: Map<string, number>, ...[previous, outcomes, rests]: Parameters<BeforeCommit>): void {
  const records: HistoryRecord[] = []
  for (const [index, { path, collection, key, expected, entry }] of batch.entries()) {
    const outcome = outcomes[index]!
    if (outcome.kind !== 'done' || !outcome.written) continue
    const content = previous[index]
    const base = entry && storedIn(entry)
    const agreed = entry !== undefined && (entry.source || entry.digest) === expected
    const before = content === undefined || outcome.created ? undefined : agreed && baseline.holds(base!) ? base : keepContent(baseline, asBytes(content))
    records.push({ path, collection, key: JSON.stringify(key), side: 'store', before, after: outcome.digest, base, rest: rests[index] })
  }
  if (records.length === 0) return
  baseline.retract(records.flatMap(({ path }) => kept.get(path) ?? []))
  for (const [index, id] of baseline.record(records).entries()) kept.set(records[index]!.path, id)
  baseline.checkpoint()
}

function record({ baseline, tally, agenda }: ImportPorts, batch: readonly ReadyTask[], outcomes: readonly Outcome[], reappeared: string[]): void {
  const places = packContents(baseline, batch.flatMap(({ content }, index) => (content && outcomes[index]!.kind === 'done' ? [content] : []))).values()
  for (const [index, { path, collection, key, entry, arrival, expected }] of batch.entries()) {
    const outcome = outcomes[index]!
    if (outcome.kind === 'failed') tally.problems.push(outcome.problem)
    else if (outcome.kind === 'changed') {
      const problem = { path, code: 'changed-meanwhile', message: `The row of ${path} changed while the file was imported; run it again` } as const
      agenda.deferrals.push({ kind: 'conflict', problem, store: expected, tree: arrival?.digest })
    } else if (arrival) {
      const { digest, stat, settled } = arrival
      const source = outcome.digest === undefined || outcome.digest === digest ? '' : outcome.digest
      baseline.put({ path, collection, key: JSON.stringify(key), digest, source, stat, settled, place: places.next().value! }, entry)
      tally.did('imported', path, collection)
      if (!outcome.written) agenda.asAsked.push(path)
    } else {
      if (entry) baseline.remove(entry)
      if (outcome.digest !== undefined) reappeared.push(path)
      tally.did('deleted', path, collection)
      if (!outcome.written) agenda.asAsked.push(path)
    }
  }
}
