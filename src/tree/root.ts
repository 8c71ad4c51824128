import { accessSync, constants, readdirSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import process from 'node:process'
import { errnoOf, messageOf, RowtreeError } from '../errors.ts'
import { makeDirectories } from './directories.ts'
import { flushUpwards } from './durable.ts'
import { asFatal, fatalError } from './failure.ts'
import { type Entry, lstat, stat } from './stat.ts'

// Deno judges by the mode alone and knows neither groups nor what root may do: there the first write tells.
const CAN_ASK = !('deno' in process.versions)

/**
 * The real path of a tree's root. A missing root is made, with its parents, unless `dryRun`.
 *
 * @param flush force what is made to the disk
 * @throws `RowtreeError` `tree-not-a-directory`, `tree-unreadable`, `tree-unwritable`, `read-only`, `disk-full`
 */
export function openRoot(path: string, dryRun: boolean, flush: boolean = false): string {
  try {
    const entry = stat(path)
    if (!entry) {
      if (dryRun) return path
      make(path, flush)
    } else if (entry.kind !== 'directory') throw notADirectory(path)
  } catch (error) {
    if (error instanceof RowtreeError) throw error
    if (errnoOf(error) === 'ENOTDIR' || errnoOf(error) === 'EEXIST') throw notADirectory(path, error)
    const fatal = asFatal(error, path)
    throw fatal ? fatalError(fatal) : unusable('tree-unwritable', 'create', path, error)
  }
  check(path, 'tree-unreadable', 'read', () => readdirSync(path))
  if (!dryRun && CAN_ASK) check(path, 'tree-unwritable', 'write into', () => accessSync(path, constants.W_OK | constants.X_OK))
  return check(path, 'tree-unreadable', 'read', () => realpathSync(path))
}

/**
 * The real path of the directory for the baseline, made if it is missing. Nobody but its owner may
 * read the contents of the database in it.
 *
 * @param flush force what is made to the disk
 * @throws `RowtreeError` `tree-unwritable`, `read-only`, `disk-full`, `baseline-invalid`
 */
export function openState(path: string, flush: boolean = false): string {
  try {
    make(path, flush, 0o700)
    const state = realpathSync(path)
    requireStateFiles(state)
    return state
  } catch (error) {
    if (error instanceof RowtreeError) throw error
    const fatal = asFatal(error, path)
    if (fatal) throw fatalError(fatal)
    const errno = errnoOf(error)
    throw new RowtreeError('tree-unwritable', `Cannot create the state directory ${path}: ${messageOf(error)}`, {
      path,
      remedy: 'name another "state"',
      cause: error,
      ...(errno && { errno }),
    })
  }
}

/** Makes a directory. What is flushed in it later is gone all the same if the directory is. */
function make(path: string, flush: boolean, mode?: number): void {
  const made = makeDirectories(path, mode)
  if (flush && made !== undefined) flushUpwards(path, made)
}

/** What SQLite opens, and would follow if it were a symlink. */
const STATE_FILES = ['lock.db', 'lock.db-journal', 'baseline.db', 'baseline.db-journal']

/**
 * Checks that nothing but files stands where the state's files belong.
 *
 * @throws `RowtreeError` `baseline-invalid`, `tree-unwritable` where nobody may look
 */
export function requireStateFiles(state: string): void {
  for (const name of STATE_FILES) requireFile(join(state, name))
}

function requireFile(path: string): void {
  const kind = kindAt(path) ?? 'file'
  if (kind === 'file') return
  const noun = { symlink: 'a symlink', directory: 'a directory', special: 'neither a file nor a directory' }[kind]
  throw new RowtreeError('baseline-invalid', `Cannot use the state ${path}: it is ${noun}`, { path, remedy: 'move it away' })
}

function kindAt(path: string): Entry['kind'] | undefined {
  try {
    return lstat(path)?.kind
  } catch (error) {
    const fatal = asFatal(error, path)
    if (fatal) throw fatalError(fatal)
    const errno = errnoOf(error)
    const message = `Cannot look into the state directory ${dirname(path)}: ${messageOf(error)}`
    throw new RowtreeError('tree-unwritable', message, { path, remedy: 'run rowtree as its owner, or name another "state"', cause: error, ...(errno && { errno }) })
  }
}

function check<T>(path: string, code: 'tree-unreadable' | 'tree-unwritable', what: string, attempt: () => T): T {
  try {
    return attempt()
  } catch (error) {
    const fatal = asFatal(error, path)
    throw fatal ? fatalError(fatal) : unusable(code, what, path, error)
  }
}

function notADirectory(path: string, cause?: unknown): RowtreeError {
  return new RowtreeError('tree-not-a-directory', `Cannot use the tree ${path}: it is not a directory`, { path, cause, remedy: 'name another "tree"' })
}

function unusable(code: 'tree-unreadable' | 'tree-unwritable', what: string, path: string, error: unknown): RowtreeError {
  const errno = errnoOf(error)
  return new RowtreeError(code, `Cannot ${what} the tree ${path}: ${messageOf(error)}`, {
    path,
    remedy: 'check its permissions',
    cause: error,
    ...(errno && { errno }),
  })
}

/** Whether a path is that of a directory, or below it; both real. */
export function isInside(directory: string, path: string): boolean {
  const way = relative(directory, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

/** The error of a tree whose root is gone although there was one: a disk that is not mounted, a directory that was moved. */
export function treeMissing(path: string): RowtreeError {
  return new RowtreeError('tree-missing', `Cannot find the tree ${path}: it is gone`, { path, remedy: 'bring it back, nothing is deleted meanwhile' })
}

/** The error of a tree in whose place another directory is than before: another disk, a bare mount point, a link that leads elsewhere. */
export function treeReplaced(path: string): RowtreeError {
  const message = `Cannot go on with the tree ${path}: another directory is in its place`
  return new RowtreeError('tree-replaced', message, { path, remedy: 'bring the first one back, or start again if that one is meant' })
}

/** The real path of something that may not exist yet: symlinks are resolved as far as there is anything. */
export function realPathOf(path: string): string {
  try {
    // Not asked before: a database's journal comes and goes at any moment.
    return realpathSync(path)
  } catch (error) {
    if (errnoOf(error) === 'ELOOP') throw new RowtreeError('tree-unreadable', `Cannot find ${path}: its symlinks form a circle`, { path, errno: 'ELOOP', remedy: 'correct them', cause: error })
    if (errnoOf(error) !== 'ENOENT') throw error
    const parent = dirname(path)
    return parent === path ? path : join(realPathOf(parent), basename(path))
  }
}
