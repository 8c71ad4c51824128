import { type Dirent, readdirSync } from 'node:fs'
import type { WatchFilter } from '../core/watched.ts'
import { errnoOf } from '../errors.ts'
import type { Presence } from './presence.ts'
import { Recency } from './recency.ts'
import { type Entry, lstat } from './stat.ts'

/** Names looked at between two chances to do something else. */
const SLICE = 256

/** Files of one directory, by name: a number that stands for their stat, negative where that stat proves nothing yet. */
type Files = Map<string, number>

/** Work that can be interrupted at each `yield`; see `unhurried`. */
export type Slices<T> = Generator<undefined, T>

/**
 * What the files of a tree were when they were last looked at. Each look tells what differs and remembers what it saw, so a
 * change is told once; but a file that changed just now is told again by the next rescan, since its stat may not show another edit.
 *
 * Looks and rescans may be interleaved: each name is read, compared and remembered in one go.
 */
export class Snapshot {
  readonly #root: string
  readonly #filter: WatchFilter
  readonly #presence: Presence
  readonly #now: () => number
  readonly #recency = new Recency()
  readonly #directories = new Map<string, Files>()
  #files = 0

  /** @param now our clock, in milliseconds since 1970 */
  constructor(presence: Presence, filter: WatchFilter, now: () => number = Date.now) {
    this.#now = now
    this.#root = presence.root
    this.#presence = presence
    this.#filter = filter
  }

  /** How many files are known. */
  get files(): number {
    return this.#files
  }

  /** Whether there was a file or a directory at this path. */
  knows(path: string): boolean {
    return this.#directories.has(path) || this.knowsFile(path)
  }

  /** Whether there was a file at this path. */
  knowsFile(path: string): boolean {
    const [directory, name] = split(path)
    return this.#directories.get(directory)?.has(name) === true
  }

