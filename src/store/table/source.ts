import { compilePattern } from '../../core/paths.ts'
import { RowtreeError } from '../../errors.ts'
import type { SetValue } from '../../types.ts'
import type { RowShape } from '../row.ts'
import type { Table } from '../schema.ts'
import { affinityOf, type Affinity } from './affinity.ts'

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

/** A column of a source. */
export interface Column {
  readonly name: string
  readonly affinity: Affinity
  /** It is declared to hold bytes. */
  readonly binary: boolean
}

/** A collection, ready to be read and written. */
export interface Source extends RowShape {
  readonly table: string
  readonly view: boolean
  readonly keys: readonly Column[]
  readonly contents: readonly Column[]
  readonly structured: boolean
  readonly set: readonly (readonly [column: Column, value: SetValue])[]
  /** For each placeholder its index in the key; `undefined` where that is the key itself. */
  readonly places: readonly number[] | undefined
}

/** The columns that a collection needs. */
export function columnsOf({ key, content, set }: TableCollection): readonly string[] {
  return [...key, ...content, ...Object.keys(set)]
}

/** @throws {RowtreeError} `config-invalid`: the placeholders are not the key columns. */
export function compileSource(collection: TableCollection, table: Table): Source {
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
  const column = (of: string): Column => describeColumn(of, table.typeOf(of))
  return {
    collection: name,
    keyNames: key,
    pattern,
    places: places.every((place, index) => place === index) ? undefined : places,
    table: collection.table,
    view: table.view,
    keys: key.map(column),
    contents: content.map(column),
    structured,
    set: Object.entries(set).map(([of, value]) => [column(of), value]),
  }
}

function describeColumn(name: string, type: string): Column {
  return { name, affinity: affinityOf(type), binary: /BLOB|BINARY|BYTEA/.test(type) }
}

function invalid(name: string, state: string): RowtreeError {
  return new RowtreeError('config-invalid', `Cannot use the path pattern of the collection "${name}": ${state}`)
}
