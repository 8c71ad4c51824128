import { sql, type Kysely } from 'kysely'
import type { Problem, Row, RowKey } from '../../types.ts'
import { placeRow, rowProblem, type KeyValue, type RowShape } from '../row.ts'
import { CHUNK_SIZE } from '../snapshot.ts'
import type { Chunk } from '../store.ts'
import type { Texts } from '../texts.ts'

/** Where the contents of a collection are. */
export interface ContentSource extends RowShape {
  readonly table: string
  readonly id: string
  readonly content: string
}

/** One thing that the board shows, and the database row it comes from. */
interface Shown {
  readonly key: RowKey
  readonly path: string
  /** In ascending order; more than one where the board cannot tell them apart. */
  readonly ids: readonly number[]
}

/** All that a board shows of one collection; the contents are still in the database. */
export class Plan {
  readonly #source: ContentSource
  readonly #shown: Shown[] = []
  readonly #problems: Problem[] = []

  constructor(source: ContentSource) {
    this.#source = source
  }

  get size(): number {
    return this.#shown.length + this.#problems.length
  }

  add(key: readonly KeyValue[], values: readonly KeyValue[], ids: readonly number[]): void {
    const path = placeRow(this.#source, key, values)
    if (typeof path === 'string') this.#shown.push({ key: key as RowKey, path, ids })
    else this.#problems.push(path)
  }

  /** Yields the rows in the order of their paths, so that one directory's rows travel together. */
  async *read(db: Kysely<unknown>, texts: Texts): AsyncGenerator<Chunk> {
    if (this.#problems.length > 0) yield { rows: [], problems: this.#problems }
    this.#shown.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    for (let start = 0; start < this.#shown.length; start += CHUNK_SIZE) {
      const shown = this.#shown.slice(start, start + CHUNK_SIZE)
      const contents = await readContents(db, this.#source, texts, shown.flatMap(({ ids }) => ids))
      yield makeChunk(this.#source, shown, contents)
    }
  }
}

type Contents = ReadonlyMap<number, Row['content']>

function makeChunk(source: ContentSource, shown: readonly Shown[], contents: Contents): Chunk {
  const rows: Row[] = []
  const problems: Problem[] = []
  for (const { key, path, ids } of shown) {
    const [content, ...others] = ids.map((id) => contents.get(id) ?? '')
    if (content !== undefined && others.every((other) => equal(content, other))) {
      rows.push({ collection: source.collection, key, path, content })
    } else {
      const named = ids.map((id) => `${source.id} ${id}`).join(' and ')
      const state = `${named} in ${source.table} differ, and the board may show either. Delete all but one`
      problems.push(rowProblem(source, key, 'duplicate-row', path, state))
    }
  }
  return { rows, problems }
}

/** The contents by id, and again as bytes where a text did not arrive whole. */
async function readContents(
  db: Kysely<unknown>,
  { table, id, content }: ContentSource,
  texts: Texts,
  ids: readonly number[],
): Promise<Contents> {
  const body = sql.id(content)
  const from = (some: readonly number[]) => sql`from ${sql.id(table)} where ${sql.id(id)} in (${sql.join(some)})`
  const { rows } = await sql<{ id: number; content: string | Uint8Array; octets: number }>`
    select ${sql.id(id)} as id, ${body} as content, octet_length(${body}) as octets ${from(ids)}`.execute(db)
  const contents = new Map(rows.map((row) => [row.id, row.content]))
  const broken = rows.filter((row) => typeof row.content === 'string' && !texts.isWhole(row.content, row.octets))
  if (broken.length > 0) {
    const again = await sql<{ id: number; bytes: Uint8Array }>`
      select ${sql.id(id)} as id, cast(${body} as blob) as bytes ${from(broken.map((row) => row.id))}`.execute(db)
    for (const row of again.rows) contents.set(row.id, texts.decode(row.bytes))
  }
  return contents
}

function equal(a: Row['content'], b: Row['content']): boolean {
  return typeof a === 'string' || typeof b === 'string' ? a === b : Buffer.compare(a, b) === 0
}
