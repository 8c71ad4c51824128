import { compilePattern } from '../../core/paths.ts'
import { RowtreeError } from '../../errors.ts'
import type { SetValue } from '../../types.ts'
import type { RowShape } from '../row.ts'
import type { Catalogue, Column, Table } from '../column.ts'

/** How the rows of one table become files. */
export interface TableCollection {
  readonly name: string
  /** A table or a view. */
  readonly table: string
  /** The columns that tell the rows apart. */
  readonly key: readonly string[]
  /** The path pattern; its placeholders are exactly the key columns. */
  readonly path: string
  /** The columns that become the file's content: one, unless the content is structured. */
  readonly content: readonly string[]
  /** The content is a YAML map of the columns, also of a single one. */
  readonly structured: boolean
  /** What other columns get when a row is written. */
  readonly set: Readonly<Record<string, SetValue>>
}

/** A collection, ready to be read and written. */
export interface Source extends RowShape {
  readonly table: Table
  readonly keys: readonly Column[]
  readonly contents: readonly Column[]
  readonly structured: boolean
  readonly set: readonly (readonly [column: Column, value: SetValue])[]
  /** No two rows have the same key, because an index says so. */
  readonly unique: boolean
  /** For each placeholder its index in the key; `undefined` where that is the key itself. */
  readonly places: readonly number[] | undefined
}

/** The columns that a collection needs. */
export function columnsOf({ key, content, set }: TableCollection): readonly string[] {
  return [...key, ...content, ...Object.keys(set)]
}

/** @throws {RowtreeError} `config-invalid`: the placeholders are not the key columns. */
export function compileSource(collection: TableCollection, table: Table, catalogue: Catalogue): Source {
  const { name, key, content, structured, set } = collection
  const pattern = compilePattern(collection.path)
  const stranger = pattern.names.find((placeholder) => !key.includes(placeholder))
  if (stranger !== undefined) {
    const state = `{${stranger}} is not among its key columns ${key.map((column) => JSON.stringify(column)).join(', ')}`
    throw invalid(name, state)
  }
  const hidden = key.find((column) => !pattern.names.includes(column))
  if (hidden !== undefined) throw invalid(name, `the key column ${JSON.stringify(hidden)} has no placeholder. Add {${hidden}}`)
  const places = pattern.names.map((placeholder) => key.indexOf(placeholder))
  // As the collection spells it: SQLite does not mind capitals.
  const column = (of: string): Column => ({ ...catalogue.find(table, of)!, name: of })
  return {
    collection: name,
    keyNames: key,
    pattern,
    places: places.every((place, index) => place === index) ? undefined : places,
    table,
    keys: key.map(column),
    unique: table.unique.some((index) => index.every((one) => key.some((of) => catalogue.find(table, of)?.name === one))),
    contents: content.map(column),
    structured,
    set: Object.entries(set).map(([of, value]) => [column(of), value]),
  }
}

function invalid(name: string, state: string): RowtreeError {
  return new RowtreeError('config-invalid', `Cannot use the path pattern of the collection "${name}": ${state}`)
}
