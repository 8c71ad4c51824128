import { sql, type Kysely } from 'kysely'
import { compilePattern } from '../../core/paths.ts'
import type { Language } from '../language.ts'
import { placeRow, type RowShape } from '../row.ts'
import { chosen, type Choice } from './choice.ts'
import type { BoardCollection } from './collection.ts'
import type { ContentSource } from './contents.ts'
import { readGroups, type GroupLookup } from './groups.ts'
import { readOwned, readOwners, type Look, type Owner } from './owners.ts'
import { Plan, type Spot } from './plan.ts'

const TEMPLATES: RowShape = {
  collection: 'templates',
  keyNames: ['set', 'title'],
  pattern: compilePattern('template_sets/{set}/{group} Templates/{title}.html'),
}

/** The `sid` of templates that all sets share, and of those that MyBB ships. */
const GLOBAL_SET = -1
const MASTER_SET = -2

/** The templates of the board whose tables have this prefix: of each set that takes part. */
export function templatesOf(prefix: string, language: Language, choice: Choice): BoardCollection {
  const source = { ...TEMPLATES, table: `${prefix}templates`, id: 'tid', title: 'title', content: 'template', holder: 'sid' }
  return {
    ...source,
    plan: (db, look) => planTemplates(db, language, prefix, source, choice, look),
    longest: 120,
    touched(title, { time, versionOf }) {
      const version = versionOf(title)
      return { status: '', dateline: time, ...(version !== undefined && { version }) }
    },
    models: async () => new Map(),
    added: () => ({}),
    describeHolder: (holder) => (holder === MASTER_SET ? "the template belongs to MyBB's master set" : 'the template belongs to all sets'),
  }
}

/** The versions that MyBB last changed its own templates in, by title. */
export async function readMasterVersions(db: Kysely<unknown>, prefix: string): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ title: string; version: string }>`
    select title, version from ${sql.id(`${prefix}templates`)} where sid = ${MASTER_SET}`.execute(db)
  return new Map(rows.map(({ title, version }) => [title, version]))
}

/**
 * Plans the templates that each set shows: per title its own one, else the global, else the master
 * one. It is decided here and not in SQL: a board knows a template by its exact title, while its
 * database may compare titles without regard to case.
 */
async function planTemplates(
  db: Kysely<unknown>,
  language: Language,
  prefix: string,
  source: ContentSource,
  choice: Choice,
  look: Look = {},
): Promise<Plan> {
  const owned = await readOwned(db, language, source, look)
  const inherited = [...(owned.get(MASTER_SET) ?? []), ...(owned.get(GLOBAL_SET) ?? [])]
  const groupOf = await readGroups(db, prefix)
  const owners = await readOwners(db, language, { table: `${prefix}templatesets`, id: 'sid', title: 'title' })
  const sets = chosen(owners.filter(({ id }) => id > 0), choice.sets, 'mybb.sets')
  const shared = sharedSets(choice, sets)
  const plan = new Plan(source, (path) => spotAt(path, [...sets, ...shared], groupOf))
  for (const set of sets) {
    // Of equal titles the last one stays.
    for (const [title, held] of new Map([...inherited, ...(owned.get(set.id) ?? [])])) {
      plan.add(set, title, [set.title, groupOf(title), title], held)
    }
  }
  for (const set of shared) {
    for (const [title, held] of owned.get(set.id) ?? []) plan.add(set, title, [set.title, groupOf(title), title], held)
  }
  return plan
}

/** What sets inherit from has no row of its own among them; each is a set of its own templates alone. */
function sharedSets({ global, master }: Choice, sets: readonly Owner[]): Owner[] {
  const shared = [...(global ? [{ id: GLOBAL_SET, title: 'Global Templates' }] : []), ...(master ? [{ id: MASTER_SET, title: 'Master Templates' }] : [])]
  return shared.map(({ id, title }) => ({ id, title, label: sets.some((set) => set.title === title) ? `${title} (sid ${id})` : title }))
}

/** What a path may become whose title no set of that name shows in this directory. */
function spotAt(path: string, sets: readonly Owner[], groupOf: GroupLookup): Spot {
  const [name, , title] = TEMPLATES.pattern.parse(path) ?? []
  const set = sets.find((one) => one.title === name)
  if (set === undefined || title === undefined) return { kind: 'unknown' }
  const belongs = placeRow(TEMPLATES, [set.label, title], [set.title, groupOf(title), title])
  if (typeof belongs !== 'string') return { kind: 'problem', problem: { ...belongs, path } }
  return belongs === path ? { kind: 'vacant', key: [set.label as string, title], owner: set.id } : { kind: 'misplaced', belongs }
}
