import { join } from 'node:path'
import { type BaselineEntry, type HistoryRecord, type Operation, type Stored, keepContent, storedIn } from '../baseline/baseline.ts'
import { digestOf } from '../digest.ts'
import { errnoOf, messageOf } from '../errors.ts'
import type { Undone } from '../options.ts'
import type { Finding } from '../store/store.ts'
import { readBelow } from '../tree/anchor.ts'
import { asFatal, fatalError } from '../tree/failure.ts'
import { removeFile } from '../tree/remove.ts'
import { replaceFile } from '../tree/replace.ts'
import { lstat } from '../tree/stat.ts'
import type { Digest, Problem, RowKey } from '../types.ts'
import { Agenda, type Arrival, type RowTask } from './agenda.ts'
import { importFiles } from './import.ts'
import type { CyclePlan, CyclePorts } from './plan.ts'
import { holdUndone } from './undone.ts'
import { byPath, Tally } from './tally.ts'

type Plan = Pick<CyclePlan, 'suffix' | 'fsync' | 'signal' | 'dryRun'> & {
  /** The tree's root is not there: it may be a disk that is not mounted, and nothing is written in its place. */
  readonly treeGone: boolean
}

/** What has become of the paths so far. */
interface Course {
  readonly rows: string[]
  readonly files: string[]
  readonly conflicts: Problem[]
  readonly problems: Problem[]
}

const CHUNK = 500

/**
 * Takes an operation back: each row and file that still is as the operation left it becomes what it was before, and the
 * baseline what it was as well. What differs again then is held until a side changes: the next cycle would only do it again.
 */
export async function undoOperation(ports: CyclePorts, operation: Operation, plan: Plan): Promise<Omit<Undone, 'seconds'>> {
  const { baseline } = ports
  const course: Course = { rows: [], files: [], conflicts: [], problems: [] }
  const all = baseline.records(operation.id)
  const homeless = new Set(plan.treeGone ? all.filter(({ side }) => side === 'tree').map(({ path }) => path) : [])
  for (const path of homeless) {
    course.problems.push({ path, code: 'write-failed', message: `Cannot undo at ${path}: the tree ${ports.root} is gone; mount it or make it again` })
  }
  // One content that is damaged keeps nobody from getting the others back.
  const broken = new Set(all.filter(({ path, before }) => before && !homeless.has(path) && !baseline.holds(before)).map(({ path }) => path))
  for (const path of broken) {
    course.problems.push({ path, code: 'read-failed', message: `Cannot undo at ${path}: what it held is damaged in the baseline; it was left alone` })
  }
  const records = all.filter(({ path }) => !homeless.has(path) && !broken.has(path))
  // Rows that go come first: what another one gets back, such as an id, may have become theirs.
  const rows = records.filter(({ side }) => side === 'store').toSorted((a, b) => Number(a.before !== undefined) - Number(b.before !== undefined))
  const files = records.filter(({ side }) => side === 'tree')
  const both = new Set(files.map(({ path }) => path))
  for (let start = 0; start < rows.length; start += CHUNK) {
    plan.signal?.throwIfAborted()
    await undoRows(ports, rows.slice(start, start + CHUNK), both, plan, course)
  }
  // Where the row had to stay as it is, so does the file.
  const left = new Set([...course.conflicts, ...course.problems].map(({ path }) => path))
  const free = files.filter(({ path }) => !left.has(path))
  for (let start = 0; start < free.length; start += CHUNK) {
    plan.signal?.throwIfAborted()
    undoFiles(ports, free.slice(start, start + CHUNK), plan, course)
  }
  if (!plan.dryRun) {
    const taken = new Set([...course.rows.filter((path) => both.has(path)), ...course.files])
    // Also where the file of a row was left alone: it does not agree with what the row holds again.
    restore(ports, records.filter(({ path }) => taken.has(path)))
    for (const { path } of [...course.conflicts, ...course.problems]) taken.delete(path)
    await holdUndone(ports, [...taken])
    // What failed can be tried again.
    if (course.problems.length === 0 && (course.rows.length + taken.size > 0 || course.conflicts.length === 0)) baseline.markUndone(operation.id)
  }
  const { rows: restored, files: replaced, conflicts, problems } = course
  return {
    operation: operation.id,
    dryRun: plan.dryRun,
    rows: restored.toSorted(),
    files: replaced,
    conflicts: byPath(conflicts),
    problems: byPath(problems),
  }
}

/** @param both paths whose files are taken back as well, later */
async function undoRows(ports: CyclePorts, records: readonly HistoryRecord[], both: ReadonlySet<string>, plan: Plan, course: Course): Promise<void> {
  const { baseline, store } = ports
  if (plan.dryRun) return foresee(await store.find(records.map(({ path }) => path)), records, course)
  const entries = baseline.find(records.map(({ path }) => path))
  const arrivals: Arrival[] = []
  const deletions: RowTask[] = []
  for (const { path, collection, key, before, after, rest } of records) {
    const task = { path, collection, key: JSON.parse(key) as RowKey, expected: after, entry: entries.get(path) }
    if (before) arrivals.push({ ...task, digest: before.digest, bytes: baseline.content(before), stat: unknown(before), settled: false, rest })
    else deletions.push(task)
  }
  const done: string[] = []
  const tally = new Tally((_, path) => done.push(path))
  const agenda = new Agenda()
  // What is written next commits the baseline. After a crash behind that it has to be known that these rows were taken back: the next sync would
  // write their files into them again.
  const hold = async (): Promise<void> => {
    const [paths, asAsked] = [new Set(done.splice(0)), new Set(agenda.asAsked)]
    const taken = records.filter((record) => paths.has(record.path) && !both.has(record.path) && !isSame(record, entries.get(record.path), asAsked))
    restore(ports, taken)
    await holdUndone(ports, taken.map(({ path }) => path))
  }
  await importFiles({ ...ports, tally, agenda, fsync: plan.fsync }, arrivals, deletions, async () => {
    await hold()
    plan.signal?.throwIfAborted()
  })
  await hold()
  const left = new Set<string>()
  for (const { problem } of agenda.deferrals) {
    course.conflicts.push(changed(problem.path, 'row'))
    left.add(problem.path)
  }
  for (const problem of tally.problems) {
    course.problems.push(problem)
    left.add(problem.path)
  }
  const asAsked = new Set(agenda.asAsked)
  for (const record of records) if (isSame(record, entries.get(record.path), asAsked)) left.add(record.path)
  course.rows.push(...records.map(({ path }) => path).filter((path) => !left.has(path)))
}

