import { type Dirent, rmSync, unlinkSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { errnoOf, messageOf } from '../errors.ts'
import type { Problem } from '../types.ts'
import { nameOf, within } from './anchor.ts'
import { parentOf } from './obstacle.ts'
import { isInside } from './root.ts'
import { lstat } from './stat.ts'
import { isAlive, type TempOwner, tempOwner } from './temp.ts'
import { walkTree } from './walk.ts'

/** What a sweep found. */
export interface SweepResult {
  /** Paths of the temps that were removed, or would be in a dry run, relative to the root: `../.rowtree/…` in a state directory beside the tree. */
  readonly removed: readonly string[]
  /** Temps whose makers still run, or that are too young. */
  readonly left: number
  readonly problems: readonly Problem[]
}

/** Limits of a sweep. */
export interface SweepOptions {
  /** Leave temps younger than this, in milliseconds. Default 0. */
  readonly olderThan?: number
  readonly dryRun?: boolean
}

/**
 * Removes temps that killed processes left anywhere below `root`. Temps of living processes
 * stay, and so does everything that is not named like one of rowtree's temps. Symlinked
 * directories are not entered.
 */
export function sweepTree(root: string, options: SweepOptions = {}): SweepResult {
  return sweepOnTheWay(root, options, () => {})
}

/**
 * Sweeps a tree and tells of everything else in it: a cycle that needs both looks into each directory once.
 *
 * @param visit called for each name that is no temp's; a directory of which it says `false` is not entered
 */
export function sweepOnTheWay(root: string, options: SweepOptions, visit: (path: string, entry: Dirent) => boolean | void): SweepResult {
  const removed: string[] = []
  const problems: Problem[] = []
  const alive = new Map<string, boolean>()
  let left = 0
  const unlisted = walkTree(root, (path, entry) => {
    const owner = entry.name.startsWith('.rowtree-') && !entry.isSymbolicLink() ? tempOwner(entry.name) : undefined
    if (!owner) {
      // Repositories keep their own files, by the thousand.
      return visit(path, entry) !== false && entry.isDirectory() && entry.name !== '.git'
    }
    try {
      if (isOurs(owner, alive) || isYoung(join(root, path), options.olderThan)) left++
      else {
        if (!options.dryRun) remove(root, path, entry)
        removed.push(path)
      }
    } catch (error) {
      const errno = errnoOf(error)
      problems.push({ path, code: 'remove-failed', message: `Cannot remove the temp file ${path}: ${messageOf(error)}`, ...(errno && { errno }) })
    }
    return false
  })
  return { removed, left, problems: [...unlisted, ...problems] }
}

/**
 * Removes the temps that killed processes left in one directory, and in none below it. One that cannot be removed stays for the next time.
 *
 * @param root what the paths of the result are relative to
 */
export function sweepDirectory(directory: string, options: SweepOptions = {}, root: string = directory): SweepResult {
  const { removed, left, problems } = sweepOnTheWay(directory, options, () => false)
  const seen = (path: string): string => relative(root, join(directory, path)).replaceAll(sep, '/') || '.'
  const told = problems.map((problem) => ({ ...problem, path: seen(problem.path), message: problem.message.replace(` ${problem.path}: `, () => ` ${seen(problem.path)}: `) }))
  return { removed: removed.map(seen), left, problems: told }
}

/**
 * Sweeps a tree, and its state directory beside it: there, clocks are read and filesystems are tried out.
 *
 * @param root real, as `state` is; either may be missing
 */
export function sweepBoth(root: string, state: string, options: SweepOptions = {}): SweepResult {
  const tree = sweepTree(root, options)
  if (isInside(root, state)) return tree
  const beside = sweepDirectory(state, options, root)
  return { removed: [...tree.removed, ...beside.removed], left: tree.left + beside.left, problems: [...tree.problems, ...beside.problems] }
}

/** Removes a temp; one that vanished meanwhile is fine. */
function remove(root: string, path: string, entry: Dirent): void {
  try {
    within(root, parentOf(path), (here) => {
      const temp = `${here}/${nameOf(path)}`
      // A directory that was staged whole goes whole: what is in it was written by its maker alone.
      if (entry.isDirectory()) rmSync(temp, { recursive: true })
      else unlinkSync(temp)
    })
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
  }
}

function isOurs(owner: TempOwner, alive: Map<string, boolean>): boolean {
  const id = `${owner.pid}-${owner.start}`
  if (!alive.has(id)) alive.set(id, isAlive(owner))
  return alive.get(id)!
}

function isYoung(path: string, olderThan = 0): boolean {
  const entry = olderThan > 0 ? lstat(path) : undefined
  return entry !== undefined && Date.now() - entry.mtime < olderThan
}
