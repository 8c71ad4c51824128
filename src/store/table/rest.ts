import type { Kysely } from 'kysely'
import type { FieldValue } from '../../core/codec.ts'
import type { Problem } from '../../types.ts'
import { writeProblem } from '../row.ts'
import { decodeRest, encodeRest } from '../rest.ts'
import type { Change } from '../store.ts'
import type { SqlValue } from '../value.ts'
import { contentAs, insertWhole, type WholeAccess, wholeReader, type WholeValue, wholeValues } from '../whole.ts'
import type { Source } from './source.ts'
import { keyParameters, thisRow } from './statements.ts'

/** Keeps what deleted rows held beside their content, and inserts them again with it. */
export interface Rests {
  /** Asks which columns the table has, outside of the transaction. */
  prepare(): Promise<void>
  /** @param key what names the row exactly */
  read(db: Kysely<unknown>, key: readonly SqlValue[]): Promise<Uint8Array>
  /**
   * Inserts the row of a change that has a rest, with all its columns: none of them is set anew.
   *
   * @param fields the values of the content columns, where the content is structured
   * @returns how many rows the database inserted, or why none is
   */
  insert(db: Kysely<unknown>, change: Change, fields: readonly FieldValue[] | undefined): Promise<bigint | undefined | Problem>
}

export function restsOf(database: WholeAccess, source: Source): Rests {
  const names = source.contents.map(({ name }) => name)
  const { language } = database
  // Tables change: it is asked for each batch.
  let table = source.table

  return {
    async prepare() {
      table = (await database.catalogue.table(source.table.name)) ?? source.table
    },
    async read(db, key) {
      const reader = wholeReader(database, table, names, thisRow(source, language))
      return encodeRest(await reader.read(db, keyParameters(key)))
    },
    async insert(db, change, fields) {
      const [{ contents, others }] = decodeRest(change.rest!) as [ReturnType<typeof decodeRest>[number]]
      const lost = Object.keys(contents).find((name) => !names.includes(name)) ?? names.find((name) => contents[name] === undefined)
      if (lost !== undefined) {
        const state = `its content was not of the same columns when it was deleted: ${JSON.stringify(lost)}. Give "content" the columns that it had then`
        return writeProblem(source, change, 'row-refused', state)
      }
      const values = names.map((name, index): [string, WholeValue] => {
        const value = fields?.[index]
        if (value === undefined) return [name, contentAs(contents[name]!, change.content!)]
        // The body of front matter, which a file has also where the column holds NULL.
        if (value === '' && contents[name] === 'null') return [name, null]
        return [name, value instanceof Uint8Array && contents[name] === 'text' ? { text: value } : value]
      })
      return insertWhole(db, database, table, { ...wholeValues(database, table, others), ...Object.fromEntries(values) })
    },
  }
}