/** An operation that was cut short did not change it; where an undo that was cut short took it back, the baseline does not know. */
function isSame(record: HistoryRecord, entry: BaselineEntry | undefined, asAsked: ReadonlySet<string>): boolean {
  return asAsked.has(record.path) && isAgreed(record, entry)
}

/** Whether the baseline is as it was before the operation. */
function isAgreed({ base }: HistoryRecord, entry: BaselineEntry | undefined): boolean {
  return entry?.digest === base?.digest
}

/** What an undo of these records would come to, as far as it can be told. */
function foresee(findings: readonly Finding[], records: readonly HistoryRecord[], course: Course): void {
  for (const [index, { path, collection, after }] of records.entries()) {
    const finding = findings[index]!
    if (finding.kind === 'problem') course.problems.push(finding.problem)
    else if (collectionOf(finding) !== collection) {
      const message = `Cannot undo at ${path}: it is not of the collection ${JSON.stringify(collection)} any more. Give the store that collection again`
      course.problems.push({ path, code: 'row-refused', message })
    } else if ((finding.kind === 'row' ? digestOf(finding.row.content) : undefined) === after) course.rows.push(path)
    else course.conflicts.push(changed(path, 'row'))
  }
}

function collectionOf(finding: Finding): string | undefined {
  if (finding.kind === 'row') return finding.row.collection
  return finding.kind === 'vacant' ? finding.collection : undefined
}

function undoFiles({ root, baseline }: CyclePorts, records: readonly HistoryRecord[], plan: Plan, course: Course): void {
  const ready: [record: HistoryRecord, current: Uint8Array | undefined][] = []
  const known = baseline.find(records.map(({ path }) => path))
  for (const record of records) {
    const { path, before, after } = record
    try {
      const current = lstat(join(root, path)) ? readBelow(root, path)?.bytes : undefined
      const digest = current && digestOf(current)
      if (digest === after) ready.push([record, current])
      else if (digest === before?.digest) {
        // As with the rows: there is nothing to take back, or it is done.
        if (!isAgreed(record, known.get(path))) course.files.push(path)
      }
      else course.conflicts.push(changed(path, 'file'))
    } catch (error) {
      course.problems.push(asProblem(path, error))
    }
  }
  if (plan.dryRun) return void course.files.push(...ready.map(([{ path }]) => path))
  if (ready.length === 0) return
  const entries = baseline.find(ready.map(([{ path }]) => path))
  const ids = baseline.record(ready.map(([record, current]) => reverse(record, current && keepContent(baseline, current), entries.get(record.path))))
  baseline.checkpoint()
  for (const [index, [{ path, before, after }]] of ready.entries()) {
    try {
      const done = before ? replaceFile(root, path, baseline.content(before), after, plan) : removeAt(root, path, after!, plan)
      if (done) {
        course.files.push(path)
        continue
      }
      course.conflicts.push(changed(path, 'file'))
    } catch (error) {
      const fatal = asFatal(error, join(root, path))
      if (fatal) throw fatalError(fatal)
      course.problems.push(asProblem(path, error))
    }
    baseline.retract([ids[index]!])
  }
}

/** The record of what takes another one back. */
function reverse(record: HistoryRecord, before: Stored | undefined, entry: BaselineEntry | undefined): HistoryRecord {
  return { ...record, before, after: record.before?.digest, base: entry && storedIn(entry), rest: undefined }
}

function removeAt(root: string, path: string, digest: Digest, { fsync }: Plan): boolean {
  const stat = lstat(join(root, path))
  return stat !== undefined && removeFile(root, path, { stat, digest, racy: true }, fsync !== 'off')
}

/** Makes the baseline what it was. The stats are not known: the files are read the next time. */
function restore({ baseline }: CyclePorts, records: readonly HistoryRecord[]): void {
  for (let start = 0; start < records.length; start += CHUNK) {
    const chunk = records.slice(start, start + CHUNK)
    const entries = baseline.find(chunk.map(({ path }) => path))
    for (const { path, collection, key, base } of chunk) {
      const current = entries.get(path)
      if (base) {
        const entry: BaselineEntry = { path, collection, key, digest: base.digest, source: '', stat: unknown(base), settled: false, place: base.place }
        baseline.put(entry, current)
        entries.set(path, entry)
      } else if (current) {
        baseline.remove(current)
        entries.delete(path)
      }
    }
  }
}

function unknown({ size }: Stored): BaselineEntry['stat'] {
  return { size, mtime: 0, inode: 0 }
}

function changed(path: string, what: 'row' | 'file'): Problem {
  const subject = what === 'row' ? `the row of ${path}` : path
  return { path, code: 'changed-meanwhile', message: `Cannot undo at ${path}: ${subject} changed since; it was left alone` }
}

function asProblem(path: string, error: unknown): Problem {
  const errno = errnoOf(error)
  if (!errno) throw error
  return { path, code: 'write-failed', message: `Cannot undo at ${path}: ${messageOf(error)}`, errno }
}
