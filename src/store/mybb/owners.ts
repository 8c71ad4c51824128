import { sql, type Kysely } from 'kysely'
import type { KeyValue } from '../row.ts'
import { keyText } from '../texts.ts'

/** A template set or a theme: what its files' directory is named after. */
export interface Owner {
  readonly id: number
  readonly title: KeyValue
  /** What a key calls it: the title, with the id where another owner has the same title. */
  readonly label: KeyValue
}

/** Ids of rows by their title, ascending. There are several where the board has a title twice. */
export type Titles = ReadonlyMap<KeyValue, readonly number[]>

/** Where a table keeps what `readOwners` and `readOwned` look for. */
export interface Columns {
  readonly table: string
  readonly id: string
  readonly title: string
}

/** Reads template sets or themes, in the order of their ids. */
export async function readOwners(db: Kysely<unknown>, { table, id, title }: Columns): Promise<Owner[]> {
  const { rows } = await sql<{ id: number; title: KeyValue }>`
    select ${sql.id(id)} as id, ${keyText(sql.id(title))} as title from ${sql.id(table)} order by 1`.execute(db)
  const uses = new Map<KeyValue, number>()
  for (const row of rows) uses.set(row.title, (uses.get(row.title) ?? 0) + 1)
  return rows.map((row) => {
    // Files of equal titles collide; a message about that has to tell the owners apart.
    const twin = typeof row.title === 'string' && uses.get(row.title)! > 1
    return { ...row, label: twin ? `${row.title} (${id} ${row.id})` : row.title }
  })
}

/** Reads the titles that each owner has itself, without the contents. */
export async function readOwned(
  db: Kysely<unknown>,
  { table, id, title }: Columns,
  owner: string,
): Promise<ReadonlyMap<number, Titles>> {
  const { rows } = await sql<{ id: number; title: KeyValue; owner: number }>`
    select ${sql.id(id)} as id, ${keyText(sql.id(title))} as title, ${sql.id(owner)} as owner
    from ${sql.id(table)} order by 1`.execute(db)
  const owned = new Map<number, Map<KeyValue, number[]>>()
  for (const row of rows) {
    let titles = owned.get(row.owner)
    if (titles === undefined) owned.set(row.owner, (titles = new Map()))
    const ids = titles.get(row.title)
    if (ids === undefined) titles.set(row.title, [row.id])
    else ids.push(row.id)
  }
  return owned
}
