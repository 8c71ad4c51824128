import { existsSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { SheetRow, ThemeRow } from '../../../src/store/mybb/theme-lists.ts'

const DATA = new URL('../../../../shared/data/mybb-1.8.37/', import.meta.url)

/** Whether the boards are there that MyBB's installer made. */
export const haveBoards: boolean = existsSync(DATA)

export interface BoardTables {
  readonly themes: readonly (ThemeRow & { readonly def: number; readonly allowedgroups: string })[]
  readonly sheets: readonly (SheetRow & { readonly stylesheet: string })[]
  readonly cache: ReadonlyMap<string, string>
}

type Tuple = readonly string[]

/** What the installer made for each database; values are texts, as a dump has them. */
export const BOARDS: readonly (readonly [database: string, read: () => BoardTables])[] = [
  ['SQLite', () => boardOf(sqliteRows)],
  ['MariaDB', () => boardOf(mariadbRows())],
  ['PostgreSQL', () => boardOf(postgresRows())],
]

function boardOf(rows: (table: string, columns: readonly string[]) => Tuple[]): BoardTables {
  return {
    themes: rows('themes', ['tid', 'name', 'pid', 'def', 'properties', 'stylesheets', 'allowedgroups']).map(
      ([tid, name, pid, def, properties, stylesheets, allowedgroups]) => ({
        tid: Number(tid), name: name!, pid: Number(pid), def: Number(def), properties: properties!, stylesheets: stylesheets!, allowedgroups: allowedgroups!,
      })),
    sheets: rows('themestylesheets', ['sid', 'name', 'tid', 'attachedto', 'stylesheet', 'cachefile']).map(
      ([sid, name, tid, attachedto, stylesheet, cachefile]) => ({
        sid: Number(sid), name: name!, tid: Number(tid), attachedto: attachedto!, stylesheet: stylesheet!, cachefile: cachefile!,
      })),
    cache: new Map(rows('datacache', ['title', 'cache']).map(([title, cache]) => [title!, cache!])),
  }
}

function sqliteRows(table: string, columns: readonly string[]): Tuple[] {
  const db = new DatabaseSync(new URL('board.sqlite', DATA).pathname, { readOnly: true })
  const rows = db.prepare(`select ${columns.join(', ')} from mybb_${table} order by 1`).all()
  db.close()
  return rows.map((row) => columns.map((column) => String(row[column])))
}

/** The rows of a dump in the order of its columns, which is that of the table. */
function mariadbRows(): (table: string) => Tuple[] {
  const dump = readFileSync(new URL('mybb.mariadb.sql', DATA), 'utf8')
  return (table) => {
    const start = dump.indexOf(`INSERT INTO \`mybb_${table}\` VALUES`)
    const body = dump.slice(start, dump.indexOf('UNLOCK TABLES', start))
    return body.split(/^(?=\()/m).slice(1).map((line) =>
      [...line.matchAll(/'((?:[^'\\]|\\[^]|'')*)'|(-?\d+)/g)].map(([, text, number]) => number ?? text!.replaceAll(/\\([^])|''/g, (_, one?: string) => unescaped(one ?? "'"))))
  }
}

function postgresRows(): (table: string) => Tuple[] {
  const dump = readFileSync(new URL('mybb.postgres.sql', DATA), 'utf8')
  return (table) => {
    const start = dump.indexOf('\n', dump.indexOf(`COPY public.mybb_${table} (`)) + 1
    const lines = dump.slice(start, dump.indexOf('\n\\.\n', start)).split('\n')
    return lines.map((line) => line.split('\t').map((text) => text.replaceAll(/\\([^])/g, (_, one: string) => unescaped(one))))
  }
}

function unescaped(letter: string): string {
  return { n: '\n', r: '\r', t: '\t', 0: '\0' }[letter] ?? letter
}
