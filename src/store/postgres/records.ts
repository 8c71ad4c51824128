import { CompiledQuery, type Kysely } from 'kysely'
import type { RecordQuery } from '../value.ts'

/** The rows of a question that selects texts. */
export async function queryTexts(db: Kysely<unknown>, text: string): Promise<(string | null)[][]> {
  const query: RecordQuery = { ...CompiledQuery.raw(text), records: true }
  const { rows } = await db.executeQuery<(string | null)[]>(query)
  return rows
}
