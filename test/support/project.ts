import type { SpawnOptions } from 'node:child_process'
import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Finished, rowtree } from './cli.ts'
import { createPages, type Page, samplePages } from './tables.ts'
import { temporaryDirectory } from './temporary.ts'

/** The config of a tree `tree` for the table of `site.sqlite`; what is not about durability need not wait for the disk. */
export const CONFIG = `store: { url: sqlite:site.sqlite }
tree: ./tree
export: { fsync: off }
collections:
  pages: { table: pages, key: [site, slug], path: '{site}/{slug}.html', content: body }
`

/** A directory with a database, a config, and rowtree to run in it. */
export interface Project {
  readonly directory: string
  readonly database: string
  readonly tree: string
  /** The absolute path of a file in the directory. */
  at(...path: string[]): string
  run(args: readonly string[], options?: SpawnOptions): Promise<Finished>
}

/** Sets a project up for the running test. */
export function project(pages: readonly Page[] = samplePages(6), config: string = CONFIG): Project {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'rowtree.yaml'), config)
  return projectIn(directory, createPages(directory, pages))
}

/** A project that is set up already. */
export function projectIn(directory: string, database: string = join(directory, 'site.sqlite')): Project {
  return {
    directory,
    database,
    tree: join(directory, 'tree'),
    at: (...path) => join(directory, ...path),
    run: (args, options = {}) => rowtree(args, { cwd: directory, ...options }),
  }
}

/** The one JSON document that a command printed. */
export function documentOf(finished: Finished): Record<string, unknown> {
  if (!/^[^\n]+\n$/.test(finished.stdout)) throw new Error(`Cannot read one document: ${JSON.stringify(finished)}`)
  return JSON.parse(finished.stdout) as Record<string, unknown>
}

/** Paths of everything below a directory that is no directory, sorted. */
export function filesBelow(directory: string): string[] {
  const names = readdirSync(directory, { withFileTypes: true, recursive: true })
  return names
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .toSorted()
}

/** Every entry below a directory with what tells whether it was touched: inode, mode, time, size, digest. */
export function stateOf(directory: string): Record<string, string> {
  const state: Record<string, string> = {}
  for (const path of readdirSync(directory, { recursive: true }) as string[]) {
    const absolute = join(directory, path)
    const { ino, mode, mtimeMs, size } = lstatSync(absolute)
    const digest = lstatSync(absolute).isFile() ? createHash('sha256').update(readFileSync(absolute)).digest('hex') : ''
    // SQLite makes and removes a journal while it takes the lock.
    const time = path === '.rowtree' ? '' : mtimeMs
    state[path] = [ino, mode, time, size, digest].join(' ')
  }
  return state
}

/** Paths of temp files anywhere below a directory. */
export function tempsBelow(directory: string): string[] {
  return filesBelow(directory).filter((path) => path.slice(path.lastIndexOf('/') + 1).startsWith('.rowtree-'))
}
