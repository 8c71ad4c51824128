import { createConnection, type Connection } from 'mysql2/promise'
import { freshName, shownBytes, urlOf, type Maker, type Person, type Records, type Trial } from './trial.ts'
import { inWords } from './words.ts'

/** Databases on a server of MariaDB or MySQL. */
export const MYSQL: Maker = {
  kind: 'mysql',
  title: 'MariaDB',
  variable: 'ROWTREE_TEST_MYSQL',
  usual: 'mysql://root@127.0.0.1:3306/test',
  answers: (url) => connected(url).then((connection) => connection.end()).then(() => true, () => false),
  connect: personAt,
  make: (url) => new MysqlTrial(url),
}

class MysqlTrial implements Trial {
  readonly kind = 'mysql'
  readonly url: string
  readonly #server: string
  readonly #name = freshName()
  #connection: Connection | undefined

  constructor(server: string) {
    this.#server = server
    this.url = urlOf(server, this.#name)
  }

  get #open(): Connection {
    if (this.#connection === undefined) throw new Error('The database was not made')
    return this.#connection
  }

  async begin(): Promise<void> {
    this.#connection = await connected(this.#server)
    await this.fresh('')
  }

  async fresh(script: string): Promise<void> {
    await this.#open.query(`drop database if exists ${this.#name}; create database ${this.#name} character set utf8mb4 collate utf8mb4_general_ci; use ${this.#name}`)
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
    const others = await this.query(`select id from information_schema.processlist where db = '${this.#name}' and id <> connection_id()`)
    for (const [id] of others) {
      await this.execute(`kill ${id!}`).catch((error: unknown) => {
        // It has just gone by itself.
        if (!(error instanceof Error && 'errno' in error && error.errno === UNKNOWN_THREAD)) throw error
      })
    }
    return others.length
  }

  async waiting(): Promise<number> {
    // The tables of information_schema show what was a tenth of a second ago, or longer where many ask.
    const [[, , status]] = (await this.query('show engine innodb status')) as [[string, string, string]]
    const ids = new Set([...status.matchAll(/^LOCK WAIT .*\n(?:MariaDB|MySQL) thread id (\d+)/gm)].map(([, id]) => id))
    const ours = await this.query('show full processlist')
    return ours.filter(([id, , , database, , , state]) => database === this.#name && (ids.has(id!) || state?.startsWith('Waiting for table'))).length
  }

  async end(): Promise<void> {
    if (this.#connection === undefined) return
    await this.killOthers()
    await this.#connection.query(`drop database if exists ${this.#name}`)
    await this.close()
  }

  close(): Promise<void> {
    return this.#open.end()
  }
}

async function personAt(url: string): Promise<Person> {
  const connection = await connected(url)
  return {
    execute: (script) => executeOn(connection, script),
    load: async (script) => void (await connection.query(script)),
    query: (sql) => queryOn(connection, sql),
    // It may have been killed.
    close: async () => connection.destroy(),
  }
}

async function connected(url: string): Promise<Connection> {
  const { hostname, port, username, password, pathname } = new URL(url)
  const connection = await createConnection({
    host: hostname, port: Number(port || 3306), user: decodeURIComponent(username), password: decodeURIComponent(password), database: pathname.slice(1),
    multipleStatements: true, charset: 'utf8mb4', connectTimeout: 3_000,
  })
  await connection.query("set lock_wait_timeout = 10, innodb_lock_wait_timeout = 10, time_zone = '+00:00'")
  return connection
}

async function executeOn(connection: Connection, script: string): Promise<void> {
  await connection.query(inWords('mysql', script))
}

const UNKNOWN_THREAD = 1094

/** The types of the protocol whose values are bytes where their character set is `binary`. */
const BYTES = new Set([15, 16, 249, 250, 251, 252, 253, 254, 255])
const BINARY = 63

async function queryOn(connection: Connection, sql: string): Promise<Records> {
  const [rows, fields] = await connection.query({ sql: inWords('mysql', sql), rowsAsArray: true, typeCast: false })
  return (rows as (Buffer | null)[][]).map((row) => row.map((value, index) => {
    if (value === null) return null
    const { characterSet, columnType } = fields[index]!
    return characterSet === BINARY && BYTES.has(columnType!) ? shownBytes(value) : value.toString()
  }))
}
