import { sql, type Kysely } from 'kysely'
import { RowtreeError } from '../../errors.ts'
import type { Table } from '../column.ts'
import type { Database } from '../database.ts'
import { requireColumns } from '../schema.ts'
import type { Stamp } from './collection.ts'
import { readMasterVersions } from './templates.ts'

const CACHE = ['title', 'cache']

/** The board's `datacache`, where it keeps its version, if it has one. */
export async function findCache(database: Database, prefix: string): Promise<Table | undefined> {
  try {
    return await requireColumns(database, { reader: 'the board', table: `${prefix}datacache`, columns: CACHE, remedy: () => '' })
  } catch (error) {
    if (error instanceof RowtreeError && error.code === 'table-missing') return undefined
    throw error
  }
}

/**
 * What MyBB would note about rows that it writes now: the board's version, or where that is unknown the one that its
 * own template of the title has.
 *
 * @param cached Whether `findCache` finds one.
 * @param time Seconds since 1970.
 */
export async function readStamp(db: Kysely<unknown>, prefix: string, cached: boolean, time: number): Promise<Stamp> {
  const version = cached ? await readVersion(db, prefix) : undefined
  if (version !== undefined) return { time, versionOf: () => version }
  const versions = await readMasterVersions(db, prefix)
  return { time, versionOf: (title) => versions.get(title) }
}

/** The code of the board's version, as MyBB keeps it: in an array that PHP serialised. */
async function readVersion(db: Kysely<unknown>, prefix: string): Promise<string | undefined> {
  const { rows } = await sql<{ cache: string }>`select cache from ${sql.id(`${prefix}datacache`)} where title = 'version'`.execute(db)
  return versionIn(rows[0]?.cache ?? '')
}

/** The version code in a serialised array such as `a:1:{s:12:"version_code";i:1837;}`. */
function versionIn(cache: string): string | undefined {
  return /s:12:"version_code";(?:i:|s:\d+:")(\d+)"?;/.exec(cache)?.[1]
}
