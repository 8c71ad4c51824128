import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import {
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import { requireComplete } from './complete.ts'
import { patiently } from './patience.ts'

/**
 * Kysely on the SQLite that comes with the runtime.
 *
 * Streams differ from Kysely's own dialects, to be fast: they come in chunks, and each row is an
 * array of `SqlValue` in the order of the selected columns instead of an object.
 */
export class NodeSqliteDialect implements Dialect {
  readonly #database: DatabaseSync

  /** The dialect owns the database from now on: destroying the Kysely instance closes it. */
  constructor(database: DatabaseSync) {
    this.#database = database
  }

  createDriver(): Driver {
    return new NodeSqliteDriver(this.#database)
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    return new SqliteAdapter()
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(db)
  }
}

class NodeSqliteDriver implements Driver {
  readonly #database: DatabaseSync
  readonly #connection: DatabaseConnection

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#connection = new NodeSqliteConnection(database)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  async beginTransaction(_: DatabaseConnection, { accessMode }: TransactionSettings): Promise<void> {
    // Who is going to write takes the lock before reading: nobody changes what was read.
    if (accessMode === 'read write') await patiently(this.#database, () => this.#run('begin immediate'))
    else this.#run('begin')
  }

  async commitTransaction(): Promise<void> {
    this.#run('commit')
  }

  async rollbackTransaction(): Promise<void> {
    // After some failures SQLite has rolled back already; a second error would hide the first.
    if (this.#database.isTransaction) this.#run('rollback')
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#database.close()
  }

  /** Prepared, because Deno's `exec` does not tell SQLite's code of an error; with `get`, because `run` fails after rows with large numbers. */
  #run(command: string): void {
    this.#database.prepare(command).get()
  }
}

interface Prepared {
  readonly statement: StatementSync
  readonly answers: boolean
}

/** Statements that stay prepared: more than the writing of any collection takes. */
const PREPARED = 100

class NodeSqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync
  /** By their text; the one that was used last comes last. */
  readonly #prepared = new Map<string, Prepared>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    // Amid a transaction nobody may come in between, and what it holds a lock for is never waited for long.
    return this.#database.isTransaction ? this.#execute(query) : await patiently(this.#database, () => this.#execute(query))
  }

  #execute<R>(query: CompiledQuery): QueryResult<R> {
    const { statement, answers } = this.#prepare(query.sql, 'records' in query)
    const parameters = query.parameters as SQLInputValue[]
    if (answers) return { rows: statement.all(...parameters) as R[] }
    const { changes, lastInsertRowid } = statement.run(...parameters)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  /** Queries must name their columns: under Deno a prepared statement gives those that `*` meant at first. */
  #prepare(text: string, records: boolean): Prepared {
    const name = records ? `records ${text}` : text
    let prepared = this.#prepared.get(name)
    if (prepared !== undefined) this.#prepared.delete(name)
    else {
      const statement = this.#database.prepare(text)
      const answers = statement.columns().length > 0
      if (records) statement.setReturnArrays(true)
      // The number of a new row may be too large for a JavaScript number.
      if (records || !answers) statement.setReadBigInts(true)
      prepared = { statement, answers }
    }
    this.#prepared.set(name, prepared)
    if (this.#prepared.size > PREPARED) this.#prepared.delete(this.#prepared.keys().next().value!)
    return prepared
  }

  async *streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    const statement = this.#database.prepare(query.sql)
    statement.setReturnArrays(true)
    statement.setReadBigInts(true)
    const parameters = query.parameters as SQLInputValue[]
    let rows: R[] = []
    let yielded = 0
    // The loop resets the statement when the consumer stops early, which lets go of SQLite's lock.
    for (const row of statement.iterate(...parameters)) {
      if (rows.push(row as R) < chunkSize) continue
      yield { rows }
      yielded += rows.length
      rows = []
    }
    requireComplete(this.#database, query.sql, parameters, yielded + rows.length)
    if (rows.length > 0) yield { rows }
  }
}
