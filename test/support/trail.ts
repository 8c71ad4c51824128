import { DatabaseSync } from 'node:sqlite'
import { sql } from './tables.ts'

/** Something that was done to a row of the sample table. */
export interface Step {
  /** `site/slug`. */
  readonly name: string
  readonly what: 'insert' | 'update' | 'delete'
  /** What the row held from then on. */
  readonly body: string | null
}

/** Makes the database keep every value that a row takes, also those that nobody was quick enough to see. */
export function keepTrail(store: string): void {
  const triggers = ['insert', 'update', 'delete'].map((what) => {
    const row = what === 'delete' ? 'old' : 'new'
    const body = what === 'delete' ? 'null' : 'new.body'
    return `create trigger if not exists trail_${what} after ${what} on pages begin
      insert into trail (name, what, body) values (${row}.site || '/' || ${row}.slug, '${what}', ${body}); end;`
  })
  sql(store, `create table if not exists trail (step integer primary key, name text, what text, body text); ${triggers.join('\n')}`)
}

/** What was done to the rows, in its order. */
export function trailOf(store: string): Step[] {
  return rowsOf(store, 'select name, what, body from trail order by step') as unknown as Step[]
}

/** What all rows hold, by `site/slug`. */
export function bodiesOf(store: string): Record<string, unknown> {
  const rows = rowsOf(store, "select site || '/' || slug as name, body from pages")
  return Object.fromEntries(rows.map(({ name, body }) => [name, body]))
}

function rowsOf(store: string, query: string): Record<string, unknown>[] {
  const db = new DatabaseSync(store, { readOnly: true })
  // A session may be committing just now.
  db.exec('pragma busy_timeout = 5000')
  const rows = db.prepare(query).all().map((row) => ({ ...row }))
  db.close()
  return rows
}
