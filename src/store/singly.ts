import type { Kysely } from 'kysely'
import { digestOf } from '../digest.ts'
import type { Problem } from '../types.ts'
import { sameContent } from './content.ts'
import type { Database } from './database.ts'
import { writeProblem } from './row.ts'
import type { Applied, BeforeCommit, Outcome } from './store.ts'
import { afterwards, byWriter, compare, eachHeld, isDeletion, isProblem, outcomeOf, type Task, verify, write } from './task.ts'
import type { Writer } from './writer.ts'

/**
 * Writes a batch where the database cannot take back what it wrote: while everybody else is kept from the tables, the rows are compared all at once, then
 * written and read back one by one. What fails is told of each, and does not hold up the others.
 *
 * @param course takes the cause of what is thrown: then nothing was written, and it may be tried again
 * @throws {RowtreeError} what keeps it from writing the first row, and whatever `beforeCommit` throws
 */
export async function applySingly(
  database: Database,
  tables: readonly string[],
  tasks: readonly Task[],
  beforeCommit: BeforeCommit,
  course: { cause?: unknown } = {},
): Promise<Applied> {
  const problems = new Map<Task, Problem>()
  const unfinished = new Map<Writer, Problem | undefined>()
  const begun: Task[] = []
  /** Rows that failed and hold what they held. */
  const untouched = new Set<Task>()
  for (const [writer, some] of byWriter(tasks)) await writer.prepare?.(some.map(({ change }) => change))
  let told = true
  try {
    await database.exclusively!(tables, async (db) => {
      await eachHeld(db, tasks, (task, held) => {
        const problem = compare(task, held)
        if (problem !== undefined) problems.set(task, problem)
        return undefined
      })
      const pending = tasks.filter((task) => task.state === 'write' && !problems.has(task))
      await foresee(db, pending)
      const outcomes = tasks.map((task) => foreseen(task, problems.get(task)))
      told = false
      beforeCommit(tasks.map(({ previous }) => previous), outcomes, tasks.map(({ rest }) => rest))
      told = true
      const order = [...pending.filter(isDeletion), ...pending.filter((task) => !isDeletion(task))]
      for (const task of order) {
        if (task.writer.finish !== undefined) unfinished.set(task.writer, undefined)
        begun.push(task)
        await writeOne(database, db, task, problems, untouched)
      }
      for (const writer of unfinished.keys()) {
        const problem = await writer.finish!(db)
        if (problem === undefined) unfinished.delete(writer)
        else unfinished.set(writer, problem)
      }
    })
  } catch (error) {
    // What the caller throws is its own.
    if (!told) throw error
    if (begun.length === 0) {
      course.cause = error
      throw database.failures.unwritable(error)
    }
    for (const task of tasks.filter((one) => one.state === 'write' && !problems.has(one))) {
      problems.set(task, unwritten(database, task, error))
      untouched.add(task)
    }
  }
  const { problems: others = [] } = await afterwards(tasks)
  const all = [...stale(unfinished, begun.filter((task) => !untouched.has(task))), ...others]
  return { committed: true, outcomes: tasks.map((task) => outcomeWith(task, problems.get(task), untouched.has(task))), ...(all.length > 0 && { problems: all }) }
}

/** Rows that are written, but not what follows from them. */
function stale(unfinished: ReadonlyMap<Writer, Problem | undefined>, touched: readonly Task[]): Problem[] {
  return [...unfinished].flatMap(([writer, problem]) => {
    const some = touched.filter((task) => task.writer === writer)
    const [first] = some
    if (first === undefined) return []
    const paths = some.map(({ change }) => change.path).join(', ')
    const why = problem?.message ?? 'The connection was lost before what follows from these rows was written'
    const message = `${why}. The board may not show this yet: ${paths}. When that is mended, change one of these files once more`
    return [{ path: first.change.path, code: 'cache-stale' as const, message }]
  })
}

/** What is kept of the rows before they are written. */
async function foresee(db: Kysely<unknown>, tasks: readonly Task[]): Promise<void> {
  for (const task of tasks) {
    const { writer, change } = task
    task.rest = isDeletion(task) ? await writer.rest(db, change) : await writer.taken?.(db, change)
    const then = isDeletion(task) ? await writer.revealed?.(db, change) : writer.asked(change)
    task.digest = then === undefined || (typeof then === 'object' && 'code' in then) ? undefined : digestOf(then)
  }
}

function foreseen(task: Task, problem: Problem | undefined): Outcome {
  if (problem !== undefined) return { kind: 'failed', problem }
  return task.state === 'write' ? outcomeOf({ ...task, state: 'written' }) : outcomeOf(task)
}

async function writeOne(database: Database, db: Kysely<unknown>, task: Task, problems: Map<Task, Problem>, untouched: Set<Task>): Promise<void> {
  const { writer, change } = task
  try {
    const refused = await write(database.failures, db, writer, [change])
    const problem = refused ?? (await eachHeld(db, [task], verify))
    if (problem !== undefined) problems.set(task, problem)
    if (refused !== undefined && (await isAsBefore(db, task))) untouched.add(task)
  } catch (error) {
    const { message } = database.failures.unwritable(error)
    problems.set(task, writeProblem(writer.shape, change, 'write-failed', `nobody can tell whether it was written. ${message}`))
    throw error
  }
}

/** Whether a row that was refused holds what it held: a trigger may refuse it when it is written already. */
async function isAsBefore(db: Kysely<unknown>, task: Task): Promise<boolean> {
  let isSame = false
  await eachHeld(db, [task], ({ previous }, held) => {
    isSame = !isProblem(held) && sameContent(held, previous)
    return undefined
  })
  return isSame
}

function unwritten({ failures }: Database, { writer, change }: Task, error: unknown): Problem {
  return writeProblem(writer.shape, change, 'write-failed', `it was not reached. ${failures.unwritable(error).message}`)
}

function outcomeWith(task: Task, problem: Problem | undefined, untouched: boolean): Outcome {
  return problem === undefined ? outcomeOf(task) : { kind: 'failed', problem, ...(untouched && { untouched }) }
}
