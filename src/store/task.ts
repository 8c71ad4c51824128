import type { Kysely } from 'kysely'
import { digestOf } from '../digest.ts'
import type { Problem, Row } from '../types.ts'
import { sameContent, sizeOf } from './content.ts'
import type { Failures } from './database.ts'
import { writeProblem } from './row.ts'
import type { Change, Outcome } from './store.ts'
import type { Held, Writer } from './writer.ts'

/** Changes of which `current` is asked at once. */
const CHUNK = 1_024

/** One change on its way. */
export interface Task {
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

/** A task for each change, or why there can be none. */
export function tasksOf(changes: readonly Change[], writerOf: (collection: string) => Writer | undefined): Task[] | Problem {
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

export function isDeletion({ change }: Task): boolean {
  return change.content === undefined
}

/** Tasks by their writer, in the order of their first one. */
export function byWriter(tasks: readonly Task[]): Map<Writer, Task[]> {
  return Map.groupBy(tasks, ({ writer }) => writer)
}

/** Asks what the rows hold, many at once, and stops at the first problem, unless `look` takes it. */
export async function eachHeld(
  db: Kysely<unknown>,
  tasks: readonly Task[],
  look: (task: Task, held: Held) => Problem | undefined,
): Promise<Problem | undefined> {
  for (const [writer, all] of byWriter(tasks)) {
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
export function compare(task: Task, held: Held): Problem | undefined {
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

/** Writes changes of one writer; what the database refuses of them is one's problem. */
export async function write(failures: Failures, db: Kysely<unknown>, writer: Writer, changes: readonly Change[]): Promise<Problem | undefined> {
  try {
    return await writer.write(db, changes)
  } catch (error) {
    return refusedBy(failures, error, writer, changes[0]!)
  }
}

/** The problem of a change that the database refused; where the whole store is concerned it throws what was reported. */
export function refusedBy(failures: Failures, error: unknown, { shape }: Writer, change: Change): Problem {
  const state = failures.refusal(error)
  if (state === undefined) throw error
  return writeProblem(shape, change, 'row-refused', `the database refused it: ${state}`)
}

/** Compares what the row holds now with what was asked for. After a deletion another row may show: the one it had hidden. */
export function verify(task: Task, held: Held): Problem | undefined {
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

export function outcomeOf({ state, digest, created }: Task): Outcome {
  if (state === 'changed') return { kind: 'changed' }
  const written = state === 'written'
  return { kind: 'done', digest, written, ...(written && created && { created }) }
}

/** What is to be done beside the database, now that the rows are written. */
export async function afterwards(tasks: readonly Task[]): Promise<{ readonly problems?: readonly Problem[] }> {
  const problems: Problem[] = []
  for (const writer of byWriter(tasks).keys()) problems.push(...((await writer.committed?.()) ?? []))
  return problems.length === 0 ? {} : { problems }
}

export function isProblem(held: Held): held is Problem {
  return typeof held === 'object' && !(held instanceof Uint8Array)
}

function difference(asked: Row['content'], held: Row['content'] | undefined): string {
  if (held === undefined) return 'afterwards no row has this key'
  const [wanted, size] = [sizeOf(asked), sizeOf(held)]
  return size === wanted ? `afterwards the row holds ${size} other bytes` : `afterwards the row holds ${size} bytes instead of ${wanted}`
}
