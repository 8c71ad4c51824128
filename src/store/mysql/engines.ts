import { sql, type Kysely } from 'kysely'
import type { Catalogue } from '../column.ts'

/** Which tables have transactions, and whether they still do: somebody may give a table another engine while it is watched. */
export class Engines {
  /** Asks like the one that was given, and notes what it tells. */
  readonly catalogue: Catalogue
  readonly #transactional = new Set<string>()

  constructor(catalogue: Catalogue) {
    this.catalogue = {
      ...catalogue,
      table: async (name) => {
        const table = await catalogue.table(name)
        if (table?.transactional === true && !table.view) this.#transactional.add(table.name)
        return table
      },
    }
  }

  /** `Database.isTransactional`. */
  async isTransactional(db: Kysely<unknown>, tables: readonly string[]): Promise<boolean> {
    const known = tables.filter((table) => this.#transactional.has(table))
    if (known.length === 0) return true
    const names = known.map((table) => {
      const [home, ...rest] = table.split('.')
      return rest.length === 0 ? sql`t.table_schema = database() and t.table_name = ${table}` : sql`t.table_schema = ${home} and t.table_name = ${rest.join('.')}`
    })
    const { rows } = await sql`
      select t.table_name from information_schema.tables as t left join information_schema.engines as e on e.engine = t.engine
      where (${sql.join(names, sql` or `)}) and coalesce(e.transactions, 'NO') <> 'YES'`.execute(db)
    return rows.length === 0
  }
}
