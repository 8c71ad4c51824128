import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { Problem } from '../types.ts'
import type { Database } from './database.ts'
import { applySingly } from './singly.ts'
import type { Applied, BeforeCommit, Change } from './store.ts'
import { afterwards, byWriter, compare, eachHeld, isDeletion, outcomeOf, refusedBy, type Task, tasksOf, verify, write } from './task.ts'
import type { Writer } from './writer.ts'

/** What a batch may write to. */
export interface Ground {
  readonly tables: readonly string[]
  /** Whether all of them can take back what a transaction wrote. */
  readonly transactional: boolean
}

/** How often a batch that lost against another transaction, or its connection, is begun anew. */
const ATTEMPTS = 6

/** Milliseconds before the second attempt; each further one waits twice as long. */
const PAUSE = 10

/**
 * `Store.apply` for any preset: one transaction in which each row is compared with what is expected, written, read
 * back and compared with what was asked for. A row that already is as asked is not written. Deletions come first: a
 * new row may take the place of an old one. Where somebody else's transaction came in between, or the connection was lost, all of it is done again from
 * the comparison on: whatever became of the first attempt, the second one finds out.
 *
 * @param writerOf makes the writer of a collection, if there is such a one; called once for each and attempt
 * @throws {RowtreeError} `store-unwritable`, `store-locked`, `store-unreachable`, and whatever `beforeCommit` throws; nothing is changed then, unless the
 * connection was lost for good amid the commit
 */
export async function applyChanges(
  database: Database,
  ground: Ground,
  changes: readonly Change[],
  writerOf: (collection: string) => Writer | undefined,
  beforeCommit: BeforeCommit,
): Promise<Applied> {
  if (changes.length === 0) {
    beforeCommit([], [], [])
    return { committed: true, outcomes: [] }
  }
  let together = database.language.updateMany !== undefined
  let { transactional } = ground
  for (let attempt = 1; ; attempt++) {
    const tasks = tasksOf(changes, writerOf)
    if (!Array.isArray(tasks)) return { committed: false, problem: tasks }
    const course: Course = { together, refused: false }
    try {
      if (!transactional) return await applySingly(database, ground.tables, tasks, beforeCommit, course)
      const applied = await applyTogether(database, ground.tables, tasks, beforeCommit, course)
      if (!(course.refused && together)) return applied
      // One by one it is known which row was refused; and one that somebody else made meanwhile is seen.
      together = false
    } catch (error) {
      if (course.cause instanceof NotTransactional) {
        transactional = false
        continue
      }
      const isPassing = 'cause' in course && (database.failures.isRace(course.cause) || database.failures.isLost(course.cause))
      if (!isPassing || attempt === ATTEMPTS) throw error
      await delay(PAUSE * 2 ** (attempt - 1))
    }
  }
}

/** How an attempt goes. */
interface Course {
  /** Whether many rows are written by one statement, which is faster where each statement is a journey. */
  readonly together: boolean
  /** A row was refused while it was written. */
  refused: boolean
  /** What the database reported, where that is why it throws. */
  cause?: unknown
}

/** A table got another engine since the store was opened: what is written to it cannot be taken back any more. */
class NotTransactional extends Error {}

async function applyTogether(database: Database, tables: readonly string[], tasks: readonly Task[], beforeCommit: BeforeCommit, course: Course): Promise<Applied> {
  /** What the database reports, as an error that names the store. */
  async function or<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      course.cause = error
      throw database.failures.unwritable(error)
    }
  }

  for (const [writer, some] of byWriter(tasks)) await or(writer.prepare?.(some.map(({ change }) => change)) ?? Promise.resolve())
  const db = await database.writing()
  requireCurrent(database)
  const transaction = await or(db.startTransaction().setAccessMode('read write').execute())
  try {
    // What is read first fixes what the transaction sees.
    for (const [writer, some] of byWriter(tasks)) await or(writer.lock?.(transaction, some.map(({ change }) => change)) ?? Promise.resolve())
    const problem = await or(writeAll(database, transaction, tables, tasks, course))
    if (problem !== undefined) {
      await or(transaction.rollback().execute())
      return { committed: false, problem }
    }
    const outcomes = tasks.map(outcomeOf)
    beforeCommit(tasks.map(({ previous }) => previous), outcomes, tasks.map(({ rest }) => rest))
    requireCurrent(database)
    await or(transaction.commit().execute())
    // Replaced while it was committed: the rows went with the file that was here.
    requireCurrent(database)
    return { committed: true, outcomes, ...(await afterwards(tasks)) }
  } catch (error) {
    // The first error tells more than that of a connection which cannot roll back either.
    if (!transaction.isCommitted && !transaction.isRolledBack) await transaction.rollback().execute().catch(() => undefined)
    throw error
  }
}

/** Rows in a file that nobody else can open would be lost. */
function requireCurrent({ isCurrent, failures }: Database): void {
  if (!isCurrent()) throw failures.unwritable(new Error('it was closed, or cannot be looked at. Run it again'))
}

async function writeAll(database: Database, db: Kysely<unknown>, tables: readonly string[], tasks: readonly Task[], course: Course): Promise<Problem | undefined> {
  const found = await eachHeld(db, tasks, compare)
  if (found !== undefined) return found
  const pending = tasks.filter(({ state }) => state === 'write')
  // Not earlier: nobody can alter a table that the transaction has looked at.
  if (pending.length > 0 && (await database.isTransactional?.(db, tables)) === false) throw new NotTransactional('a table has no transactions any more')
  // All before the first is deleted: a foreign key may take others along.
  for (const task of pending.filter(isDeletion)) task.rest = await task.writer.rest(db, task.change)
  for (const task of pending.filter(isDeletion)) {
    const problem = await write(database.failures, db, task.writer, [task.change])
    course.refused = problem !== undefined
    if (problem !== undefined) return problem
  }
  for (const [writer, some] of byWriter(pending.filter((task) => !isDeletion(task)))) {
    if (writer.taken !== undefined) for (const task of some) task.rest = await writer.taken(db, task.change)
    const changes = some.map(({ change }) => change)
    for (const part of course.together ? [changes] : changes.map((change) => [change])) {
      const problem = await write(database.failures, db, writer, part)
      course.refused = problem !== undefined
      if (problem !== undefined) return problem
    }
  }
  for (const writer of byWriter(pending).keys()) {
    const problem = await writer.finish?.(db)
    if (problem !== undefined) return problem
  }
  // At the commit nobody could tell whose fault it is, and what a trigger changed then would not be read back.
  const problem = pending.length === 0 ? undefined : await settle(database, db, pending[0]!)
  if (problem !== undefined) return problem
  return eachHeld(db, pending, verify)
}

async function settle({ language, failures }: Database, db: Kysely<unknown>, { writer, change }: Task): Promise<Problem | undefined> {
  try {
    await language.settle?.execute(db)
    return undefined
  } catch (error) {
    return refusedBy(failures, error, writer, change)
  }
}
