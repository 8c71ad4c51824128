import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { Language } from '../language.ts'
import type { Source } from './source.ts'

/** How a value gets into a statement: as it is bound, or bytes as a text. */
export type Binding = 'itself' | 'text'

/**
 * The texts of the statements that write one row; each is compiled once. Their parameters, in this order: the key (of an insert, as far as it is of the
 * table), a value for each binding, a value for each column to set, except those to increment, those that are added (of an insert), and the key as `keyParameters` gives it.
 */
export interface Statements {
  insert(db: Kysely<unknown>, contents: readonly Binding[]): string
  /** `undefined` for a content column that stays as it is. */
  update(db: Kysely<unknown>, contents: readonly (Binding | undefined)[]): string
  remove(db: Kysely<unknown>): string
}

export function statementsFor(source: Source, language: Language): Statements {
  const texts = new Map<string, string>()
  const table = language.table(source.table.name)

  function compiled(db: Kysely<unknown>, name: string, build: () => RawBuilder<unknown>): string {
    let text = texts.get(name)
    if (text === undefined) texts.set(name, (text = build().compile(db).sql))
    return text
  }

  function bound(index: number, binding: Binding): RawBuilder<unknown> {
    return language.parameter(source.contents[index]!, binding === 'text')
  }

  function insert(contents: readonly Binding[]): RawBuilder<unknown> {
    const keys = source.own.map((index) => source.keys[index]!)
    const others = [...source.set, ...source.added]
    const columns = [...keys, ...source.contents, ...others.map(([column]) => column)]
    const set = others.map(([column, value]) => (value === 'increment' ? sql`1` : language.parameter(column, false)))
    const values = [...keys.map((key) => language.parameter(key, false)), ...contents.map((binding, index) => bound(index, binding)), ...set]
    return sql`insert ${language.orAbort} into ${table} (${sql.join(columns.map(({ name }) => sql.id(name)))}) values (${sql.join(values)})`
  }

  function update(contents: readonly (Binding | undefined)[]): RawBuilder<unknown> {
    const changed = contents.flatMap((binding, index) =>
      binding === undefined ? [] : [sql`${sql.id(source.contents[index]!.name)} = ${bound(index, binding)}`])
    const set = settings(source, language)
    return sql`update ${language.orAbort} ${table} set ${sql.join([...changed, ...set])} where ${thisRow(source, language)}`
  }

  return {
    insert: (db, contents) => compiled(db, `insert ${contents.join()}`, () => insert(contents)),
    update: (db, contents) => compiled(db, `update ${contents.join()}`, () => update(contents)),
    remove: (db) => compiled(db, 'delete', () => sql`delete from ${table} where ${thisRow(source, language)}`),
  }
}

/** What an update does to the columns to set. */
export function settings({ set }: Source, language: Language): RawBuilder<unknown>[] {
  return set.map(([column, value]) => {
    const name = sql.id(column.name)
    return value === 'increment' ? sql`${name} = coalesce(${name}, 0) + 1` : sql`${name} = ${language.parameter(column, false)}`
  })
}

/** The condition that names a row; its parameters are those of `keyParameters`. */
export function thisRow({ identity }: Source, language: Language): RawBuilder<unknown> {
  return sql.join(identity.map((column) => language.isExactly({ column, expression: sql.id(column.name) })), sql` and `)
}

/** The parameters that name a row to `thisRow`. */
export function keyParameters<T>(key: readonly T[]): T[] {
  return key.flatMap((value) => [value, value])
}
