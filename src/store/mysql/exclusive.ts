import { sql, type Kysely } from 'kysely'
import { RowtreeError } from '../../errors.ts'
import type { Session } from './session.ts'
import type { Sums } from './sums.ts'

/** Access to this table, or to its database, was denied. */
const DENIED: ReadonlySet<unknown> = new Set([1044, 1142])

/** What a lock is taken with. */
export interface Keeper {
  readonly name: string
  readonly writer: Kysely<unknown>
  readonly session: Session
  readonly sums: Sums
}

/**
 * `Database.exclusively`. A transaction would end the lock, so `work` must not begin one.
 */
export async function exclusively<T>(keeper: Keeper, tables: readonly string[], work: (db: Kysely<unknown>) => Promise<T>): Promise<T> {
  const { writer, session, sums } = keeper
  const names = tables.map((table) => sql`${sql.table(table)} write`)
  const lock = sql`lock tables ${sql.join(names)}`.compile(writer).sql
  await session.hold({ sql: lock, parameters: [], records: false }).catch((error: unknown) => {
    throw denied(keeper.name, tables, error) ?? error
  })
  try {
    await sums.locked(tables)
    const result = await work(writer)
    await sums.committing()
    sums.committed()
    return result
  } finally {
    await session.letGo({ sql: 'unlock tables', parameters: [], records: false })
  }
}

function denied(name: string, tables: readonly string[], error: unknown): RowtreeError | undefined {
  if (!(error instanceof Error) || !('errno' in error) || !DENIED.has(error.errno)) return undefined
  const state = `the user may not lock ${tables.join(', ')}, whose engine has no transactions`
  return new RowtreeError('store-unwritable', `Cannot write the store ${name}: ${state}`, { path: name, remedy: 'Grant LOCK TABLES on the database to the user', cause: error })
}
