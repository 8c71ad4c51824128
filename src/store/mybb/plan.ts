import type { Kysely } from 'kysely'
import type { Problem, Row, RowKey } from '../../types.ts'
import { sameContent } from '../content.ts'
import type { Database } from '../database.ts'
import { placeRow, rowProblem, type KeyValue } from '../row.ts'
import { CHUNK_SIZE } from '../snapshot.ts'
import type { Chunk } from '../store.ts'
import { readContents, type Contents, type ContentSource } from './contents.ts'
import type { Holding, Owner } from './owners.ts'

/** One thing that the board shows, and the database rows it comes from. */
export interface Shown extends Holding {
  readonly key: RowKey
  readonly path: string
  /** The template set or theme that shows it; it inherits the rows where it is not their holder. */
  readonly owner: number
}

/** What a path that nothing shown has may become. */
export type Spot =
  | { readonly kind: 'vacant'; readonly key: RowKey; readonly owner: number }
  | { readonly kind: 'misplaced'; readonly belongs: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** All that a board shows of one collection; the contents are still in the database. */
export class Plan {
  readonly #source: ContentSource
  readonly #spotAt: (path: string) => Spot
  readonly #shown: Shown[] = []
  readonly #problems: Problem[] = []
  #byPath: Map<string, Shown | Problem> | undefined

  constructor(source: ContentSource, spotAt: (path: string) => Spot) {
    this.#source = source
    this.#spotAt = spotAt
  }

  get size(): number {
    return this.#shown.length + this.#problems.length
  }

  add(owner: Owner, title: KeyValue, values: readonly KeyValue[], { ids, holder }: Holding): void {
    const key = [owner.label, title]
    const path = placeRow(this.#source, key, values)
    if (typeof path === 'string') this.#shown.push({ key: key as RowKey, path, owner: owner.id, ids, holder })
    else this.#problems.push(path)
  }

  /** What is at a path. Of two rows with one path it is the one that is read first. */
  at(path: string): Shown | Spot {
    this.#byPath ??= new Map([...this.#problems, ...this.#shown.toReversed()].map((one) => [one.path, one]))
    const found = this.#byPath.get(path)
    if (found === undefined) return this.#spotAt(path)
    return 'code' in found ? { kind: 'problem', problem: found } : found
  }

  /** Yields the rows in the order of their paths, so that one directory's rows travel together. */
  async *read(db: Kysely<unknown>, database: Pick<Database, 'language' | 'texts'>): AsyncGenerator<Chunk> {
    if (this.#problems.length > 0) yield { rows: [], problems: this.#problems }
    this.#shown.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    for (let start = 0; start < this.#shown.length; start += CHUNK_SIZE) {
      const shown = this.#shown.slice(start, start + CHUNK_SIZE)
      const contents = await readContents(db, this.#source, database, shown.flatMap(({ ids }) => ids))
      yield makeChunk(this.#source, shown, contents)
    }
  }
}

function makeChunk(source: ContentSource, shown: readonly Shown[], contents: Contents): Chunk {
  const rows: Row[] = []
  const problems: Problem[] = []
  for (const one of shown) {
    const row = rowOf(source, one, contents)
    if ('code' in row) problems.push(row)
    else rows.push(row)
  }
  return { rows, problems }
}

/** The row of what is shown, or why it cannot become a file. */
export function rowOf(source: ContentSource, { key, path, ids }: Shown, contents: Contents): Row | Problem {
  const [content = '', ...others] = ids.map((id) => contents.get(id) ?? '')
  if (others.every((other) => sameContent(content, other))) return { collection: source.collection, key, path, content }
  const named = ids.map((id) => `${source.id} ${id}`).join(' and ')
  const state = `${named} in ${source.table} differ, and the board may show either. Delete all but one`
  return rowProblem(source, key, 'duplicate-row', path, state)
}
