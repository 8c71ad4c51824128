import type { Kysely } from 'kysely'
import { digestOf } from '../digest.ts'
import type { Problem, Row } from '../types.ts'
import { sameContent, sizeOf } from './content.ts'
import type { Database } from './database.ts'
import { refusal, replaced, unwritable } from './failure.ts'
import { writeProblem, type RowShape } from './row.ts'
import type { Applied, BeforeCommit, Change, Outcome } from './store.ts'

/** What a row holds: its content, nothing where there is no row, or why its content cannot be told. */
export type Held = Row['content'] | Problem | undefined

/**
 * Writes the rows of one collection. It lives for one `apply` and sees each change in this order: `current`, `asked`,
 * `rest`, `write`, `current`, `asked`; so it may keep what it found.
 */
export interface Writer {
  readonly shape: RowShape
  /** What the changes' rows hold, exactly as `read` gives it. Called before and after the writing, with many changes at once. */
  current(db: Kysely<unknown>, changes: readonly Change[]): Promise<readonly Held[]>
  /**
   * The content that `read` is going to give when the change is done. Called before and after the writing, only for
   * changes that have a content.
   */
  asked(change: Change): Row['content'] | Problem
  /**
   * Whether what `current` found only shows in place of a row that is not there. Such a row is inserted again also where it
   * would hold the same. Default: never.
   */
  isInherited?(change: Change): boolean
  /** What the row holds that the change is going to delete, beside its content, for `Change.rest`. */
  rest(db: Kysely<unknown>, change: Change): Promise<Uint8Array | undefined>
  /**
   * Inserts, updates or deletes one row. What the database reports is thrown as it is; what it does not report, such as
   * a row that was not changed, is returned.
   *
   * @param previous what `current` gave; it has the digest that the change expects
   */
  write(db: Kysely<unknown>, change: Change, previous: Row['content'] | undefined): Promise<Problem | undefined>
}

/** Changes of which `current` is asked at once. */
const CHUNK = 256

/** One change on its way. */
interface Task {
  readonly change: Change
  readonly writer: Writer
  previous: Row['content'] | undefined
  /** What it held was not its own. */
  created: boolean
  rest: Uint8Array | undefined
  /** `kept`: the row is as asked already. */
  state: 'write' | 'written' | 'kept' | 'changed'
  digest: string | undefined
}

/**
 * `Store.apply` for any preset: one transaction in which each row is compared with what is expected, written, read
 * back and compared with what was asked for. A row that already is as asked is not written. Deletions come first: a
 * new row may take the place of an old one.
 *
 * @param writerOf makes the writer of a collection, if there is such a one; called once for each
 * @throws {RowtreeError} `store-unwritable`, `store-locked`, and whatever `beforeCommit` throws; nothing is changed then
 */
export async function applyChanges(
  database: Database,
  changes: readonly Change[],
  writerOf: (collection: string) => Writer | undefined,
  beforeCommit: BeforeCommit,
): Promise<Applied> {
  if (changes.length === 0) {
    beforeCommit([], [], [])
    return { committed: true, outcomes: [] }
  }
  const tasks = plan(changes, writerOf)
  if (!Array.isArray(tasks)) return { committed: false, problem: tasks }
  const db = await database.writing()
  requireCurrent(database)
  const transaction = await or(database, db.startTransaction().setAccessMode('read write').execute())
  try {
    const problem = await or(database, writeAll(transaction, tasks))
    if (problem !== undefined) {
      await or(database, transaction.rollback().execute())
      return { committed: false, problem }
    }
    const outcomes = tasks.map(outcomeOf)
    beforeCommit(tasks.map(({ previous }) => previous), outcomes, tasks.map(({ rest }) => rest))
    requireCurrent(database)
    await or(database, transaction.commit().execute())
    // Replaced while it was committed: the rows went with the file that was here.
    requireCurrent(database)
    return { committed: true, outcomes }
  } catch (error) {
    if (!transaction.isCommitted && !transaction.isRolledBack) await transaction.rollback().execute()
    throw error
  }
}

/** What the database reports, as an error that names the store. */
async function or<T>({ path, isCurrent }: Database, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    // SQLite calls it read-only.
    throw isCurrent() ? unwritable(path, error) : replaced(path, 'write', error)
  }
}

/** Rows in a file that nobody else can open would be lost. */
function requireCurrent({ path, isCurrent }: Database): void {
  if (!isCurrent()) throw replaced(path, 'write')
}

