import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Row } from '../../types.ts'
import type { Database } from '../database.ts'
import type { RowShape } from '../row.ts'

/** Where the contents of a collection are. */
export interface ContentSource extends RowShape {
  readonly table: string
  readonly id: string
  readonly title: string
  readonly content: string
  /** The column that says which template set or theme a row belongs to. */
  readonly holder: string
}

/** Contents by the id of their row. */
export type Contents = ReadonlyMap<number, Row['content']>

/** Reads the contents of these rows, and again as bytes where a text did not arrive whole. */
export async function readContents(
  db: Kysely<unknown>,
  { table, id, content }: ContentSource,
  { language, texts }: Pick<Database, 'language' | 'texts'>,
  ids: readonly number[],
  lock: RawBuilder<unknown> = sql``,
): Promise<Contents> {
  if (ids.length === 0) return new Map()
  const body = sql.id(content)
  const from = (some: readonly number[]) => sql`from ${sql.id(table)} where ${sql.id(id)} in (${sql.join(some)}) ${lock}`
  const { rows } = await sql<{ id: number | string; content: string | Uint8Array; proof: unknown }>`
    select ${sql.id(id)} as id, ${body} as content, ${language.proof(body)} as proof ${from(ids)}`.execute(db)
  const contents = new Map(rows.map((row) => [Number(row.id), row.content]))
  const broken = rows.filter((row) => typeof row.content === 'string' && !texts.isWhole(row.content, row.proof))
  if (broken.length > 0) {
    const again = await sql<{ id: number; bytes: Uint8Array }>`
      select ${sql.id(id)} as id, ${language.bytes(body)} as bytes ${from(broken.map((row) => Number(row.id)))}`.execute(db)
    for (const row of again.rows) contents.set(row.id, texts.decode(row.bytes))
  }
  return contents
}
