import { nameTooLong, type PathPattern } from '../core/paths.ts'
import type { Problem, ProblemCode, RowKey } from '../types.ts'
import type { Change, Store } from './store.ts'

/** What a collection's rows have in common. */
export interface RowShape {
  readonly collection: string
  /** The names of the key's values. */
  readonly keyNames: readonly string[]
  readonly pattern: PathPattern
}

/** A value of a key as it was read; only text can become part of a path. */
export type KeyValue = string | Uint8Array | null

/** Longer values are cut in messages. */
const SHOWN = 80

/**
 * The path of a row, or why it has none.
 *
 * @param key The values of `shape.keyNames`.
 * @param values The values of the pattern's placeholders; read only if the key is sound.
 */
export function placeRow(shape: RowShape, key: readonly KeyValue[], values: readonly KeyValue[]): string | Problem {
  // Every row comes by here, so nothing is allocated but the path.
  for (let index = 0; index < key.length; index++) {
    const value = key[index]
    if (typeof value !== 'string' || value.includes('\uFFFD')) return unsoundKey(shape, key, index)
  }
  const path = shape.pattern.format(values as RowKey)
  const name = nameTooLong(path)
  if (name === undefined) return path
  const state = `the name ${JSON.stringify(shorten(name))} is longer than 255 bytes. Shorten the value, or change the path pattern`
  return rowProblem(shape, key, 'name-too-long', path, state)
}

/** A problem that names the row: "Cannot read pages(slug="a"): …". */
export function rowProblem(
  { collection, keyNames }: RowShape,
  key: readonly KeyValue[],
  code: ProblemCode,
  path: string,
  state: string,
): Problem {
  return { path, code, message: `Cannot read ${describeRow(collection, keyNames, key)}: ${state}` }
}

/** A problem that names the row of a change: "Cannot write pages(slug="a"): …". */
export function writeProblem(
  { collection, keyNames }: Pick<RowShape, 'collection' | 'keyNames'>,
  { key, path }: Pick<Change, 'key' | 'path'>,
  code: ProblemCode,
  state: string,
): Problem {
  return { path, code, message: `Cannot write ${describeRow(collection, keyNames, key)}: ${state}` }
}

/**
 * Names a row in messages.
 *
 * @example
 * ```ts
 * describeRow('pages', ['site', 'slug'], ['a', 'b']) // 'pages(site="a", slug="b")'
 * ```
 */
export function describeRow(collection: string, keyNames: readonly string[], key: readonly KeyValue[]): string {
  // A collection that the configuration no longer knows has values without names.
  const pairs = key.map((value, index) => {
    const name = keyNames[index]
    return name === undefined ? describeValue(value) : `${name}=${describeValue(value)}`
  })
  return `${collection}(${pairs.join(', ')})`
}

/** Names the rows of these collections in messages. */
export function describer(shapes: readonly RowShape[]): Store['describe'] {
  const names = new Map(shapes.map(({ collection, keyNames }) => [collection, keyNames]))
  return ({ collection, key }) => describeRow(collection, names.get(collection) ?? [], key)
}

function describeValue(value: KeyValue): string {
  if (value === null) return 'NULL'
  return typeof value === 'string' ? JSON.stringify(shorten(value)) : `BLOB of ${value.length} bytes`
}

function shorten(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text
}

function unsoundKey(shape: RowShape, key: readonly KeyValue[], index: number): Problem {
  const value = key[index]
  const column = `the key column ${JSON.stringify(shape.keyNames[index])}`
  if (value === null) {
    return rowProblem(shape, key, 'null-key', shape.collection, `${column} is NULL. Give it a value`)
  }
  const state = typeof value === 'string' ? 'holds U+FFFD, which stands for invalid text' : 'holds bytes or a NUL character'
  return rowProblem(shape, key, 'unsupported-key', shape.collection, `${column} ${state}. Give it a text or a number`)
}
