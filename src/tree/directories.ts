import { mkdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { errnoOf, messageOf } from '../errors.ts'
import { nameOf, within } from './anchor.ts'
import { isSystemic } from './failure.ts'
import { asObstacle, type Obstacle, ObstacleError, parentOf } from './obstacle.ts'
import { lstat, stat } from './stat.ts'
import { tempName, tempPrefix } from './temp.ts'

/** A directory as a cycle finds it: usable, or in the way. */
export interface DirectoryState {
  /** This cycle made it, or would in a dry run: no name in it can be taken by somebody else's file. */
  readonly fresh: boolean
  /** Where its files lie until `publish` gives it its name; a relative path. */
  readonly home?: string
  readonly obstacle?: Obstacle
}

/**
 * The directories of one cycle. Each is checked once, component by component; none is entered through
 * a symlink, which may lead out of the tree.
 *
 * A missing directory is made under a temp name, filled there, and published with all its files and
 * subdirectories by one rename: for a new tree that spares a second step for every file.
 */
export class Directories {
  readonly #root: string
  readonly #suffix: string
  readonly #dryRun: boolean
  readonly #prefix = tempPrefix()
  readonly #states = new Map<string, DirectoryState>([['', { fresh: false }]])
  /** The topmost directories that wait for their names, and by each path below them the one it belongs to. */
  readonly #staged = new Map<string, StagedDirectory>()
  #homes = 0

  constructor(root: string, suffix: string, dryRun: boolean) {
    this.#root = root
    this.#suffix = suffix
    this.#dryRun = dryRun
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
    try {
      // Below a directory of our own nobody else can have made anything.
      const entry = parent.fresh && (this.#dryRun || parent.home) ? undefined : lstat(`${this.#root}/${directory}`)
      if (entry) return { fresh: false, ...asObstacle(entry.kind, directory) }
      if (this.#dryRun) return { fresh: true }
      const home = parent.home ? `${parent.home}/${nameOf(directory)}` : this.#homeFor(directory)
      within(this.#root, parentOf(home), (here) => mkdirSync(`${here}/${nameOf(home)}`))
      const top = this.#staged.get(parentOf(directory)) ?? { directory, home, family: [] }
      top.family.push(directory)
      this.#staged.set(directory, top)
      return { fresh: true, home }
    } catch (error) {
      if (error instanceof ObstacleError) return { fresh: false, obstacle: error.obstacle }
      const errno = errnoOf(error)
      if (errno && isSystemic(errno)) throw error
      return { fresh: false, obstacle: { code: 'write-failed', message: messageOf(error), ...(errno && { errno }) } }
    }
  }

  /** The homes of those of these directories that are staged whole. */
  homesOf(directories: readonly string[]): Map<string, string> {
    const homes = new Map<string, string>()
    let last: string | undefined
    for (const directory of directories) {
      // Neighbours mostly share their directory.
      if (directory === last) continue
      last = directory
      const home = this.#states.get(directory)?.home
      if (home !== undefined) homes.set(directory, home)
    }
    return homes
  }

  #homeFor(directory: string): string {
    const parent = parentOf(directory)
    return `${parent}${parent && '/'}${tempName(this.#prefix, this.#homes++, this.#suffix)}`
  }

  /**
   * Gives the staged directories their names. One whose name was taken meanwhile is merged: its
   * subdirectories are made, and its files have to be published one by one.
   *
   * @param filled the directories that files were staged in; of the others only their parents appear
   * @returns the directories that are in place with all their files
   * @throws the system's error where it would hit every other directory too
   */
  publish(filled: ReadonlySet<string>): ReadonlySet<string> {
    const placed = new Set<string>()
    for (const staged of new Set(this.#staged.values())) {
      if (!this.#prune(staged, filled)) continue
      const { directory, home, family } = staged
      if (this.#place(directory, home)) for (const path of family) placed.add(path)
      else for (const path of family) this.#merge(path)
    }
    return placed
  }

  /** Takes the directories back that nothing was staged in; `false` when that were all of them. */
  #prune({ directory, home, family }: StagedDirectory, filled: ReadonlySet<string>): boolean {
    for (const path of family.toReversed()) {
      if (filled.has(path) || family.some((child) => parentOf(child) === path)) continue
      const place = home + path.slice(directory.length)
      within(this.#root, parentOf(place), (here) => rmdirSync(`${here}/${nameOf(place)}`))
      family.splice(family.indexOf(path), 1)
      this.#staged.delete(path)
      this.#states.delete(path)
    }
    return family.length > 0
  }

  #place(directory: string, home: string): boolean {
    try {
      return within(this.#root, parentOf(directory), (here) => {
        if (lstat(`${here}/${nameOf(home)}`)?.kind !== 'directory') return false
        // An empty directory may be replaced without loss; any other makes this fail.
        renameSync(`${here}/${nameOf(home)}`, `${here}/${nameOf(directory)}`)
        return true
      })
    } catch (error) {
      if (isSystemic(errnoOf(error) ?? '')) throw error
      return false
    }
  }

  #merge(directory: string): void {
    try {
      within(this.#root, parentOf(directory), (here) => mkdirSync(`${here}/${nameOf(directory)}`))
    } catch (error) {
      // Taken already, or impossible: each file is going to meet the obstacle and to report it.
      if (isSystemic(errnoOf(error) ?? '')) throw error
    }
  }

  /** Ends a batch: what was staged is in place, and what is left of merged directories goes. */
  settle(): void {
    this.#removeHomes()
    for (const path of this.#staged.keys()) this.#states.set(path, { fresh: true })
    this.#staged.clear()
  }

  /** Takes the staged directories back, with everything in them. */
  abandon(): void {
    this.#removeHomes()
    this.#staged.clear()
    this.#states.clear()
    this.#states.set('', { fresh: false })
  }

  #removeHomes(): void {
    for (const { home } of new Set(this.#staged.values())) {
      try {
        within(this.#root, parentOf(home), (here) => rmSync(`${here}/${nameOf(home)}`, { recursive: true, force: true }))
      } catch {
        // Where the disk refuses, a sweep finds it later; what led here is what has to be reported.
      }
    }
  }
}

/** A directory that waits for its name. */
interface StagedDirectory {
  readonly directory: string
  readonly home: string
  /** The directory itself and all below it, parents first. */
  readonly family: string[]
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

/**
 * Makes a directory of a tree with its missing parents, none of them behind a symlink.
 *
 * @returns the absolute path of the first directory that was made; `undefined` where all were there
 */
export function makeDirectoriesBelow(root: string, directory: string): string | undefined {
  if (directory === '') return undefined
  const made = makeDirectoriesBelow(root, parentOf(directory))
  const isNew = within(root, parentOf(directory), (here) => {
    const path = `${here}/${nameOf(directory)}`
    return !lstat(path) && makeDirectories(path) !== undefined
  })
  return made ?? (isNew ? `${root}/${directory}` : undefined)
}
