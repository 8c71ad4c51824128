import { mkdirSync, rmdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errnoOf, messageOf } from '../errors.ts'
import type { Problem, ProblemCode } from '../types.ts'
import { isSystemic } from './failure.ts'
import { lstat, stat } from './stat.ts'

/** What keeps a directory from being written to. */
export type Obstacle = Pick<Problem, 'code' | 'message' | 'errno'>

/** A directory as a cycle finds it: usable, or in the way. */
export interface DirectoryState {
  /** This cycle made it, or would in a dry run: no name in it can be taken by somebody else's file. */
  readonly fresh: boolean
  readonly obstacle?: Obstacle
}

/**
 * The directories of one cycle. Each is checked once, component by component, and made
 * where it is missing; none is entered through a symlink, which may lead out of the tree.
 */
export class Directories {
  readonly #root: string
  readonly #dryRun: boolean
  readonly #states = new Map<string, DirectoryState>()
  readonly #made: string[] = []

  constructor(root: string, dryRun: boolean) {
    this.#root = root
    this.#dryRun = dryRun
    this.#states.set('', { fresh: false })
  }

  /** Relative paths of the directories that this cycle made, parents first. */
  get made(): readonly string[] {
    return this.#made
  }

  /**
   * Makes the directory at this relative path usable, with all its parents.
   *
   * @throws the system's error where it would hit every other directory too, such as a full disk
   */
  prepare(directory: string): DirectoryState {
    const known = this.#states.get(directory)
    if (known) return known
    const parent = this.prepare(parentOf(directory))
    const state = parent.obstacle ? parent : this.#enter(directory, parent)
    this.#states.set(directory, state)
    return state
  }

  #enter(directory: string, parent: DirectoryState): DirectoryState {
    const path = join(this.#root, directory)
    if (parent.fresh && this.#dryRun) return { fresh: true }
    try {
      const entry = lstat(path)
      if (entry) return { fresh: false, ...asObstacle(entry.kind, directory) }
      if (!this.#dryRun) {
        mkdirSync(path)
        this.#made.push(directory)
      }
      return { fresh: true }
    } catch (error) {
      const errno = errnoOf(error)
      if (errno && isSystemic(errno)) throw error
      return { fresh: false, obstacle: { code: 'write-failed', message: messageOf(error), ...(errno && { errno }) } }
    }
  }

  /** Removes the directories that this cycle made and that are still empty. */
  unmake(): void {
    for (const directory of this.#made.toReversed()) {
      try {
        rmdirSync(join(this.#root, directory))
      } catch {
        // Somebody's file is in it, somebody removed or replaced it: it is not ours any more. And where the
        // disk refuses, what led here is what has to be reported, not an empty directory.
      }
    }
    this.#made.length = 0
    this.#states.clear()
    this.#states.set('', { fresh: false })
  }
}

/**
 * Makes a directory with its missing parents. Node's own way to do so reports a read-only disk as ENOENT.
 *
 * @returns the first directory that was made; `undefined` where all were there
 */
export function makeDirectories(path: string, mode?: number): string | undefined {
  if (stat(path)?.kind === 'directory') return undefined
  const made = path === dirname(path) ? undefined : makeDirectories(dirname(path), mode)
  try {
    mkdirSync(path, { mode })
  } catch (error) {
    // Somebody may have made it at the same time.
    if (errnoOf(error) === 'EEXIST' && stat(path)?.kind === 'directory') return made
    throw error
  }
  return made ?? path
}

/** The directory part of a relative path; '' for the root. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/**
 * Checks again, just before files appear in it, that no component of a directory became
 * a symlink or something else.
 */
export function findObstacle(root: string, directory: string): Obstacle | undefined {
  for (let end = directory.indexOf('/'); ; end = directory.indexOf('/', end + 1)) {
    const component = end < 0 ? directory : directory.slice(0, end)
    const entry = component === '' ? undefined : lstat(join(root, component))
    const found = entry && asObstacle(entry.kind, component).obstacle
    if (found || end < 0) return found
  }
}

function asObstacle(kind: string, directory: string): { obstacle?: Obstacle } {
  if (kind === 'directory') return {}
  const code: ProblemCode = kind === 'symlink' ? 'directory-is-symlink' : 'directory-is-file'
  const state = kind === 'symlink' ? 'is a symlink and may lead out of the tree' : 'is not a directory'
  return { obstacle: { code, message: `Cannot write into ${directory}: it ${state}; move it away` } }
}
