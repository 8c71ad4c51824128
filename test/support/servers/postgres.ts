import { createRequire } from 'node:module'
import { freshName, urlOf, type Maker, type Person, type Records, type Trial } from './trial.ts'
import { inWords } from './words.ts'

/** What the tests use of the package `pg`. */
interface Client {
  connect(): Promise<unknown>
  query(sql: string): Promise<unknown>
  query(query: object): Promise<{ readonly rows: (string | null)[][]; readonly fields: readonly { readonly dataTypeID: number }[] }>
  on(event: 'error', listener: () => void): void
  end(): Promise<void>
}

const { Client } = createRequire(import.meta.url)('pg') as { Client: new (options: object) => Client }

/** Databases on a server of PostgreSQL. */
export const POSTGRES: Maker = {
  kind: 'postgres',
  title: 'PostgreSQL',
  variable: 'ROWTREE_TEST_POSTGRES',
  usual: 'postgres://postgres@127.0.0.1:5432/test',
  answers: (url) => connected(url).then((client) => client.end()).then(() => true, () => false),
  connect: personAt,
  make: (url) => new PostgresTrial(url),
}

/** A collation that does not mind capitals, in a schema that outlives the tests' tables. */
const PREPARE = `create schema collations; create collation collations.caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  set search_path = public, collations`

class PostgresTrial implements Trial {
  readonly kind = 'postgres'
  readonly url: string
  readonly #server: string
  readonly #name = freshName()
  #client: Client | undefined

  constructor(server: string) {
    this.#server = server
    this.url = urlOf(server, this.#name)
  }

  get #open(): Client {
    if (this.#client === undefined) throw new Error('The database was not made')
    return this.#client
  }

  async begin(): Promise<void> {
    const server = await connected(this.#server)
    await server.query(`create database ${this.#name} encoding 'UTF8' template template0`)
    await server.query(`alter database ${this.#name} set synchronous_commit = off`)
    await server.end()
    this.#client = await connected(this.url)
    await this.#client.query(PREPARE)
    await this.fresh('')
  }

  async fresh(script: string): Promise<void> {
    await this.#open.query('drop schema public cascade; create schema public')
    if (script !== '') await this.execute(script)
  }

  execute(script: string): Promise<void> {
    return executeOn(this.#open, script)
  }

  async load(script: string): Promise<void> {
    await this.#open.query(script)
  }

  query(sql: string): Promise<Records> {
    return queryOn(this.#open, sql)
  }

  connect(): Promise<Person> {
    return personAt(this.url)
  }

  async killOthers(): Promise<number> {
    const killed = await this.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${this.#name}' and pid <> pg_backend_pid()`)
    return killed.length
  }

  async waiting(): Promise<number> {
    const found = await this.query(`select count(*) from pg_stat_activity where datname = '${this.#name}' and wait_event_type = 'Lock'`)
    return Number(found[0]![0])
  }

  async end(): Promise<void> {
    if (this.#client === undefined) return
    await this.close()
    const server = await connected(this.#server)
    await server.query(`drop database if exists ${this.#name} with (force)`)
    await server.end()
  }

  close(): Promise<void> {
    return this.#open.end()
  }
}

async function personAt(url: string): Promise<Person> {
  const client = await connected(url)
  return {
    execute: (script) => executeOn(client, script),
    load: async (script) => void (await client.query(script)),
    query: (sql) => queryOn(client, sql),
    close: () => client.end(),
  }
}

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3_000 })
  // Who is killed while nobody asks tells it to nobody else.
  client.on('error', () => {})
  await client.connect()
  await client.query("set lock_timeout = '10s'; set client_min_messages = warning; set timezone = 'UTC'")
  return client
}

async function executeOn(client: Client, script: string): Promise<void> {
  await client.query(inWords('postgres', script))
}

const BYTEA = 17

async function queryOn(client: Client, sql: string): Promise<Records> {
  const types = { getTypeParser: () => (text: string) => text }
  const { rows, fields } = await client.query({ text: inWords('postgres', sql), rowMode: 'array', types })
  return rows.map((row) => row.map((value, index) => (value !== null && fields[index]!.dataTypeID === BYTEA ? `x'${value.slice(2).toUpperCase()}'` : value)))
}
