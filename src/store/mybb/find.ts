import type { Kysely } from 'kysely'
import { rowProblem } from '../row.ts'
import type { Finding } from '../store.ts'
import type { Texts } from '../texts.ts'
import type { BoardCollection } from './collection.ts'
import { readContents } from './contents.ts'
import { rowOf, type Shown, type Spot } from './plan.ts'

/** Paths that are looked up together: each look at the titles goes through a whole table, which has no index of them. */
const TOGETHER = 256

/** What the board has at each of these paths, in their order. */
export async function findPaths(
  db: Kysely<unknown>,
  texts: Texts,
  collections: readonly BoardCollection[],
  paths: readonly string[],
): Promise<Finding[]> {
  const findings = new Map<string, Finding>()
  for (const collection of collections) {
    const placed = paths.filter((path) => collection.pattern.parse(path) !== undefined)
    for (let start = 0; start < placed.length; start += TOGETHER) {
      const some = placed.slice(start, start + TOGETHER)
      const found = await findSome(db, texts, collection, some)
      some.forEach((path, index) => findings.set(path, found[index]!))
    }
  }
  return paths.map((path) => findings.get(path) ?? { kind: 'unknown' })
}

async function findSome(
  db: Kysely<unknown>,
  texts: Texts,
  collection: BoardCollection,
  paths: readonly string[],
): Promise<readonly Finding[]> {
  const found = await locate(db, collection, paths)
  const ids = [...new Set(found.flatMap((one) => ('ids' in one ? one.ids : [])))]
  const contents = await readContents(db, collection, texts, ids)
  // A row that another program deleted between the two queries was never empty.
  if (contents.size < ids.length) return findSome(db, texts, collection, paths)
  return found.map((one, index): Finding => {
    if (!('ids' in one)) return findingOf(collection, paths[index]!, one)
    const row = rowOf(collection, one, contents)
    return 'code' in row ? { kind: 'problem', problem: row } : { kind: 'row', row }
  })
}

/** What is shown at these paths of the collection, without the contents. */
export async function locate(
  db: Kysely<unknown>,
  collection: BoardCollection,
  paths: readonly string[],
): Promise<(Shown | Spot)[]> {
  const titles = new Set(paths.flatMap((path) => collection.pattern.parse(path)?.at(-1) ?? []))
  const plan = await collection.plan(db, [...titles])
  return paths.map((path) => plan.at(path))
}

function findingOf(collection: BoardCollection, path: string, spot: Spot): Finding {
  if (spot.kind !== 'vacant') return spot
  const { key } = spot
  // A text with a NUL is read as bytes, and half a pair is stored as U+FFFD: such a row would not come back under its path.
  if (key.every((value) => !value.includes('\0') && value.isWellFormed())) {
    return { kind: 'vacant', collection: collection.collection, key, binary: false, structured: false }
  }
  const state = 'no row can be named after it, because it holds a NUL or an incomplete character. Rename the file'
  return { kind: 'problem', problem: rowProblem(collection, key, 'unsupported-key', path, state) }
}
