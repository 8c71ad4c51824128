import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely'
import { objectTypes, recordTypes } from './answers.ts'
import { fetchAll } from './cursor.ts'
import type { Client, Result, Statement } from './driver.ts'
import { isLost, isStale } from './sqlstate.ts'

/** Asks the server within the transaction that is open. Rows are arrays of texts. */
export type Ask = (text: string) => Promise<readonly (readonly (string | null)[])[]>

/** Looks at the transactions that write. */
export interface Witness {
  /** Before the first statement of a transaction that looks at rows. */
  begun(ask: Ask): Promise<void>
  /** Before the commit; what it gives is called after the commit. */
  ending(ask: Ask): Promise<() => void>
}

/** What a connection is made of. */
export interface ConnectionOptions {
  /** Connects. */
  readonly open: () => Promise<Client>
  /** Statements outside of a transaction only ask, so that one may be asked again when the connection turns out to be lost. */
  readonly asks: boolean
  readonly witness?: Witness | undefined
}

/** Statements that stay prepared: more than the writing of any collection takes. */
const PREPARED = 100

/**
 * One connection to a server, opened when it is needed, and again when it was lost; not so amid a transaction, which is gone with its
 * connection: each further statement fails until it is rolled back.
 */
export class PostgresConnection implements DatabaseConnection {
  readonly #options: ConnectionOptions
  #client: Client | undefined
  #opening: Promise<Client> | undefined
  #transaction: 'none' | 'open' | 'failed' | 'lost' = 'none'
  /** The witness has not been asked in this transaction. */
  #unseen = false
  #lost: unknown
  #closed = false
  /** Texts that were asked once, the latest last. */
  readonly #seen = new Set<string>()
  /** The names of statements that this connection has prepared, by their texts. */
  readonly #prepared = new Map<string, string>()
  #names = 0

  constructor(options: ConnectionOptions) {
    this.#options = options
  }

  /** The server's process, while it is connected. */
  get processId(): number | undefined {
    return this.#client?.processID ?? undefined
  }

  /** Connects, if it is not connected. */
  async connect(): Promise<void> {
    await this.#connected()
  }

  async begin(command: string): Promise<void> {
    await this.#asking({ text: command }, true)
    this.#transaction = 'open'
    this.#unseen = this.#options.witness !== undefined
  }

  async commit(): Promise<void> {
    const done = this.#unseen || this.#transaction !== 'open' ? undefined : await this.#options.witness?.ending(this.#ask)
    const { command } = await this.#run({ text: 'commit' })
    this.#transaction = 'none'
    // The server takes back a transaction in which something failed, and reports no error.
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back, because a statement of it had failed')
    done?.()
  }

  /** Ends the transaction; what was lost is over already. */
  async rollback(): Promise<void> {
    if (this.#transaction !== 'lost') {
      try {
        await this.#run({ text: 'rollback' })
      } catch (error) {
        // The server rolls back what has no connection.
        if (!isLost(error)) throw error
      }
    }
    this.#transaction = 'none'
    this.#lost = undefined
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#unseen && !/^\s*(?:lock|savepoint)\b/i.test(query.sql)) {
      // Not earlier: what is seen after a lock must not be older than the lock.
      this.#unseen = false
      await this.#options.witness?.begun(this.#ask)
    }
    const records = 'records' in query
    const name = this.#nameFor(query.sql)
    const { rows, rowCount, command } = await this.#asking({
      text: query.sql,
      values: query.parameters,
      ...(name !== undefined && { name }),
      ...(records && { rowMode: 'array' as const }),
      types: records ? recordTypes : objectTypes,
    }, this.#options.asks)
    const counts = command !== null && /^(?:INSERT|UPDATE|DELETE|MERGE)$/.test(command)
    return { rows: rows as R[], ...(counts && { numAffectedRows: BigInt(rowCount ?? 0) }) }
  }

  async *streamQuery<R>(query: CompiledQuery, chunkSize: number): AsyncIterableIterator<QueryResult<R>> {
    const own = this.#transaction === 'none'
    // A cursor lives in a transaction.
    if (own) await this.begin('begin isolation level repeatable read read only')
    try {
      yield* fetchAll<R>((statement) => this.#run(statement), query, chunkSize)
    } finally {
      if (own) await this.rollback()
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  readonly #ask: Ask = async (text) => {
    const { rows } = await this.#run({ text, rowMode: 'array', types: recordTypes })
    return rows as (string | null)[][]
  }

  /** Asks again, once, when a connection that had been idle is lost, or what it prepared no longer fits the tables. */
  async #asking(statement: Statement, again: boolean): Promise<Result> {
    const isOld = this.#client !== undefined
    try {
      return await this.#run(statement)
    } catch (error) {
      if (!again || !isOld || this.#transaction !== 'none' || !(isLost(error) || isStale(error))) throw error
      const { name: _, ...unprepared } = statement
      return await this.#run(unprepared)
    }
  }

  async #run(statement: Statement): Promise<Result> {
    const client = await this.#connected()
    try {
      return await client.query(statement)
    } catch (error) {
      // The server ends some connections with an error first, and only then closes them.
      if (isLost(error)) this.#drop(client, error)
      else if (this.#transaction === 'open') this.#transaction = 'failed'
      if (isStale(error)) this.#prepared.clear()
      throw error
    }
  }

  async #connected(): Promise<Client> {
    if (this.#transaction === 'lost') throw new Error('Connection terminated amid the transaction', { cause: this.#lost })
    if (this.#closed) throw new Error('the store was closed')
    if (this.#client !== undefined) return this.#client
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined))
    return this.#opening
  }

  async #open(): Promise<Client> {
    const client = await this.#options.open()
    if (this.#closed) {
      await client.end()
      throw new Error('the store was closed')
    }
    this.#prepared.clear()
    // Also a connection that nobody uses may end; without a listener that would end the process.
    client.on('error', (error) => this.#drop(client, error))
    client.on('end', () => this.#drop(client, undefined))
    this.#client = client
    return client
  }

  #drop(client: Client, reason: unknown): void {
    if (this.#client !== client) return
    this.#client = undefined
    if (this.#transaction !== 'none') this.#transaction = 'lost'
    this.#lost = reason
    // Its socket may be half open.
    client.end().catch((error: unknown) => (this.#lost ??= error))
  }

  /** What is asked only once is not worth preparing. */
  #nameFor(text: string): string | undefined {
    const name = this.#prepared.get(text)
    if (name !== undefined || this.#prepared.size >= PREPARED) return name
    if (this.#seen.delete(text)) this.#prepared.set(text, `rowtree_${++this.#names}`)
    else this.#seen.add(text)
    if (this.#seen.size > PREPARED) this.#seen.delete(this.#seen.keys().next().value!)
    return this.#prepared.get(text)
  }
}
