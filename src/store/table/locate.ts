import { sql, type Kysely, type RawBuilder } from 'kysely'
import type { RowKey } from '../../types.ts'
import { queryRecords } from '../snapshot.ts'
import type { Language } from '../language.ts'
import type { Texts } from '../texts.ts'
import type { SqlValue } from '../value.ts'
import { areWhole, isWhole, mend, reference, selectBytes, selectRecords, valueIn, type RowRecord } from './record.ts'
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
export type Locate = (db: Kysely<unknown>, keys: readonly RowKey[], lock?: 'for update') => Promise<readonly (Located | undefined)[]>

/**
 * For each key that no row has exactly the key of a row that the database takes for the same, because a column compares texts without case, accents or
 * trailing blanks.
 */
export type FindTwins = (db: Kysely<unknown>, keys: readonly RowKey[]) => Promise<readonly (RowKey | undefined)[]>

/** Keys in one query. */
const CHUNK = 256

/** Prepares to find rows of a source. */
export function locator(source: Source, language: Language, texts: Texts): Locate {
  const plain = byKeys(source, language, [])
  const withBytes = byKeys(source, language, selectBytes(source, language))

  async function find(db: Kysely<unknown>, keys: readonly RowKey[], names: readonly string[], lock: Lock): Promise<Map<string, Located>> {
    const found = collect(source, await plain(db, keys, lock))
    const isBroken = (name: string): boolean => found.has(name) && !areWhole(source, found.get(name)!.record, texts)
    const broken = keys.filter((_, index) => isBroken(names[index]!))
    if (broken.length === 0) return found
    // What changed or went between the two queries is as the second one says.
    for (const key of broken) found.delete(nameOf(key, key.length))
    const mended = collect(source, await withBytes(db, broken, lock))
    for (const [name, located] of mended) found.set(name, mendLocated(source, located, texts))
    return found
  }

  return async (db, keys, lock) => {
    const names = keys.map((key) => nameOf(key, key.length))
    const starts = Array.from({ length: Math.ceil(keys.length / CHUNK) }, (_, index) => index * CHUNK)
    // All are asked at once: while the server answers one, the last one's rows are made of its answer.
    const found = await Promise.all(starts.map((start) => find(db, keys.slice(start, start + CHUNK), names.slice(start, start + CHUNK), lock)))
    return names.map((name, index) => found[Math.floor(index / CHUNK)]!.get(name))
  }
}

/** Prepares to find rows of a source that have another key than asked for. */
export function twinFinder(source: Source, language: Language): FindTwins {
  const find = byKeys(source, language, [])
  const width = source.keys.length

  async function twinOf(db: Kysely<unknown>, key: RowKey): Promise<RowKey | undefined> {
    const twin = (await find(db, [key], undefined)).find((record) => source.derived.every(({ index }) => record[index] === key[index]))
    return twin?.slice(0, width) as RowKey | undefined
  }

  return async (db, keys) => {
    const none = keys.map(() => undefined)
    if (keys.length === 0 || !source.keys.some(({ caseless }) => caseless === true)) return none
    let some = false
    for (let start = 0; start < keys.length && !some; start += CHUNK) {
      some = (await find(db, keys.slice(start, start + CHUNK), undefined)).length > 0
    }
    if (!some) return none
    const twins: (RowKey | undefined)[] = []
    for (const key of keys) twins.push(await twinOf(db, key))
    return twins
  }
}

/** What names a row exactly, for `keyParameters`. */
export function nativeKey({ identity }: Source, record: RowRecord): SqlValue[] {
  return record.slice(record.length - identity.length)
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

type Lock = 'for update' | undefined

/**
 * Makes the query for rows by their keys, with what names each exactly last. It may find others too, where a column compares
 * texts in its own way. Each number of parameters takes a text of its own, which is compiled once.
 */
function byKeys(source: Source, language: Language, more: readonly RawBuilder<unknown>[]): (db: Kysely<unknown>, keys: readonly RowKey[], lock: Lock) => Promise<RowRecord[]> {
  const compiled = new Map<string, { readonly text: string; readonly fixed: readonly unknown[] }>()
  // By its own columns a row is found by an index, and under MyISAM's lock no other table may occur twice in a query.
  const wanted = source.own.length > 0 ? source.own : [...source.keys.keys()]
  const identities = source.identity.map((one) => {
    const key = reference(source, one)
    return language.identity?.(key) ?? language.keyText(key)
  })

  return async (db, keys, lock) => {
    const parameters = language.keyParameters(wanted.map((index) => source.keys[index]!), keys.map((key) => wanted.map((index) => key[index]!)))
    if (parameters === undefined) return []
    const name = `${lock ?? ''} ${parameters.length}`
    let query = compiled.get(name)
    if (query === undefined) {
      const where = language.hasKeys(wanted.map((index) => source.references[index]!), parameters.length)
      const tail = lock === undefined ? sql`` : language.forUpdate
      const { sql: text, parameters: places } = selectRecords(source, language, [...more, ...identities], { where, tail }).compile(db)
      compiled.set(name, (query = { text, fixed: places.slice(parameters.length) }))
    }
    return queryRecords(db, query.text, [...parameters, ...query.fixed])
  }
}
