import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Baseline } from '../baseline/baseline.ts'
import { errnoOf, RowtreeError } from '../errors.ts'
import { realPathOf } from '../tree/root.ts'
import { type Entry, lstatBelow } from '../tree/stat.ts'

/** Paths that a person named. */
export interface Named {
  /** Those that are one file or row each. */
  readonly exact: readonly string[]
  /** Those that stand for all that is below them; the empty path is the whole tree. */
  readonly directories: readonly string[]
  includes(path: string): boolean
}

/** Nobody named a path: all of them are meant. */
export const EVERYTHING: Named = { exact: [], directories: [''], includes: () => true }

/** Tells files and rows from directories, which stand for all that is below them, on either side. */
export function namePaths(baseline: Baseline, root: string, paths: readonly string[]): Named {
  const unique = [...new Set(paths)]
  const entries = baseline.find(unique)
  const { exact = [], directories = [] } = Object.groupBy(unique, (path) => (!entries.has(path) && isDirectory(baseline, root, path) ? 'directories' : 'exact'))
  const whole = new Set(unique)
  const below = directories.map((path) => (path === '' ? '' : `${path}/`))
  return { exact, directories, includes: (path) => whole.has(path) || below.some((directory) => path.startsWith(directory)) }
}

/** Whether there is a directory at this path, or was. */
function isDirectory(baseline: Baseline, root: string, path: string): boolean {
  // The root is one although it may be gone.
  if (path === '') return true
  const kind = kindAt(join(root, path))
  if (kind && kind !== 'unknown') return kind === 'directory'
  for (const known of baseline.paths()) if (known.startsWith(`${path}/`)) return true
  return false
}

/**
 * A path as a person typed it, relative to the tree: as seen from `cwd`, or else, where nothing is there, as relative to
 * the tree already, which is how rowtree prints paths.
 *
 * @throws `RowtreeError` `usage` when it leads out of the tree
 */
export function placeOf(root: string, typed: string, cwd: string): string {
  const seen = placeSeen(root, resolve(cwd, typed))
  const told = isAbsolute(typed) ? undefined : within(root, resolve(root, typed))
  if (seen !== undefined && (told === undefined || kindAt(join(root, seen)) || !kindAt(join(root, told)))) {
    // Outside of the tree only what is there counts as seen.
    return seen
  }
  if (told !== undefined) return told
  throw new RowtreeError('usage', `Cannot take ${typed}: it is outside of the tree ${root}; name a path in it`, { path: typed })
}

/**
 * Where a path is in the tree. Links are followed as far as the root and not inside: there they stand for themselves, else a command
 * would act on another path than the one that was named.
 */
function placeSeen(root: string, path: string): string | undefined {
  for (let above = path, parent = ''; above !== parent; parent = above, above = dirname(above)) {
    if (realPathAt(above) === root) return relative(above, path).replaceAll(sep, '/')
  }
  // A link from outside may lead to a directory of the tree.
  const parent = realPathAt(dirname(path))
  return parent === undefined ? undefined : within(root, join(parent, basename(path)))
}

/** What stands at a path; `unknown` where that cannot be told: the cycle finds out what is wrong there. */
function kindAt(path: string): Entry['kind'] | 'unknown' | undefined {
  try {
    return lstatBelow(path)?.kind
  } catch (error) {
    if (errnoOf(error)) return 'unknown'
    throw error
  }
}

/** The real path; `undefined` where that cannot be told. A directory above may still be the root. */
function realPathAt(path: string): string | undefined {
  try {
    return realPathOf(path)
  } catch (error) {
    if (errnoOf(error) || error instanceof RowtreeError) return undefined
    throw error
  }
}

function within(root: string, path: string): string | undefined {
  const place = relative(root, path).replaceAll(sep, '/')
  return place === '..' || place.startsWith('../') || isAbsolute(place) ? undefined : place
}
