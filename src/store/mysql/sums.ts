import { randomUUID } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Catalogue, Table } from '../column.ts'
import type { Watched } from '../database.ts'
import type { Witness } from './dialect.ts'
import { mysqlLanguage } from './language.ts'
import type { Session } from './session.ts'

/** What is known of one table. */
interface Standing {
  readonly query: string
  readonly table: string
  /** Whether a transaction sees it as of one moment, and nobody else's changes come in between. */
  readonly transactional: boolean
  /** The sum that `version` stands for. */
  sum: string | undefined
  version: number
  /** How long the server took, in milliseconds. */
  took: number
}

/** What a transaction found when it began, and is going to leave. */
interface Passage {
  readonly before: string
  after: string | undefined
}

/** Tables whose sum takes longer than this, in milliseconds, are not summed up around our own transactions: their token moves with these as well. */
const SLOW = 300

/**
 * Tells whether tables changed. The server has no number that moves with each commit, so it sums up a hash of each row: what is swapped between
 * two rows makes other hashes.
 */
export class Sums implements Witness {
  readonly #opening = randomUUID()
  readonly #catalogue: Catalogue
  readonly #writer: Session
  readonly #standings = new Map<string, Standing>()
  #passages = new Map<Standing, Passage>()

  /** @param writer whose commits are our own */
  constructor(catalogue: Catalogue, writer: Session) {
    this.#catalogue = catalogue
    this.#writer = writer
  }

  /** `Database.token`. */
  async token(db: Kysely<unknown>, watched: readonly Watched[]): Promise<string> {
    const versions: number[] = []
    for (const one of watched) {
      const standing = await this.#standing(db, one)
      const sum = await summed(standing, async () => (await sql.raw<Summed>(standing.query).execute(db)).rows[0]!)
      if (standing.sum !== sum) {
        standing.sum = sum
        standing.version++
      }
      versions.push(standing.version)
    }
    return `${this.#opening} ${versions.join(' ')}`
  }

  async begun(): Promise<void> {
    await this.#begin([...this.#standings.values()].filter(({ transactional }) => transactional))
  }

  async committing(): Promise<void> {
    for (const [standing, passage] of this.#passages) passage.after = await this.#sum(standing)
  }

  committed(): void {
    for (const [standing, { before, after }] of this.#passages) {
      // Otherwise somebody else changed it before, which no token has told yet.
      if (standing.sum === before) standing.sum = after
    }
    this.#passages = new Map()
  }

  /** Like `begun`, for tables that nobody else can change now. */
  async locked(tables: readonly string[]): Promise<void> {
    await this.#begin([...this.#standings.values()].filter(({ table }) => tables.includes(table)))
  }

  async #begin(standings: readonly Standing[]): Promise<void> {
    this.#passages = new Map()
    for (const standing of standings) {
      if (standing.took <= SLOW) this.#passages.set(standing, { before: await this.#sum(standing), after: undefined })
    }
  }

  async #sum(standing: Standing): Promise<string> {
    return summed(standing, async () => {
      const answer = await this.#writer.run({ sql: standing.query, parameters: [], records: false })
      return ('rows' in answer ? answer.rows[0] : undefined) as Summed
    })
  }

  async #standing(db: Kysely<unknown>, watched: Watched): Promise<Standing> {
    const name = JSON.stringify([watched.table, watched.columns])
    let standing = this.#standings.get(name)
    if (standing === undefined) {
      const table = await this.#catalogue.table(watched.table)
      const query = sumQuery(this.#catalogue, watched, table).compile(db).sql
      standing = { query, table: watched.table, transactional: table?.transactional === true && !table.view, sum: undefined, version: 0, took: 0 }
      this.#standings.set(name, standing)
    }
    return standing
  }
}

interface Summed {
  readonly total: number | string
  readonly sum: string | null
}

async function summed(standing: Standing, ask: () => Promise<Summed>): Promise<string> {
  const start = performance.now()
  const { total, sum } = await ask()
  standing.took = performance.now() - start
  return `${total} ${sum}`
}

/**
 * The number of rows and the sum of a hash of each. Each value is hashed by itself: what is put together may not be longer than a
 * packet, and would be NULL.
 */
function sumQuery(catalogue: Catalogue, { table, columns }: Watched, found: Table | undefined): ReturnType<typeof sql<Summed>> {
  const values = columns.map((name) => {
    const expression = sql.id(name)
    const column = found && catalogue.find(found, name)
    return sql`coalesce(sha2(${column === undefined ? expression : mysqlLanguage.select({ column, expression })}, 256), '-')`
  })
  const hash = sql`conv(left(sha2(concat(${sql.join(values)}), 256), 16), 16, 10)`
  return sql<Summed>`select count(*) as total, sum(cast(${hash} as unsigned)) as sum from ${sql.table(table)}`
}
