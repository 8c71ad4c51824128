import { sql, type RawBuilder } from 'kysely'
import { compilePattern } from '../../core/paths.ts'
import { RowtreeError } from '../../errors.ts'
import type { SetValue } from '../../types.ts'
import type { RowShape } from '../row.ts'
import type { Catalogue, Column, Table } from '../column.ts'
import type { Language, Reference } from '../language.ts'
import type { DerivedKey, Format, Literal, Mapping } from './mapping.ts'

/** A mapping, ready to be read and written. */
export interface Source extends RowShape {
  readonly table: Table
  readonly keys: readonly Column[]
  /** The same, in a query that calls the table `source`. */
  readonly references: readonly Reference[]
  /** The columns that name a row exactly to the database. */
  readonly identity: readonly Column[]
  /** Which keys are columns of the table, by index. */
  readonly own: readonly number[]
  /** The other ones. */
  readonly derived: readonly { readonly index: number; readonly key: DerivedKey }[]
  readonly contents: readonly Column[]
  readonly format: Format
  readonly structured: boolean
  /** What the contents are called in a file. */
  readonly fields: readonly string[]
  readonly set: readonly (readonly [column: Column, value: SetValue])[]
  /** What a new row gets beside. */
  readonly added: readonly (readonly [column: Column, value: SetValue])[]
  /** A column in a query. Qualified, because SQLite takes an unknown quoted name alone for a text. */
  readonly qualified: (column: string) => RawBuilder<unknown>
  /** Which rows are seen; `undefined`: all. */
  readonly condition: RawBuilder<unknown> | undefined
  /** No two rows have the same key, because an index says so. */
  readonly unique: boolean
  /** For each placeholder its index in the key; `undefined` where that is the key itself. */
  readonly places: readonly number[] | undefined
}

/** The columns of its table that a mapping needs. */
export function columnsOf({ key, content, set, added, where, hidden, id, derived = {} }: Mapping): readonly string[] {
  const others = [set, added, where, hidden].flatMap((columns) => Object.keys(columns ?? {}))
  return [...key.filter((name) => !Object.hasOwn(derived, name)), ...content, ...others, ...(id === undefined ? [] : [id])]
}

/**
 * @param origins the columns that derived keys come from, by key
 * @throws {RowtreeError} `config-invalid`: the placeholders are not the key columns.
 */
export function compileSource(mapping: Mapping, table: Table, { catalogue, language }: Tools, origins: ReadonlyMap<string, Column>): Source {
  const { name, key, content, set = {}, added = {}, where = {}, id, derived = {}, format = 'raw' } = mapping
  const pattern = compilePattern(mapping.path)
  const stranger = pattern.names.find((placeholder) => !key.includes(placeholder))
  if (stranger !== undefined) {
    const state = `{${stranger}} is not among its key columns ${key.map((column) => JSON.stringify(column)).join(', ')}`
    throw invalid(name, state)
  }
  const hidden = key.find((column) => !pattern.names.includes(column))
  if (hidden !== undefined) throw invalid(name, `the key column ${JSON.stringify(hidden)} has no placeholder. Add {${hidden}}`)
  const places = pattern.names.map((placeholder) => key.indexOf(placeholder))
  // As the mapping spells it: SQLite does not mind capitals.
  const column = (of: string): Column => ({ ...catalogue.find(table, of)!, name: of })
  const keys = key.map((of): Column => (Object.hasOwn(derived, of) ? { ...origins.get(of)!, name: of } : column(of)))
  const own = [...key.keys()].filter((index) => !Object.hasOwn(derived, key[index]!))
  const fixed = Object.keys(where).map(column)
  const known = [...own.map((index) => keys[index]!), ...fixed]
  const qualified = (of: string): RawBuilder<unknown> => sql`${language.table(table.name)}.${sql.id(of)}`
  const references = keys.map((of): Reference => ({ column: of, expression: derived[of.name]?.select(qualified) ?? qualified(of.name) }))
  return {
    collection: name,
    keyNames: key,
    pattern,
    places: places.every((place, index) => place === index) ? undefined : places,
    table,
    keys,
    references,
    identity: id === undefined ? known : [column(id)],
    own,
    derived: key.flatMap((of, index) => (Object.hasOwn(derived, of) ? [{ index, key: derived[of]! }] : [])),
    unique: table.unique.some((index) => index.every((one) => known.some((of) => catalogue.find(table, of.name)?.name === one))),
    contents: content.map(column),
    format,
    structured: format !== 'raw',
    fields: content.map((of) => mapping.fields?.[of] ?? of),
    set: Object.entries(set).map(([of, value]) => [column(of), value]),
    added: [...Object.entries(where).map(([of, value]): [Column, SetValue] => [column(of), { value }]), ...Object.entries(added).map(([of, value]): [Column, SetValue] => [column(of), value])],
    qualified,
    condition: conditionOf(mapping, column, qualified, language),
  }
}

interface Tools {
  readonly catalogue: Catalogue
  readonly language: Language
}

function conditionOf(
  { where = {}, hidden = {} }: Mapping,
  column: (of: string) => Column,
  qualified: Source['qualified'],
  language: Language,
): RawBuilder<unknown> | undefined {
  const encoded = (of: string, value: Literal): unknown => language.encode(column(of), exactLiteral(value))
  const conditions = [
    ...Object.entries(where).map(([of, value]) => sql`${qualified(of)} = ${encoded(of, value)}`),
    ...Object.entries(hidden).map(([of, values]) => sql`(${qualified(of)} is null or ${qualified(of)} not in (${sql.join(values.map((value) => encoded(of, value)))}))`),
  ]
  return conditions.length === 0 ? undefined : sql.join(conditions, sql` and `)
}

/** A whole number as an integer. */
export function exactLiteral<T extends Literal | null>(value: T): T | bigint {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}

function invalid(name: string, state: string): RowtreeError {
  return new RowtreeError('config-invalid', `Cannot use the path pattern of the collection "${name}": ${state}`)
}
