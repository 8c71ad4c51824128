import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { RowKey } from '../../types.ts'
import { queryRecords } from '../snapshot.ts'
import type { SqlValue } from '../sqlite.ts'
import type { Texts } from '../texts.ts'
import { valuesOf } from './affinity.ts'
import { areWhole, column, isWhole, mend, selectBytes, selectRecords, valueIn, type RowRecord } from './record.ts'
import type { Source } from './source.ts'

/** A row that was found by its key. */
export interface Located {
  readonly record: RowRecord
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

  async function find(db: Kysely<unknown>, keys: readonly RowKey[], names: readonly string[]): Promise<Map<string, Located>> {
    const found = collect(source, await plain(db, keys))
    const isBroken = (name: string): boolean => found.has(name) && !areWhole(source, found.get(name)!.record, texts)
    const broken = keys.filter((_, index) => isBroken(names[index]!))
    if (broken.length === 0) return found
    // What changed or went between the two queries is as the second one says.
    for (const key of broken) found.delete(nameOf(key, key.length))
    const mended = collect(source, await withBytes(db, broken))
    for (const [name, located] of mended) found.set(name, mendLocated(source, located, texts))
    return found
  }

  return async (db, keys) => {
    const names = keys.map((key) => nameOf(key, key.length))
    const located: (Located | undefined)[] = []
    for (let start = 0; start < keys.length; start += CHUNK) {
      const some = names.slice(start, start + CHUNK)
      const found = await find(db, keys.slice(start, start + CHUNK), some)
      for (const name of some) located.push(found.get(name))
    }
    return located
  }
}

/** The values of a row's key columns as the database holds them. */
export function nativeKey({ keys }: Source, record: RowRecord): SqlValue[] {
  return record.slice(record.length - keys.length)
}

function collect({ keys }: Source, records: readonly RowRecord[]): Map<string, Located> {
  const found = new Map<string, Located>()
  for (const record of records) {
    const name = nameOf(record, keys.length)
    const twin = found.get(name)
    if (twin === undefined) found.set(name, { record, copies: 1, invalid: undefined })
    else twin.copies++
  }
  return found
}

function mendLocated(source: Source, { record, copies }: Located, texts: Texts): Located {
  const broken = source.contents.map((_, index) => !isWhole(source, record, index, texts))
  mend(source, record, texts)
  return { record, copies, invalid: broken.map((is, index) => is && typeof valueIn(source, record, index) !== 'string') }
}

/** One text for the texts of a key, of which those from the database hold no NUL. */
function nameOf(key: readonly SqlValue[], width: number): string {
  let name = String(key[0])
  for (let index = 1; index < width; index++) name += `\0${key[index]}`
  return name
}

/**
 * Makes the query for rows by their keys, with the key itself last. It may find others too, where a column compares
 * texts in its own way. Each number of keys takes a text of its own, which is compiled once.
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
    const parameters: SqlValue[] = []
    for (const key of keys) for (const values of valuesOfKey(source, key)) parameters.push(...values)
    const count = parameters.length / columns.length
    let text = compiled.get(count)
    if (text === undefined) compiled.set(count, (text = compile(db, count)))
    return queryRecords(db, text, parameters)
  }
}

/** All combinations of values that read as this key: of a column of any kind, a text and a number. */
function valuesOfKey({ keys }: Source, key: RowKey): readonly (readonly SqlValue[])[] {
  if (keys.every(({ affinity }) => affinity !== 'BLOB')) return [key]
  let combinations: SqlValue[][] = [[]]
  for (const [index, { affinity }] of keys.entries()) {
    const values = valuesOf(key[index]!, affinity)
    combinations = combinations.flatMap((begun) => values.map((value) => [...begun, value]))
  }
  return combinations
}
