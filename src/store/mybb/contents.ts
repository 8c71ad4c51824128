import { sql, type Kysely } from 'kysely'
import type { Row } from '../../types.ts'
import type { RowShape } from '../row.ts'
import type { Texts } from '../texts.ts'

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
  texts: Texts,
  ids: readonly number[],
): Promise<Contents> {
  if (ids.length === 0) return new Map()
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
