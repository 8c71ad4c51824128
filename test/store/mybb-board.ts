import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { digestOf } from '../../src/digest.ts'
import { assembleStore } from '../../src/store/assemble.ts'
import { boardCollections, type BoardOptions } from '../../src/store/mybb/index.ts'
import { openDatabase } from '../../src/store/open-database.ts'
import type { Applied, Store } from '../../src/store/store.ts'
import type { ProblemCode } from '../../src/types.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { execute, put } from './fixtures.ts'

/** The tables of a board that rowtree reads and writes, as MyBB 1.8 creates them in SQLite; titles compare as in MySQL. */
export const BOARD_TABLES = `
  create table mybb_templates (tid integer primary key, title varchar(120) not null default '' collate nocase, template text not null,
    sid smallint not null default '0', version varchar(20) not null default '0', status varchar(10) not null default '',
    dateline int(10) not null default '0');
  create table mybb_templatesets (sid integer primary key, title varchar(120) not null default '');
  create table mybb_templategroups (gid integer primary key, prefix varchar(50) not null default '',
    title varchar(100) not null default '', isdefault tinyint(1) not null default '0');
  create table mybb_themes (tid integer primary key, name varchar(100) not null default '', pid smallint not null default '0',
    def tinyint(1) not null default '0', properties text not null default '', stylesheets text not null default '', allowedgroups text not null default '');
  create table mybb_themestylesheets (sid integer primary key, name varchar(30) not null default '' collate nocase,
    tid smallint not null default '0', attachedto text not null, stylesheet longtext not null,
    cachefile varchar(100) not null default '', lastmodified int not null default '0');
`

/** Where a board keeps its version; not every test's board has it. */
export const VERSION = `create table mybb_datacache (title varchar(50) not null default '' primary key, cache mediumtext not null);
  insert into mybb_datacache values ('version', 'a:2:{s:7:"version";s:6:"1.8.37";s:12:"version_code";i:1837;}'), ('default_theme', 'x');`

/** Two sets, of which the first has a template of its own, one that hides the master's, and inherits two. */
export const SETS = `insert into mybb_templatesets values (1, 'One'), (2, 'Two');
  insert into mybb_templates (tid, title, template, sid, version, status, dateline) values
    (1, 'a', 'master a', -2, '1800', '', 7), (2, 'b', 'master b', -2, '1801', '', 7), (3, 'b', 'global b', -1, '1802', '', 7),
    (4, 'c', 'master c', -2, '1803', '', 7), (5, 'c', 'own c', 1, '1804', 'old', 7), (6, 'A', 'other a', 2, '1', '', 7),
    (7, 'own', 'own', 1, '1805', 'old', 7);`

/** A theme of the master theme, and one of that theme. */
export const THEMES = `insert into mybb_themes (tid, name, pid) values (1, 'Master', 0), (2, 'Default', 1), (3, 'Dark', 2);
  insert into mybb_themestylesheets (sid, name, tid, attachedto, stylesheet, cachefile, lastmodified) values
    (1, 'a.css', 1, 'usercp.php|private.php', 'master a', 'a.css', 7), (2, 'b.css', 1, '', 'master b', 'b.css', 7),
    (3, 'b.css', 2, 'modcp.php', 'default b', 'css.php?stylesheet=3', 7), (4, 'c.css', 3, 'black', 'dark c', 'c.css', 7);`

export const BOARD: string = SETS + THEMES + VERSION

/** Milliseconds; what a test writes is written then. */
export const NOW = 1_800_000_000_999
/** The same in seconds, as MyBB counts. */
export const SECONDS = 1_800_000_000

/** Where the templates of the set `One` are. */
export const ONE = 'template_sets/One/Ungrouped Templates'

/** A record of the database, such as `{ tid: 1, title: 'header' }`. */
export type Record = { readonly [column: string]: unknown }

/** A board that a test writes to, with a connection of the test's own. */
export interface TestBoard {
  readonly store: Store
  readonly database: DatabaseSync
  records(query: string): Record[]
}

/** Opens a board that a script makes. */
export function makeBoard(script: string, { encoding = 'UTF-8', ...options }: Partial<BoardOptions> & { encoding?: string } = {}): Promise<TestBoard> {
  const file = join(temporaryDirectory(), 'store.db')
  execute(file, `pragma encoding = '${encoding}'; begin; ${BOARD_TABLES} ${script}; commit`)
  return openBoard(file, options)
}

/** Opens the board of a file. All of it closes with the test. */
export async function openBoard(file: string, choice: Partial<BoardOptions> = {}): Promise<TestBoard> {
  const options = { prefix: 'mybb_', master: false, ...choice }
  const opened = await openDatabase(`sqlite:${file}`, { directory: join(file, '..') })
  const store = assembleStore(opened, await boardCollections(opened, options), () => NOW)
  const database = new DatabaseSync(file)
  onTestFinished(async () => {
    await store.close()
    database.close()
  })
  return { store, database, records: (query) => database.prepare(query).all() }
}

/** Contents by path to write; no content for a deletion. */
export type Contents = { readonly [path: string]: string | Uint8Array | undefined }

/** Applies what an import of these files would, in one batch. */
export async function importFiles(store: Store, files: Contents): Promise<Applied> {
  return plain(await put(store, files))
}

/** Without what is tested by itself: whether rows were made that had been inherited. */
export function plain(applied: Applied): Applied {
  if (!applied.committed) return applied
  return { ...applied, outcomes: applied.outcomes.map((outcome) => (outcome.kind === 'done' ? { kind: 'done', written: outcome.written, digest: outcome.digest } : outcome)) }
}

/** What `apply` says where all is done: with the digests of what the rows show afterwards. */
export function done(...contents: (string | undefined)[]): Applied {
  return settled(contents, true)
}

/** What it says where all was so already. */
export function kept(...contents: (string | undefined)[]): Applied {
  return settled(contents, false)
}

function settled(contents: readonly (string | undefined)[], written: boolean): Applied {
  return { committed: true, outcomes: contents.map((content) => ({ kind: 'done', written, digest: content === undefined ? undefined : digestOf(content) })) }
}

/** All that the board holds, to compare what was before with what is after. */
export function everything({ records }: TestBoard): unknown {
  return ['templates', 'templatesets', 'themes', 'themestylesheets'].map((table) => records(`select * from mybb_${table} order by 1`))
}

/** What `apply` says where the whole batch failed because of one change. */
export function failed(path: string, code: ProblemCode, message: string): Applied {
  return { committed: false, problem: { path, code, message } }
}
