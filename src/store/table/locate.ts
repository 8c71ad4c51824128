import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { RowKey } from '../../types.ts'
import { queryRecords } from '../snapshot.ts'
import type { SqlValue } from '../sqlite.ts'
import type { Texts } from '../texts.ts'
import { valuesOf } from './affinity.ts'
import { areWhole, column, isWhole, mend, restOf, selectBytes, selectRecords, type RowRecord } from './record.ts'
import type { Source } from './source.ts'

/** A row that was found by its key. */
export interface Located {
  readonly record: RowRecord
  /** The values of the key columns as the database holds them. */
  readonly key: readonly SqlValue[]
  /** How many rows have the key. */
  copies: number
  /** For each content column whether it holds a text that is none, and is bytes in the record; `undefined` where none does. */
  readonly invalid: readonly boolean[] | undefined
}

/** Finds the rows with exactly these keys, in the order of the keys. It takes time for these keys, where an index helps. */
export type Locate = (db: Kysely<unknown>, keys: readonly RowKey[]) => Promise<readonly (Located | undefined)[]>

/** Keys in one query. */
const CHUNK = 256

/** Prepares to find rows of a source. */
export function locator(source: Source, texts: Texts): Locate {
  const plain = byKeys(source, [])
  const withBytes = byKeys(source, selectBytes(source))

  async function find(db: Kysely<unknown>, keys: readonly RowKey[]): Promise<Map<string, Located>> {
    const found = collect(source, await plain(db, keys), 0, texts)
    const broken = keys.filter((key) => {
      const located = found.get(nameOf(key))
      return located !== undefined && !areWhole(source, located.record, texts)
    })
    if (broken.length === 0) return found
    // What changed or went between the two queries is as the second one says.
    for (const key of broken) found.delete(nameOf(key))
    const mended = collect(source, await withBytes(db, broken), source.contents.length, texts)
    return new Map([...found, ...mended])
  }

  return async (db, keys) => {
    const located: (Located | undefined)[] = []
    for (let start = 0; start < keys.length; start += CHUNK) {
      const some = keys.slice(start, start + CHUNK)
      const found = await find(db, some)
      for (const key of some) located.push(found.get(nameOf(key)))
    }
    return located
  }
}

/** The records by their keys; beside key and content they have the bytes of this many columns and the key itself. */
function collect(source: Source, records: readonly RowRecord[], bytes: number, texts: Texts): Map<string, Located> {
  const found = new Map<string, Located>()
  const width = source.keys.length
  for (const record of records) {
    const name = nameOf(record.slice(0, width))
    const twin = found.get(name)
    if (twin !== undefined) {
      twin.copies++
      continue
    }
    let invalid: boolean[] | undefined
    if (bytes > 0) {
      const broken = source.contents.map((_, index) => !isWhole(source, record, index, texts))
      mend(source, record, texts)
      invalid = broken.map((is, index) => is && typeof record[width + 2 * index] !== 'string')
    }
    found.set(name, { record, key: record.slice(restOf(source) + bytes), copies: 1, invalid })
  }
  return found
}

/** One text for the texts of a key: no text that the database gives for a key holds a NUL. */
function nameOf(key: readonly SqlValue[]): string {
  return key.length === 1 ? String(key[0]) : key.join('\0')
}

/**
 * Makes the query for rows by their keys. It may find others too, where a column compares texts in its own way.
 * Each number of keys takes a text of its own, which is compiled once.
 */
function byKeys(source: Source, more: readonly RawBuilder<unknown>[]): (db: Kysely<unknown>, keys: readonly RowKey[]) => Promise<RowRecord[]> {
  const compiled = new Map<number, string>()
  const columns = source.keys.map(column)

  function compile(db: Kysely<unknown>, count: number): string {
    const one = sql.join(columns.map(() => sql`${null}`))
    const values = Array.from({ length: count }, () => (columns.length === 1 ? one : sql`(${one})`))
    const rest = columns.length === 1
      ? sql`where ${columns[0]!} in (${sql.join(values)})`
      : sql`where (${sql.join(columns)}) in (values ${sql.join(values)})`
    return selectRecords(source, [...more, ...columns], rest).compile(db).sql
  }

  return async (db, keys) => {
    const wanted = keys.flatMap((key) => valuesOfKey(source, key))
    let text = compiled.get(wanted.length)
    if (text === undefined) compiled.set(wanted.length, (text = compile(db, wanted.length)))
    return queryRecords(db, text, wanted.flat())
  }
}

/** All combinations of values that read as this key. */
function valuesOfKey({ keys }: Source, key: RowKey): SqlValue[][] {
  let combinations: SqlValue[][] = [[]]
  for (const [index, { affinity }] of keys.entries()) {
    const values = valuesOf(key[index]!, affinity)
    combinations = combinations.flatMap((begun) => values.map((value) => [...begun, value]))
  }
  return combinations
}
