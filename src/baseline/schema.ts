import type { DatabaseSync } from 'node:sqlite'
import { RowtreeError } from '../errors.ts'
import { HISTORY, migrate } from './migration.ts'

/** What this rowtree writes. */
export const VERSION = 2

/**
 * Entries are clustered by path, so that a directory's entries lie together. Contents lie in packs,
 * one a job: a value of its own for each content would cost ten times as much.
 */
const TABLES = `
  create table meta (name text primary key, value text not null) without rowid;
  create table packs (id integer primary key, bytes blob not null);
  create table accounts ( -- apart from the packs: SQLite rewrites a whole row, with its bytes, to change a number in it
    pack integer primary key,
    size integer not null,
    live integer not null -- bytes that entries and history still refer to, each as often as it is referred to
  );
  create table entries (
    path text primary key,
    collection text not null,
    key text not null,
    digest text not null,
    size integer not null,
    mtime integer not null, -- milliseconds
    inode integer not null,
    settled integer not null,
    pack integer not null,
    offset integer not null,
    source text not null default ''
  ) without rowid;
`

/**
 * Creates the tables in an empty database, or checks that they are ones this version understands
 * and that they describe this tree. Tables of an older version are brought up to date.
 */
export function prepareSchema(db: DatabaseSync, path: string, tree: string): void {
  const { user_version: version } = db.prepare('pragma user_version').get() as { user_version: number }
  if (version === 0) {
    requireBlank(db, path)
    db.exec(`begin immediate; ${TABLES} ${HISTORY} pragma user_version = ${VERSION}`)
    db.prepare('insert into meta values (?, ?)').run('tree', tree)
    db.exec('commit')
    return
  }
  requireOurs(db, version, path, tree)
  if (version < VERSION) migrate(db, VERSION)
}

/** Checks that a database without our version is no other program's: whoever dies before the first commit leaves an empty one. */
export function requireBlank(db: DatabaseSync, path: string): void {
  const { n } = db.prepare('select count(*) as n from sqlite_schema').get() as { n: number }
  if (n > 0) throw invalid(path, 'it is not a baseline')
}

/** Checks that these tables are ones this version understands, and that they describe this tree. */
export function requireOurs(db: DatabaseSync, version: number, path: string, tree: string): void {
  if (version > VERSION) {
    throw new RowtreeError('baseline-newer', `Cannot open the baseline ${path}: a newer rowtree wrote it`, { path, remedy: 'update rowtree' })
  }
  const known = db.prepare('select value from meta where name = ?').get('tree') as { value: string } | undefined
  if (known && known.value !== tree) {
    throw new RowtreeError(
      'baseline-foreign',
      `Cannot open the baseline ${path}: it belongs to the tree ${known.value}, not to ${tree}`,
      { path, remedy: 'move the tree back, or give this one its own "state" directory' },
    )
  }
}

export function invalid(path: string, state: string, cause?: unknown): RowtreeError {
  return new RowtreeError(
    'baseline-invalid',
    `Cannot open the baseline ${path}: ${state}`,
    { path, cause, remedy: 'move it away, the next export builds it anew' },
  )
}