function plan(changes: readonly Change[], writerOf: (collection: string) => Writer | undefined): Task[] | Problem {
  const writers = new Map<string, Writer>()
  const tasks: Task[] = []
  for (const change of changes) {
    const { collection } = change
    const writer = writers.get(collection) ?? writerOf(collection)
    if (writer === undefined) {
      // History remembers rows for longer than the configuration may name their collection.
      const state = `the store has no collection ${JSON.stringify(collection)} any more. Give it that collection again`
      return writeProblem({ collection, keyNames: [] }, change, 'row-refused', state)
    }
    writers.set(collection, writer)
    tasks.push({ change, writer, previous: undefined, created: false, rest: undefined, state: 'write', digest: undefined })
  }
  return tasks
}

async function writeAll(db: Kysely<unknown>, tasks: readonly Task[]): Promise<Problem | undefined> {
  const found = await eachHeld(db, tasks, compare)
  if (found !== undefined) return found
  const pending = tasks.filter(({ state }) => state === 'write')
  for (const task of pending.filter(isDeletion)) {
    const problem = await write(db, task)
    if (problem !== undefined) return problem
  }
  for (const task of pending) {
    const problem = isDeletion(task) ? undefined : await write(db, task)
    if (problem !== undefined) return problem
  }
  return eachHeld(db, pending, verify)
}

function isDeletion({ change }: Task): boolean {
  return change.content === undefined
}

/** Asks what the rows hold, many at once, and stops at the first problem. */
async function eachHeld(
  db: Kysely<unknown>,
  tasks: readonly Task[],
  look: (task: Task, held: Held) => Problem | undefined,
): Promise<Problem | undefined> {
  for (const [writer, all] of Map.groupBy(tasks, (task) => task.writer)) {
    for (let start = 0; start < all.length; start += CHUNK) {
      const some = all.slice(start, start + CHUNK)
      const held = await writer.current(db, some.map(({ change }) => change))
      for (const [index, task] of some.entries()) {
        const problem = look(task, held[index])
        if (problem !== undefined) return problem
      }
    }
  }
  return undefined
}

/** Decides whether the change is to be written. */
function compare(task: Task, held: Held): Problem | undefined {
  const { change, writer } = task
  if (isProblem(held)) return held
  const asked = change.content === undefined ? undefined : writer.asked(change)
  if (isProblem(asked)) return asked
  task.previous = held
  const isInherited = held !== undefined && writer.isInherited?.(change) === true
  task.created = isInherited && change.content !== undefined
  const digest = held === undefined ? undefined : digestOf(held)
  if (sameContent(held, asked) && !(isInherited && change.rest !== undefined)) {
    task.state = 'kept'
    task.digest = digest
  } else if (digest !== change.expected) task.state = 'changed'
  return undefined
}

async function write(db: Kysely<unknown>, task: Task): Promise<Problem | undefined> {
  const { change, writer, previous } = task
  try {
    if (isDeletion(task)) task.rest = await writer.rest(db, change)
    return await writer.write(db, change, previous)
  } catch (error) {
    const state = refusal(error)
    if (state === undefined) throw error
    return writeProblem(writer.shape, change, 'row-refused', `the database refused it: ${state}`)
  }
}

/** Compares what the row holds now with what was asked for. After a deletion another row may show: the one it had hidden. */
function verify(task: Task, held: Held): Problem | undefined {
  const { change, writer } = task
  if (isProblem(held)) return writeProblem(writer.shape, change, 'not-stored', `afterwards it cannot be read. ${held.message}`)
  const asked = change.content === undefined ? undefined : writer.asked(change)
  if (isProblem(asked)) return asked
  if (asked !== undefined && !sameContent(held, asked)) {
    const state = `${difference(asked, held)}. Look for a trigger or a column type that changes it`
    return writeProblem(writer.shape, change, 'not-stored', state)
  }
  task.state = 'written'
  task.digest = held === undefined ? undefined : digestOf(held)
  return undefined
}

function difference(asked: Row['content'], held: Row['content'] | undefined): string {
  if (held === undefined) return 'afterwards no row has this key'
  const [wanted, size] = [sizeOf(asked), sizeOf(held)]
  return size === wanted ? `afterwards the row holds ${size} other bytes` : `afterwards the row holds ${size} bytes instead of ${wanted}`
}

function isProblem(held: Held): held is Problem {
  return typeof held === 'object' && !(held instanceof Uint8Array)
}

function outcomeOf({ state, digest, created }: Task): Outcome {
  if (state === 'changed') return { kind: 'changed' }
  const written = state === 'written'
  return { kind: 'done', digest, written, ...(written && created && { created }) }
}
