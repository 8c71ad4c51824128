import {
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
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
import type { PreparedQuery } from './prepared.ts'
import type { Session, Statement } from './session.ts'

/** Who has to know of each transaction that writes. */
export interface Witness {
  /** It has begun. */
  begun(): Promise<void>
  /** It is about to be committed. */
  committing(): Promise<void>
  /** It was committed. */
  committed(): void
}

/**
 * Kysely on one connection to MariaDB or MySQL. Streams, and queries with `records`, give each row as an array.
 */
export class MysqlDialect implements Dialect {
  readonly #session: Session
  readonly #witness: Witness | undefined

  constructor(session: Session, witness?: Witness) {
    this.#session = session
    this.#witness = witness
  }

  createDriver(): Driver {
    return new MysqlDriver(this.#session, this.#witness)
  }

  createQueryCompiler(): QueryCompiler {
    return new MysqlQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    return new OneConnectionAdapter()
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new MysqlIntrospector(db)
  }
}

/** Transactions that are begun at the same time take turns. */
class OneConnectionAdapter extends MysqlAdapter {
  override get supportsMultipleConnections(): boolean {
    return false
  }
}

class MysqlDriver implements Driver {
  readonly #session: Session
  readonly #witness: Witness | undefined
  readonly #connection: DatabaseConnection
  #writes = false

  constructor(session: Session, witness: Witness | undefined) {
    this.#session = session
    this.#witness = witness
    this.#connection = new MysqlConnection(session)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }

  async beginTransaction(_: DatabaseConnection, { accessMode }: TransactionSettings): Promise<void> {
    this.#writes = accessMode === 'read write'
    await this.#session.hold(command(this.#writes ? 'start transaction' : 'start transaction with consistent snapshot, read only'))
    try {
      if (this.#writes) await this.#witness?.begun()
    } catch (error) {
      await this.#session.letGo(command('rollback'))
      throw error
    }
  }

  async commitTransaction(): Promise<void> {
    if (this.#writes) await this.#witness?.committing()
    await this.#session.commit()
    if (this.#writes) this.#witness?.committed()
  }

  async rollbackTransaction(): Promise<void> {
    await this.#session.letGo(command('rollback'))
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    await this.#session.close()
  }
}

class MysqlConnection implements DatabaseConnection {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const answer = await this.#session.run(statementOf(query, 'records' in query))
    if ('rows' in answer) return { rows: answer.rows as R[] }
    return { rows: [], numAffectedRows: BigInt(answer.done.affectedRows), insertId: BigInt(answer.done.insertId) }
  }

  async *streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    for await (const rows of this.#session.stream(statementOf(query, true), chunkSize)) yield { rows: rows as R[] }
  }
}

function statementOf(query: CompiledQuery | PreparedQuery, records: boolean): Statement {
  const { sql, parameters } = query
  return { sql, parameters: parameters.map(bindable), records, prepared: 'prepared' in query && query.prepared }
}

/** The driver knows bytes as a `Buffer` only. */
function bindable(value: unknown): unknown {
  if (!(value instanceof Uint8Array) || Buffer.isBuffer(value)) return value
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

function command(sql: string): Statement {
  return { sql, parameters: [], records: false }
}
