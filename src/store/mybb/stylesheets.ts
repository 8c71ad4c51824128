import { sql, type Kysely } from 'kysely'
import { compilePattern } from '../../core/paths.ts'
import type { Language } from '../language.ts'
import { placeRow, type RowShape } from '../row.ts'
import { chosen, type Choice } from './choice.ts'
import type { BoardCollection, Columns } from './collection.ts'
import type { ContentSource } from './contents.ts'
import { readOwned, readOwners, type Look, type Owner, type Titles } from './owners.ts'
import { Plan, type Spot } from './plan.ts'

const STYLESHEETS: RowShape = {
  collection: 'stylesheets',
  keyNames: ['theme', 'name'],
  pattern: compilePattern('styles/{theme}/{name}'),
}

/** The `tid` of the theme that MyBB ships; every other one descends from it. */
const MASTER_THEME = 1

/**
 * The stylesheets of the board whose tables have this prefix: of each theme that takes part, those of the
 * master theme only with `master`. Their rows alone are written here.
 */
export function stylesheetsOf(prefix: string, language: Language, choice: Choice): BoardCollection {
  const source = { ...STYLESHEETS, table: `${prefix}themestylesheets`, id: 'sid', title: 'name', content: 'stylesheet', holder: 'tid' }
  return {
    ...source,
    plan: (db, look) => planStylesheets(db, language, `${prefix}themes`, source, choice, look),
    longest: 30,
    touched: (_, { time }) => ({ lastmodified: time }),
    models: (db, ids) => readAttachments(db, source, ids),
    added: (name, model) => ({ cachefile: name, attachedto: '', ...model }),
    describeHolder: (theme) =>
      theme === MASTER_THEME ? "the stylesheet belongs to MyBB's master theme" : `the stylesheet belongs to another theme (tid ${theme})`,
  }
}

/** The pages that stylesheets are for, in MyBB's words. */
async function readAttachments(
  db: Kysely<unknown>,
  { table }: ContentSource,
  ids: readonly number[],
): Promise<ReadonlyMap<number, Columns>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ sid: number | string; attachedto: string }>`
    select sid, attachedto from ${sql.id(table)} where sid in (${sql.join(ids)})`.execute(db)
  return new Map(rows.map(({ sid, attachedto }) => [Number(sid), { attachedto }]))
}

/** Plans the stylesheets that each theme shows: its own, and those of its ancestors that it does not override. */
async function planStylesheets(
  db: Kysely<unknown>,
  language: Language,
  table: string,
  source: ContentSource,
  choice: Choice,
  look: Look = {},
): Promise<Plan> {
  const owned = await readOwned(db, language, source, look)
  const parents = await readParents(db, table)
  const owners = await readOwners(db, language, { table, id: 'tid', title: 'name' })
  const all = owners.filter(({ id }) => id !== MASTER_THEME || choice.master)
  const themes = chosen(all, choice.themes, 'mybb.themes')
  const plan = new Plan(source, (path) => spotAt(path, themes))
  for (const theme of themes) {
    for (const [name, held] of shownBy(theme.id, owned, parents)) plan.add(theme, name, [theme.title, name], held)
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
  const { rows } = await sql<{ tid: number | string; pid: number | string }>`select tid, pid from ${sql.id(table)}`.execute(db)
  return new Map(rows.map(({ tid, pid }) => [Number(tid), Number(pid)]))
}

/** What a path may become whose name no theme of that title shows; MyBB takes only `.css` for a stylesheet. */
function spotAt(path: string, themes: readonly Owner[]): Spot {
  const [title, name] = STYLESHEETS.pattern.parse(path) ?? []
  const theme = themes.find((one) => one.title === title)
  if (theme === undefined || !name?.endsWith('.css')) return { kind: 'unknown' }
  const place = placeRow(STYLESHEETS, [theme.label, name], [theme.title, name])
  if (typeof place !== 'string') return { kind: 'problem', problem: { ...place, path } }
  return { kind: 'vacant', key: [theme.label as string, name], owner: theme.id }
}
