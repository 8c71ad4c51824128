import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Column } from '../column.ts'
import type { Language } from '../language.ts'
import type { KeyValue } from '../row.ts'
import type { ContentSource } from './contents.ts'

/** A template set or a theme: what its files' directory is named after. */
export interface Owner {
  readonly id: number
  readonly title: KeyValue
  /** What a key calls it: the title, with the id where another owner has the same title. */
  readonly label: KeyValue
}

/** Rows of one title. */
export interface Holding {
  /** Ascending; several where the board has the title twice and cannot tell them apart. */
  readonly ids: readonly number[]
  /** The id of the template set or theme that the rows belong to. */
  readonly holder: number
}

/** Rows by their title. */
export type Titles = ReadonlyMap<KeyValue, Holding>

/** Where a table keeps template sets or themes. */
export interface OwnerColumns {
  readonly table: string
  readonly id: string
  readonly title: string
}

/** Reads template sets or themes, in the order of their ids. */
export async function readOwners(db: Kysely<unknown>, language: Language, { table, id, title }: OwnerColumns): Promise<Owner[]> {
  const { rows } = await sql<{ id: number | string; title: KeyValue }>`
    select ${sql.id(id)} as id, ${titleText(language, title)} as title from ${sql.id(table)} order by 1`.execute(db)
  const found = rows.map((row) => ({ id: Number(row.id), title: row.title }))
  const uses = new Map<KeyValue, number>()
  for (const row of found) uses.set(row.title, (uses.get(row.title) ?? 0) + 1)
  return found.map((row) => {
    // Files of equal titles collide; a message about that has to tell the owners apart.
    const twin = typeof row.title === 'string' && uses.get(row.title)! > 1
    return { ...row, label: twin ? `${row.title} (${id} ${row.id})` : row.title }
  })
}

/** How a board's rows are looked at. */
export interface Look {
  /** At least all that has one of these titles: the database may compare without regard to case, so there can be more. Default: all. */
  readonly titles?: readonly string[] | undefined
  /** Nobody changes what is found until the transaction ends. */
  readonly lock?: RawBuilder<unknown> | undefined
  /** As if the rows of these ids were not there. */
  readonly without?: readonly number[] | undefined
}

/** Reads the titles that each holder has itself, without the contents. */
export async function readOwned(
  db: Kysely<unknown>,
  language: Language,
  { table, id, title, holder }: ContentSource,
  { titles, lock = sql``, without = [] }: Look,
): Promise<ReadonlyMap<number, Titles>> {
  if (titles?.length === 0) return new Map()
  const some = titles === undefined ? sql`` : sql`where ${sql.id(title)} in (${sql.join(titles)})`
  const { rows } = await sql<{ id: number | string; title: KeyValue; holder: number | string }>`
    select ${sql.id(id)} as id, ${titleText(language, title)} as title, ${sql.id(holder)} as holder
    from ${sql.id(table)} ${some} order by 1 ${lock}`.execute(db)
  const owned = new Map<number, Map<KeyValue, { ids: number[]; holder: number }>>()
  for (const { title: name, ...row } of rows) {
    const [own, by] = [Number(row.id), Number(row.holder)]
    if (without.includes(own)) continue
    let held = owned.get(by)
    if (held === undefined) owned.set(by, (held = new Map()))
    const same = held.get(name)
    if (same === undefined) held.set(name, { ids: [own], holder: by })
    else same.ids.push(own)
  }
  return owned
}

/** Titles are texts, whatever SQLite may hold there. */
function titleText(language: Language, title: string): RawBuilder<unknown> {
  const column: Column = { name: title, kind: 'text', type: '' }
  return language.keyText({ column, expression: sql.id(title) })
}
