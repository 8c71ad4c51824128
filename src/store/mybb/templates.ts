import type { Kysely } from 'kysely'
import { compilePattern } from '../../core/paths.ts'
import type { RowShape } from '../row.ts'
import { readGroups } from './groups.ts'
import { readOwned, readOwners } from './owners.ts'
import { Plan } from './plan.ts'

export const TEMPLATES: RowShape = {
  collection: 'templates',
  keyNames: ['set', 'title'],
  pattern: compilePattern('template_sets/{set}/{group} Templates/{title}.html'),
}

/** The `sid` of templates that all sets share, and of those that MyBB ships. */
const GLOBAL = -1
const MASTER = -2

/**
 * Plans the templates that each set shows: per title its own one, else the global, else the master
 * one. It is decided here and not in SQL: a board knows a template by its exact title, while its
 * database may compare titles without regard to case.
 */
export async function planTemplates(db: Kysely<unknown>, prefix: string): Promise<Plan> {
  const columns = { table: `${prefix}templates`, id: 'tid', title: 'title' }
  const plan = new Plan({ ...TEMPLATES, ...columns, content: 'template' })
  const owned = await readOwned(db, columns, 'sid')
  const inherited = [...(owned.get(MASTER) ?? []), ...(owned.get(GLOBAL) ?? [])]
  const groupOf = await readGroups(db, prefix)
  for (const set of await readOwners(db, { table: `${prefix}templatesets`, id: 'sid', title: 'title' })) {
    if (set.id <= 0) continue
    // Of equal titles the last one stays.
    for (const [title, ids] of new Map([...inherited, ...(owned.get(set.id) ?? [])])) {
      plan.add([set.label, title], [set.title, groupOf(title), title], ids)
    }
  }
  return plan
}
