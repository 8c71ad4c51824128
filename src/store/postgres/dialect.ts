import {
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type TransactionSettings,
} from 'kysely'
import type { PostgresConnection } from './connection.ts'

/** Kysely on one connection to a PostgreSQL server, whose streams are records. */
export class PostgresDialect implements Dialect {
  readonly #connection: PostgresConnection

  /** The dialect owns the connection from now on: destroying the Kysely instance closes it. */
  constructor(connection: PostgresConnection) {
    this.#connection = connection
  }

  createDriver(): Driver {
    return new PostgresDriver(this.#connection)
  }

  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler()
  }

  createAdapter(): DialectAdapter {
    return new PostgresAdapter()
  }

  createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
    return new PostgresIntrospector(db)
  }
}

class PostgresDriver implements Driver {
  readonly #connection: PostgresConnection
  /** Who has the connection, and who waits for it. */
  #turn: Promise<void> = Promise.resolve()
  #release: (() => void) | undefined

  constructor(connection: PostgresConnection) {
    this.#connection = connection
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#turn
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#turn = promise
    await before
    this.#release = resolve
    return this.#connection
  }

  /**
   * Who is going to write compares first what rows hold. Under "repeatable read" an update of a row that somebody else changed since our first
   * look at it fails, whatever isolation they chose; "serializable" would add nothing against those who chose less, and fail more often.
   */
  async beginTransaction(_: DatabaseConnection, { accessMode }: TransactionSettings): Promise<void> {
    await this.#connection.begin(`begin isolation level repeatable read ${accessMode === 'read write' ? 'read write' : 'read only'}`)
  }

  async commitTransaction(): Promise<void> {
    await this.#connection.commit()
  }

  async rollbackTransaction(): Promise<void> {
    await this.#connection.rollback()
  }

  async releaseConnection(): Promise<void> {
    this.#release?.()
  }

  async destroy(): Promise<void> {
    await this.#connection.close()
  }
}
