import { sql, type Kysely, type RawBuilder } from 'kysely'
import { isCacheable } from './cache-files.ts'
import type { Written } from './collection.ts'
import { cacheOf } from './default-theme.ts'
import { rebuildThemes, type SheetRow, type ThemeLists, type ThemeRow } from './theme-lists.ts'

/** Where a board keeps its themes, and how. */
export interface ThemeTables {
  readonly prefix: string
  /** Whether the board has a `datacache`. */
  readonly cached: boolean
  /** Whether stylesheets become files that the board serves. Otherwise it serves them from their rows. */
  readonly files: boolean
  /** At the end of a query whose rows nobody may change until the transaction ends. */
  readonly forUpdate: RawBuilder<unknown>
}

type Theme = ThemeRow & { readonly def: number }

/**
 * Does in the tables what MyBB does when stylesheets of themes were written or deleted: notes where each is served from, rebuilds the lists of
 * these themes and of those that inherit from them, and keeps the board's copy of its default theme the same.
 *
 * @returns why it cannot be done
 */
export async function updateThemes(db: Kysely<unknown>, tables: ThemeTables, written: readonly Written[]): Promise<string | undefined> {
  const themes = await readThemes(db, tables)
  const { sheets, changed } = await serve(db, tables, await readSheets(db, tables), written)
  let lists: ThemeLists[]
  try {
    lists = rebuildThemes(themes, sheets, written.map(({ owner }) => owner), changed)
  } catch (error) {
    if (error instanceof SyntaxError) return `its theme cannot list it. ${error.message}. Save the properties of the theme in the admin panel`
    throw error
  }
  const table = sql.id(`${tables.prefix}themes`)
  for (const { tid, properties, stylesheets } of lists) {
    await sql`update ${table} set properties = ${properties}, stylesheets = ${stylesheets} where tid = ${tid}`.execute(db)
  }
  const byId = new Map(lists.map((one) => [one.tid, one]))
  const standard = themes.find(({ def }) => def === 1)
  if (standard && tables.cached) await cache(db, tables, { ...standard, ...byId.get(standard.tid) })
  return undefined
}

async function readThemes(db: Kysely<unknown>, { prefix, forUpdate }: ThemeTables): Promise<Theme[]> {
  const { rows } = await sql<Theme>`
    select tid, pid, def, name, properties, stylesheets from ${sql.id(`${prefix}themes`)} order by tid ${forUpdate}`.execute(db)
  // Some drivers give numbers as texts.
  return rows.map((row) => ({ ...row, tid: Number(row.tid), pid: Number(row.pid), def: Number(row.def) }))
}

/** As they are by now, and not as the transaction began to see them: a list must not leave out what somebody added meanwhile. */
async function readSheets(db: Kysely<unknown>, { prefix, forUpdate }: ThemeTables): Promise<SheetRow[]> {
  const { rows } = await sql<SheetRow>`
    select sid, tid, name, attachedto, cachefile from ${sql.id(`${prefix}themestylesheets`)} order by sid ${forUpdate}`.execute(db)
  return rows.map((row) => ({ ...row, sid: Number(row.sid), tid: Number(row.tid) }))
}

/** Notes where the written stylesheets are served from. */
async function serve(
  db: Kysely<unknown>,
  { prefix, files }: ThemeTables,
  sheets: readonly SheetRow[],
  written: readonly Written[],
): Promise<{ sheets: SheetRow[]; changed: Set<number> }> {
  const changed = new Set<number>()
  const served: SheetRow[] = []
  for (const sheet of sheets) {
    const { sid, tid, name } = sheet
    if (!written.some(({ owner, title }) => owner === tid && title === name)) {
      served.push(sheet)
      continue
    }
    const cachefile = files && isCacheable(name) ? name : `css.php?stylesheet=${sid}`
    if (cachefile !== sheet.cachefile) {
      await sql`update ${sql.id(`${prefix}themestylesheets`)} set cachefile = ${cachefile} where sid = ${sid}`.execute(db)
    }
    changed.add(sid)
    served.push({ ...sheet, cachefile })
  }
  return { sheets: served, changed }
}

/** A board without a copy makes one by itself. */
async function cache(db: Kysely<unknown>, { prefix, forUpdate }: ThemeTables, theme: Theme): Promise<void> {
  const table = sql.id(`${prefix}datacache`)
  const { rows } = await sql<{ cache: string }>`select cache from ${table} where title = 'default_theme' ${forUpdate}`.execute(db)
  const kept = rows[0]?.cache
  if (kept === undefined) return
  const made = cacheOf(theme, kept)
  if (made !== kept) await sql`update ${table} set cache = ${made} where title = 'default_theme'`.execute(db)
}
