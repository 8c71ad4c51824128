import type { Kysely } from 'kysely'
import type { Problem } from '../../types.ts'
import { writeProblem } from '../row.ts'
import { decodeRest, encodeRest, type ExactValue } from '../rest.ts'
import type { SqlValue } from '../sqlite.ts'
import type { Change } from '../store.ts'
import { columnsOf, contentAs, insertWhole, wholeReader, type WholeReader } from '../whole.ts'
import type { Access } from './access.ts'
import { keyParameters, thisRow } from './statements.ts'

/** Keeps what deleted rows held beside their content, and inserts them again with it. */
export interface Rests {
  /** @param key as the database holds it */
  read(db: Kysely<unknown>, key: readonly SqlValue[]): Promise<Uint8Array>
  /**
   * Inserts the row of a change that has a rest, with all its columns: none of them is set anew.
   *
   * @param fields the values of the content columns, where the content is structured
   * @returns how many rows the database inserted, or why none is
   */
  insert(db: Kysely<unknown>, change: Change, fields: readonly SqlValue[] | undefined): Promise<bigint | undefined | Problem>
}

export function restsOf({ source, texts }: Pick<Access, 'source' | 'texts'>): Rests {
  const names = source.contents.map(({ name }) => name)
  let reader: WholeReader | undefined

  return {
    async read(db, key) {
      reader ??= wholeReader(source.table, await columnsOf(db, source.table), names, thisRow(source), texts)
      return encodeRest(await reader.read(db, keyParameters(key)))
    },
    async insert(db, change, fields) {
      const [{ contents, others }] = decodeRest(change.rest!) as [ReturnType<typeof decodeRest>[number]]
      const lost = Object.keys(contents).find((name) => !names.includes(name)) ?? names.find((name) => contents[name] === undefined)
      if (lost !== undefined) {
        const state = `its content was not of the same columns when it was deleted: ${JSON.stringify(lost)}. Give "content" the columns that it had then`
        return writeProblem(source, change, 'row-refused', state)
      }
      const values = names.map((name, index): [string, ExactValue] => {
        const value = fields?.[index]
        if (value === undefined) return [name, contentAs(contents[name]!, change.content!)]
        return [name, value instanceof Uint8Array && contents[name] === 'text' ? { text: value } : value]
      })
      return insertWhole(db, source.table, { ...others, ...Object.fromEntries(values) })
    },
  }
}
