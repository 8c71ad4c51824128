import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Columns } from './collection.ts'
import type { ContentSource } from './contents.ts'

type Table = Pick<ContentSource, 'table' | 'id'>

/** The condition that names one row; its value is the id. */
export function hasId({ table, id }: Table): RawBuilder<unknown> {
  return sql`${sql.id(table, id)} = ${null}`
}

/** Sets columns of these rows. Returns how many rows the database changed, like the other two. */
export async function updateRows(
  db: Kysely<unknown>,
  { table, id }: Table,
  ids: readonly number[],
  columns: Columns,
): Promise<bigint | undefined> {
  const values = Object.entries(columns).map(([name, value]) => sql`${sql.id(name)} = ${value}`)
  const done = await sql`update ${sql.id(table)} set ${sql.join(values)} where ${sql.id(id)} in (${sql.join(ids)})`.execute(db)
  return done.numAffectedRows
}

/** Adds a row, with an id that the database gives. */
export async function insertRow(db: Kysely<unknown>, { table }: Table, columns: Columns): Promise<bigint | undefined> {
  const names = Object.keys(columns).map((name) => sql.id(name))
  const done = await sql`insert into ${sql.id(table)} (${sql.join(names)}) values (${sql.join(Object.values(columns))})`.execute(db)
  return done.numAffectedRows
}

/** Deletes these rows. */
export async function deleteRows(db: Kysely<unknown>, { table, id }: Table, ids: readonly number[]): Promise<bigint | undefined> {
  const done = await sql`delete from ${sql.id(table)} where ${sql.id(id)} in (${sql.join(ids)})`.execute(db)
  return done.numAffectedRows
}
