import { accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { sql, type Kysely } from 'kysely'
import type { Remark } from '../../doctor.ts'
import { errnoOf, messageOf } from '../../errors.ts'
import type { Examination, Role } from '../examination.ts'
import { openSqliteFile } from './file.ts'
import { isBusy, waitFor } from './patience.ts'

/** @param path of the file, without symlinks */
export function sqliteExamination(db: Kysely<unknown>, path: string): Examination {
  return {
    async server() {
      const { rows } = await sql<{ version: string }>`select sqlite_version() as version`.execute(db)
      return { title: `SQLite ${rows[0]!.version}`, way: 'file' }
    },
    remarks: async (roles) => [rightsOf(path, roles), await journalOf(db)],
    unique: ({ name }) => uniqueOf(db, name),
  }
}

/** SQLite makes its journal beside the file. */
function rightsOf(path: string, roles: readonly Role[]): Remark {
  const name = 'rights'
  const refused = refusalOf(() => mayWrite(dirname(path))) ?? refusalOf(() => attempt(path, roles))
  if (refused === undefined) return { name, status: 'ok', message: 'the file and its directory may be written' }
  const message = `the file or its directory cannot be written (${refused}): exports work, imports do not`
  return { name, status: 'warn', message, remedy: refused === 'EROFS' ? 'mount the filesystem writable' : `allow this user to write ${path} and its directory` }
}

/** Deno judges by the mode alone, also for root: there only the attempt tells, which needs no journal. */
function mayWrite(directory: string): void {
  if (!('deno' in process.versions)) accessSync(directory, constants.W_OK | constants.X_OK)
}

/** A statement that changes no row: SQLite looks whether it may write as soon as one is going to. */
function attempt(path: string, roles: readonly Role[]): void {
  const database = openSqliteFile(path, { readOnly: false })
  try {
    waitFor(database, 0)
    for (const { table } of roles.filter(({ written }) => written)) {
      const found = database.prepare('select type from sqlite_schema where lower(name) = lower(?)').get(table)
      // Triggers that write for a view are its own business.
      if (found?.['type'] === 'table') database.prepare(`delete from "${table.replaceAll('"', '""')}" where 1 = 0`).run()
    }
  } catch (error) {
    // Somebody else writes it just now, so that can be done.
    if (!isBusy(error)) throw error
  } finally {
    database.close()
  }
}

function refusalOf(work: () => void): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return errnoOf(error)?.replace(/^ERR_.*/, '') || messageOf(error)
  }
}

async function journalOf(db: Kysely<unknown>): Promise<Remark> {
  const { rows } = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db)
  const mode = rows[0]!.journal_mode
  const waits = mode === 'wal' ? 'readers and a writer do not wait for each other' : 'who reads waits while somebody commits, and the other way round'
  return { name: 'journal', status: 'ok', message: `journal mode ${mode}: ${waits}` }
}

/** The columns of each unique index, and of the primary key, which may have no index. */
async function uniqueOf(db: Kysely<unknown>, table: string): Promise<string[][]> {
  const { rows } = await sql<{ place: string; name: string | null }>`
    select l.seq as place, i.name from pragma_index_list(${table}) as l, pragma_index_info(l.name) as i where l."unique" and not l.partial
    union all select 'primary', name from pragma_table_info(${table}) where pk > 0`.execute(db)
  const indexes = [...Map.groupBy(rows, ({ place }) => place).values()].map((parts) => parts.map(({ name }) => name))
  return indexes.filter((columns): columns is string[] => columns.every((column) => column !== null))
}
