import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Source } from './source.ts'

/** How a value gets into a statement: as it is bound, or bytes as a text. */
export type Binding = 'itself' | 'text'

/**
 * The texts of the statements that write one row; each is compiled once. Their parameters, in this order: the key (of an insert), a value for
 * each binding, a value for each column to set, except those to increment, and the key as `keyParameters` gives it.
 */
export interface Statements {
  insert(db: Kysely<unknown>, contents: readonly Binding[]): string
  /** `undefined` for a content column that stays as it is. */
  update(db: Kysely<unknown>, contents: readonly (Binding | undefined)[]): string
  remove(db: Kysely<unknown>): string
}

export function statementsFor(source: Source): Statements {
  const texts = new Map<string, string>()
  const table = sql.id(source.table)
  const parameter = sql`${null}`

  function compiled(db: Kysely<unknown>, name: string, build: () => RawBuilder<unknown>): string {
    let text = texts.get(name)
    if (text === undefined) texts.set(name, (text = build().compile(db).sql))
    return text
  }

  function bound(binding: Binding): RawBuilder<unknown> {
    return binding === 'text' ? sql`cast(${parameter} as text)` : parameter
  }

  // "or abort" overrides what a constraint of the table may say: no other row is replaced, and this one not left out.
  function insert(contents: readonly Binding[]): RawBuilder<unknown> {
    const columns = [...source.keys, ...source.contents, ...source.set.map(([column]) => column)]
    const set = source.set.map(([, value]) => (value === 'increment' ? sql`1` : parameter))
    const values = [...source.keys.map(() => parameter), ...contents.map(bound), ...set]
    return sql`insert or abort into ${table} (${sql.join(columns.map(({ name }) => sql.id(name)))}) values (${sql.join(values)})`
  }

  function update(contents: readonly (Binding | undefined)[]): RawBuilder<unknown> {
    const changed = contents.flatMap((binding, index) =>
      binding === undefined ? [] : [sql`${sql.id(source.contents[index]!.name)} = ${bound(binding)}`])
    const set = source.set.map(([{ name }, value]) =>
      value === 'increment' ? sql`${sql.id(name)} = coalesce(${sql.id(name)}, 0) + 1` : sql`${sql.id(name)} = ${parameter}`)
    return sql`update or abort ${table} set ${sql.join([...changed, ...set])} where ${thisRow(source)}`
  }

  return {
    insert: (db, contents) => compiled(db, `insert ${contents.join()}`, () => insert(contents)),
    update: (db, contents) => compiled(db, `update ${contents.join()}`, () => update(contents)),
    remove: (db) => compiled(db, 'delete', () => sql`delete from ${table} where ${thisRow(source)}`),
  }
}

/** The condition that names a row; its parameters are those of `keyParameters`. */
export function thisRow({ keys }: Source): RawBuilder<unknown> {
  const parameter = sql`${null}`
  // The index of the key serves the first comparison, whatever its collation; the second one is exact.
  return sql.join(
    keys.map(({ name }) => sql`${sql.id(name)} = ${parameter} and ${sql.id(name)} collate binary = ${parameter}`),
    sql` and `,
  )
}

/** The parameters that name a row to `thisRow`. */
export function keyParameters<T>(key: readonly T[]): T[] {
  return key.flatMap((value) => [value, value])
}
