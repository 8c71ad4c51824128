import type { Kysely, RawBuilder } from 'kysely'
import type { Row, RowKey } from '../../types.ts'
import type { Database } from '../database.ts'
import { rowProblem } from '../row.ts'
import type { Finding } from '../store.ts'
import type { BoardCollection } from './collection.ts'
import { readContents } from './contents.ts'
import { rowOf, type Plan, type Shown, type Spot } from './plan.ts'

/** More titles than these are not asked for by name: the table has no index of them, and so it is read whole in any case. */
const MANY = 1000

/** Paths whose contents are in memory at once. */
const TOGETHER = 256

/** What the board has at each of these paths, in their order. */
export async function findPaths(db: Kysely<unknown>, database: Database, collection: BoardCollection, paths: readonly string[]): Promise<Finding[]> {
  const findings: Finding[] = []
  const plan = await collection.plan(db, { titles: paths.length > MANY ? undefined : titlesOf(collection, paths) })
  for (let start = 0; start < paths.length; start += TOGETHER) {
    const some = paths.slice(start, start + TOGETHER)
    const located = await locate(db, database, collection, plan, some)
    for (const [index, path] of some.entries()) findings.push(findingOf(collection, path, located[index]!))
  }
  return findings
}

/** The titles, or the names of stylesheets, in these paths; the patterns end with them. */
export function titlesOf({ pattern }: BoardCollection, paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => pattern.parse(path)?.at(-1) ?? []))]
}

/** What is at a path: also which rows of the database a row comes from. */
export type Located = Spot | { readonly kind: 'row'; readonly row: Row; readonly shown: Shown }

/** What the collection has at each of these paths. */
export async function locate(
  db: Kysely<unknown>,
  database: Pick<Database, 'language' | 'texts'>,
  collection: BoardCollection,
  plan: Plan,
  paths: readonly string[],
  lock?: RawBuilder<unknown>,
): Promise<Located[]> {
  const found = paths.map((path) => plan.at(path))
  const contents = await readContents(db, collection, database, found.flatMap((one) => ('ids' in one ? one.ids : [])), lock)
  return found.map((one): Located => {
    if (!('ids' in one)) return one
    const row = rowOf(collection, one, contents)
    return 'code' in row ? { kind: 'problem', problem: row } : { kind: 'row', row, shown: one }
  })
}

function findingOf(collection: BoardCollection, path: string, located: Located): Finding {
  if (located.kind === 'row') return { kind: 'row', row: located.row }
  return located.kind === 'vacant' ? vacancy(collection, path, located.key) : located
}

function vacancy(collection: BoardCollection, path: string, key: RowKey): Finding {
  // A text with a NUL is read as bytes, and half a pair is stored as U+FFFD: such a row would not come back under its path.
  if (key.every((value) => !value.includes('\0') && value.isWellFormed())) {
    return { kind: 'vacant', collection: collection.collection, key, binary: false, structured: false }
  }
  const state = 'no row can be named after it, because it holds a NUL or an incomplete character. Rename the file'
  return { kind: 'problem', problem: rowProblem(collection, key, 'unsupported-key', path, state) }
}
