import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Baseline } from '../baseline/baseline.ts'
import { RowtreeError } from '../errors.ts'
import { realPathOf } from '../tree/root.ts'
import { lstat } from '../tree/stat.ts'

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
  const kind = lstat(join(root, path))?.kind
  if (kind) return kind === 'directory'
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
  if (seen !== undefined && (told === undefined || lstat(join(root, seen)) || !lstat(join(root, told)))) {
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
    if (realPathOf(above) === root) return relative(above, path).replaceAll(sep, '/')
  }
  // A link from outside may lead to a directory of the tree.
  return within(root, join(realPathOf(dirname(path)), basename(path)))
}

function within(root: string, path: string): string | undefined {
  const place = relative(root, path).replaceAll(sep, '/')
  return place === '..' || place.startsWith('../') || isAbsolute(place) ? undefined : place
}
