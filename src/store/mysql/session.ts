import type { Connection, FieldPacket, QueryError, QueryOptions, ResultSetHeader } from 'mysql2'
import { cut } from './connect.ts'
import { packetFault } from './packet.ts'
import { streamOf } from './stream.ts'

/** What a statement gave: rows, or how many were affected. */
export type Answer = { readonly rows: unknown[] } | { readonly done: ResultSetHeader }

/** A statement with its parameters. `records`: rows come as arrays. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
  readonly records: boolean
  /** Whether the server is to keep it, for the next time. Default: no. */
  readonly prepared?: boolean
}

/** Statements that may be asked twice without harm. */
const QUESTION = /^\s*select\b/i

/**
 * A connection that is opened at its first statement and again when it was lost. While it is held, for a transaction or a lock, it is not opened again: what it
 * held is gone, and every further statement fails until it is let go of.
 */
export class Session {
  readonly #connect: () => Promise<Connection>
  #connection: Promise<Connection> | undefined
  #lost: unknown
  #held = false
  #streaming = false
  #closed = false

  constructor(connect: () => Promise<Connection>) {
    this.#connect = connect
  }

  /** From now on a lost connection is an error. */
  async hold(begin: Statement): Promise<void> {
    if (this.#held) throw new Error('a transaction or a lock is open already')
    const reused = this.#connection !== undefined
    try {
      await this.#begin(begin)
    } catch (error) {
      // It ended while nobody asked, and only this told.
      if (!reused || this.#closed || !isFatal(error)) throw error
      await this.#begin(begin)
    }
  }

  /** A lost connection may be replaced from now on. Without one there is nothing to take back. */
  async letGo(end: Statement): Promise<void> {
    try {
      if (this.#lost === undefined && this.#connection !== undefined) await this.#ask(this.#connection, end)
    } catch (error) {
      // What it held must not stay open, nor be taken for the next one's.
      await this.drop(error)
      throw error
    } finally {
      this.#held = false
      this.#lost = undefined
    }
  }

  /** Like `letGo`, where it matters that the end was reached. */
  async commit(): Promise<void> {
    try {
      await this.run({ sql: 'commit', parameters: [], records: false })
    } finally {
      this.#held = false
      this.#lost = undefined
    }
  }

  /** Opens the connection, if there is none. */
  async ready(): Promise<void> {
    await this.#open()
  }

  async run(statement: Statement): Promise<Answer> {
    const reused = this.#connection !== undefined
    try {
      return await this.#ask(this.#open(), statement)
    } catch (error) {
      // As in `hold`.
      const again = reused && !this.#held && !this.#closed && isFatal(error) && QUESTION.test(statement.sql)
      if (!again) throw error
      return await this.#ask(this.#open(), statement)
    }
  }

  /** The rows of a query as records, in chunks; the server waits while they are not taken. */
  async *stream(statement: Statement, size: number): AsyncGenerator<unknown[][]> {
    const connection = await this.#open()
    let complete = false
    this.#streaming = true
    try {
      yield* streamOf(connection, { sql: statement.sql, values: statement.parameters, rowsAsArray: true } as QueryOptions, size)
      complete = true
    } finally {
      this.#streaming = false
      // What was not taken is still on its way: the connection answers nothing else before.
      if (!complete) await this.drop(new Error('its rows were not read to the end'))
    }
  }

  /** Ends the connection as it is. */
  async drop(reason: unknown): Promise<void> {
    const connection = this.#connection
    if (connection === undefined) return
    this.#forget(connection, reason)
    cut(await connection)
  }

  async close(): Promise<void> {
    this.#closed = true
    const connection = this.#connection
    if (connection === undefined) return
    this.#forget(connection, new Error('the store was closed'))
    const open = await connection.catch(() => undefined)
    if (open !== undefined && this.#streaming) {
      // Rows that nobody takes would never end, and who takes them has to hear of it.
      open.emit('error', new Error('the store was closed'))
      return cut(open)
    }
    await new Promise<void>((resolve) => (open === undefined ? resolve() : open.end(() => resolve())))
  }

  async #begin(begin: Statement): Promise<void> {
    // Before it is asked: a connection that ends right after the answer must not be replaced.
    this.#held = true
    this.#lost = undefined
    try {
      await this.#ask(this.#open(), begin)
    } catch (error) {
      this.#held = false
      this.#lost = undefined
      throw error
    }
  }

  #open(): Promise<Connection> {
    if (this.#closed) return Promise.reject(new Error('the store was closed'))
    if (this.#held && this.#lost !== undefined) return Promise.reject(this.#lost as Error)
    if (this.#connection !== undefined) return this.#connection
    const opening = this.#connect().then((connection) => {
      const gone = (error?: unknown): void => this.#forget(opening, error ?? lost())
      connection.on('error', gone)
      connection.on('end', () => gone())
      return connection
    })
    this.#connection = opening
    opening.catch((error: unknown) => this.#forget(opening, error))
    return opening
  }

  #forget(connection: Promise<Connection>, reason: unknown): void {
    if (this.#connection !== connection) return
    this.#connection = undefined
    if (this.#held) this.#lost = reason
  }

  async #ask(opening: Promise<Connection>, { sql, parameters, records, prepared }: Statement): Promise<Answer> {
    const connection = await opening
    const fault = packetFault(connection, sql, parameters, prepared === true)
    if (fault !== undefined) throw fault
    return new Promise((resolve, reject) => {
      const done = (error: QueryError | null, result: unknown, fields: FieldPacket[] | undefined): void => {
        if (error) {
          if (isFatal(error)) this.#forget(opening, error)
          reject(error)
        } else resolve(fields === undefined ? { done: result as ResultSetHeader } : { rows: result as unknown[] })
      }
      const options = { sql, values: parameters, rowsAsArray: records } as QueryOptions
      if (prepared === true) connection.execute(options, done as never)
      else connection.query(options, done as never)
    })
  }
}

/** Whether the connection cannot be used after this error. */
function isFatal(error: unknown): boolean {
  return error instanceof Error && 'fatal' in error && error.fatal === true
}

function lost(): Error {
  return Object.assign(new Error('Connection lost: The server closed the connection.'), { code: 'PROTOCOL_CONNECTION_LOST', fatal: true })
}