  /**
   * Looks at one path that an event named.
   *
   * @returns the files that are to be compared; `directory` where one stands there, which has to be rescanned
   */
  look(path: string): readonly string[] | 'directory' {
    if (path === '') return 'directory'
    const now = this.#now()
    const entry = this.#lstat(path)
    const taken = this.#filter.takes(path)
    if (entry === 'unknown') return taken ? [path] : []
    const [directory, name] = split(path)
    if (entry?.kind === 'directory') {
      const wasFile = this.#drop(directory, name)
      return this.#filter.enters(path) ? 'directory' : wasFile ? [path] : []
    }
    if (!entry && !this.#presence.holds()) return []
    const below = this.#directories.has(path) ? this.#dropBelow(path) : undefined
    if (!entry && below) return below
    if (entry?.kind !== 'file') this.#drop(directory, name)
    else if (taken) this.#remember(this.#filesOf(directory), name, entry, now)
    // Also what was never seen: a file that was written and removed in between may have a row already.
    return [...(below ?? []), ...(taken ? [path] : [])]
  }

  /**
   * Looks at all files of a directory and below.
   *
   * @param start relative; the whole tree by default
   * @param patient leave out what changed so recently that its stat proves nothing, until it does: for who looks again soon
   * @returns the paths that are new, changed, gone or not certain; also those in directories that cannot be listed. What is missing
   * because the root is, is not told
   */
  *rescan(start = '', patient = false): Slices<string[]> {
    const found: string[] = []
    const visited = new Set<string>()
    const closed: string[] = []
    const pending = [start]
    for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
      const entries = this.#list(directory)
      if (entries === 'closed') closed.push(directory)
      if (typeof entries === 'string') continue
      visited.add(directory)
      for (const path of yield* this.#compare(directory, entries, pending, patient)) found.push(path)
    }
    for (const directory of this.#unvisited(start, visited)) {
      found.push(...(closed.some((one) => isBelow(directory, one)) ? this.#pathsIn(directory) : this.#missed(directory)))
      yield
    }
    return found
  }

  *#compare(directory: string, entries: readonly Dirent[], pending: string[], patient: boolean): Slices<string[]> {
    const found: string[] = []
    const prefix = directory && `${directory}/`
    const listed = new Set<string>()
    let looked = 0
    for (const entry of entries) {
      const { name } = entry
      if (entry.isFile()) {
        listed.add(name)
        if (this.#differs(directory, name, prefix + name, patient)) found.push(prefix + name)
      } else if (entry.isDirectory() && this.#filter.enters(prefix + name)) pending.push(prefix + name)
      if (++looked % SLICE === 0) yield
    }
    for (const name of this.#filesOf(directory).keys()) {
      // A name that was not listed may have appeared since.
      if (!listed.has(name) && this.#differs(directory, name, prefix + name, patient)) found.push(prefix + name)
    }
    return found
  }

  /** Whether a file is another than it was, or may be; remembers what it is. */
  #differs(directory: string, name: string, path: string, patient: boolean): boolean {
    const files = this.#directories.get(directory)
    const before = files?.get(name)
    if (before === undefined && !this.#filter.takes(path)) return false
    const now = this.#now()
    const entry = this.#lstat(path)
    if (entry === 'unknown') return true
    if (entry?.kind !== 'file') return before !== undefined && this.#presence.holds() && this.#drop(directory, name)
    const after = this.#remember(files ?? this.#filesOf(directory), name, entry, now)
    return after !== before || (after < 0 && !patient)
  }

  #remember(files: Files, name: string, entry: Entry, now: number): number {
    const signature = signatureOf(entry)
    const after = this.#recency.isRacy(entry, now) ? -signature : signature
    const before = files.get(name)
    if (before === undefined) this.#files++
    if (after !== before) files.set(name, after)
    return after
  }

  /** The files of a directory that was known and not found. */
  #missed(directory: string): string[] {
    const entry = this.#lstat(directory)
    if (entry === 'unknown' || entry?.kind === 'directory') return this.#pathsIn(directory)
    return this.#presence.holds() ? this.#dropBelow(directory) : []
  }

  /** Forgets a file; `false` when it was not known. */
  #drop(directory: string, name: string): boolean {
    const known = this.#directories.get(directory)?.delete(name) ?? false
    if (known) this.#files--
    return known
  }

  /** Forgets a directory with all below it. */
  #dropBelow(directory: string): string[] {
    const gone: string[] = []
    for (const one of [...this.#directories.keys()].filter((path) => isBelow(path, directory))) {
      gone.push(...this.#pathsIn(one))
      this.#files -= this.#directories.get(one)!.size
      this.#directories.delete(one)
    }
    return gone
  }

  #filesOf(directory: string): Files {
    let files = this.#directories.get(directory)
    if (!files) this.#directories.set(directory, (files = new Map()))
    return files
  }

  #pathsIn(directory: string): string[] {
    return [...(this.#directories.get(directory)?.keys() ?? [])].map((name) => (directory === '' ? name : `${directory}/${name}`))
  }

  #unvisited(start: string, visited: ReadonlySet<string>): string[] {
    return [...this.#directories.keys()].filter((path) => !visited.has(path) && isBelow(path, start))
  }

  #list(directory: string): Dirent[] | 'gone' | 'closed' {
    try {
      return readdirSync(`${this.#root}/${directory}`, { withFileTypes: true })
    } catch (error) {
      return isMissing(error) ? 'gone' : 'closed'
    }
  }

  #lstat(path: string): Entry | undefined | 'unknown' {
    try {
      return lstat(`${this.#root}/${path}`)
    } catch (error) {
      return isMissing(error) ? undefined : 'unknown'
    }
  }
}

function isMissing(error: unknown): boolean {
  const errno = errnoOf(error)
  return errno === 'ENOENT' || errno === 'ENOTDIR'
}

function isBelow(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`)
}

function split(path: string): [directory: string, name: string] {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? ['', path] : [path.slice(0, slash), path.slice(slash + 1)]
}

/** What tells one stat from another, in one number: 52 bits of a hash, since four numbers a file would cost a multiple of the memory. */
function signatureOf({ size, mtime, ctime, inode }: Entry): number {
  let low = 0x9e3779b9
  let high = 0x85ebca6b
  for (const part of [size, mtime, ctime, inode]) {
    low = Math.imul(low ^ part, 0xcc9e2d51)
    low = Math.imul((low << 15) | (low >>> 17), 0x1b873593) ^ high
    high = Math.imul(high ^ (part / 0x1_0000_0000), 0x9e3779b1)
    high = Math.imul((high << 13) | (high >>> 19), 0x85ebca6b) ^ low
  }
  return (low >>> 0) * 0x10_0000 + (high >>> 12) + 1
}
