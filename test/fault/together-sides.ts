import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { filesBelow } from '../support/project.ts'

/** The rows of the sample table, by the paths of their files. */
export function rowsOf(database: string): Map<string, string> {
  const db = new DatabaseSync(database, { readOnly: true })
  db.exec('pragma busy_timeout = 5000')
  const rows = new Map(db.prepare('select site, slug, body from pages').all().map(({ site, slug, body }) => [`${site}/${slug}.html`, String(body)]))
  db.close()
  return rows
}

/** The files of a tree, or one of them, with what they hold. */
export function contentsOf(tree: string, path?: string): Map<string, string> {
  const paths = path === undefined ? (existsSync(tree) ? filesBelow(tree) : []) : [path]
  return new Map(paths.map((one) => [one, readFileSync(fileAt(tree, one), 'utf8')]))
}

export function fileAt(tree: string, path: string): string {
  return join(tree, path)
}
