import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What lies in a tree and in its store, by path. */
export interface Sides {
  readonly files: ReadonlyMap<string, string>
  readonly rows: ReadonlyMap<string, string>
}

/** Both sides of a project as they are, also right after its process was killed: nothing is changed by looking. */
export function sidesOf(directory: string): Sides {
  return { files: filesOf(join(directory, 'tree')), rows: rowsInCopy(directory) }
}

/** The same while somebody works there. */
export function livingSidesOf(directory: string): Sides {
  return { files: filesOf(join(directory, 'tree')), rows: rowsOf(directory) }
}

/** Names that begin like this are temps, and their directories homes. */
export const TEMP: RegExp = /(^|\/)\.rowtree-/

/** What is below a directory, sorted; directories end with `/`. */
export function listOf(directory: string): string[] {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .map((entry) => `${join(entry.parentPath, entry.name).slice(directory.length + 1)}${entry.isDirectory() ? '/' : ''}`)
    .toSorted()
}

function filesOf(tree: string): Map<string, string> {
  const paths = listOf(tree).filter((path) => !path.endsWith('/') && !TEMP.test(path))
  return new Map(paths.map((path) => [path, readFileSync(join(tree, path), 'latin1')]))
}

/** Files of a database: what was not committed lies in the journal, or beside it. */
const DATABASE = /^site\.sqlite(-\w+)?$/

/** Reads a copy: SQLite rolls back what a killed process left, which is for rowtree to do. */
function rowsInCopy(directory: string): Map<string, string> {
  const copy = `${directory}.rows`
  mkdirSync(copy)
  try {
    for (const name of readdirSync(directory)) if (DATABASE.test(name)) copyFileSync(join(directory, name), join(copy, name))
    return rowsOf(copy)
  } finally {
    rmSync(copy, { recursive: true })
  }
}

function rowsOf(directory: string): Map<string, string> {
  const db = new DatabaseSync(join(directory, 'site.sqlite'))
  try {
    db.exec('pragma busy_timeout = 5000')
    const rows = db.prepare(`select site || '/' || slug || '.html' as path, body from pages order by path`).all() as { path: string; body: string }[]
    return new Map(rows.map(({ path, body }) => [path, Buffer.from(body).toString('latin1')]))
  } finally {
    db.close()
  }
}

/**
 * Copies a project. The files of its tree keep inode and times, so that the baseline knows them: they are linked, since nothing ever writes
 * into a file that is there.
 */
export function copyProject(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const path of listOf(from)) {
    if (path.endsWith('/')) mkdirSync(join(to, path), { recursive: true, mode: statSync(join(from, path)).mode })
    else if (path.startsWith('tree/')) linkSync(join(from, path), join(to, path))
    else copyFileSync(join(from, path), join(to, path))
  }
}
