import { sql, type Kysely } from 'kysely'
import { RowtreeError } from '../../errors.ts'
import type { Database } from '../database.ts'
import { requireColumns } from '../schema.ts'

const CACHE = ['title', 'cache']

/** Whether the board has a `datacache`, where it keeps its version. */
export async function hasCache(database: Database, prefix: string): Promise<boolean> {
  try {
    await requireColumns(database, { reader: 'the board', table: `${prefix}datacache`, columns: CACHE, remedy: () => '' })
    return true
  } catch (error) {
    if (error instanceof RowtreeError && error.code === 'table-missing') return false
    throw error
  }
}

/** The code of the board's version, such as `1837`, as MyBB keeps it: in an array that PHP serialised. */
export async function readVersion(db: Kysely<unknown>, prefix: string): Promise<string | undefined> {
  const { rows } = await sql<{ cache: string }>`select cache from ${sql.id(`${prefix}datacache`)} where title = 'version'`.execute(db)
  return versionIn(rows[0]?.cache ?? '')
}

/**
 * Finds the version code in a serialised array.
 *
 * @example
 * ```ts
 * versionIn('a:1:{s:12:"version_code";i:1837;}') // '1837'
 * ```
 */
export function versionIn(cache: string): string | undefined {
  return /s:12:"version_code";(?:i:|s:\d+:")(\d+)"?;/.exec(cache)?.[1]
}
