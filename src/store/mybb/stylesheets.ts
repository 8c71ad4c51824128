import { sql, type Kysely } from 'kysely'
import { compilePattern } from '../../core/paths.ts'
import type { RowShape } from '../row.ts'
import { readOwned, readOwners, type Titles } from './owners.ts'
import { Plan } from './plan.ts'

export const STYLESHEETS: RowShape = {
  collection: 'stylesheets',
  keyNames: ['theme', 'name'],
  pattern: compilePattern('styles/{theme}/{name}'),
}

/** The `tid` of the theme that MyBB ships; every other one descends from it. */
const MASTER = 1

/** Plans the stylesheets that each theme shows: its own, and those of its ancestors that it does not override. */
export async function planStylesheets(db: Kysely<unknown>, prefix: string, master: boolean): Promise<Plan> {
  const columns = { table: `${prefix}themestylesheets`, id: 'sid', title: 'name' }
  const plan = new Plan({ ...STYLESHEETS, ...columns, content: 'stylesheet' })
  const owned = await readOwned(db, columns, 'tid')
  const parents = await readParents(db, `${prefix}themes`)
  for (const theme of await readOwners(db, { table: `${prefix}themes`, id: 'tid', title: 'name' })) {
    if (theme.id === MASTER && !master) continue
    for (const [name, ids] of shownBy(theme.id, owned, parents)) {
      plan.add([theme.label, name], [theme.title, name], ids)
    }
  }
  return plan
}

function shownBy(theme: number, owned: ReadonlyMap<number, Titles>, parents: ReadonlyMap<number, number>): Titles {
  // A set: by mistake a theme can be its own ancestor.
  const line = new Set<number>()
  for (let tid: number | undefined = theme; tid !== undefined && !line.has(tid); tid = parents.get(tid)) line.add(tid)
  // From the eldest to the theme itself: of equal names the last one stays.
  return new Map([...line].toReversed().flatMap((tid) => [...(owned.get(tid) ?? [])]))
}

async function readParents(db: Kysely<unknown>, table: string): Promise<ReadonlyMap<number, number>> {
  const { rows } = await sql<{ tid: number; pid: number }>`select tid, pid from ${sql.id(table)}`.execute(db)
  return new Map(rows.map(({ tid, pid }) => [tid, pid]))
}
