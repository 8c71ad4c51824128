import { type Dirent, readdirSync } from 'node:fs'
import type { WatchFilter } from '../core/watched.ts'
import { errnoOf } from '../errors.ts'
import { type Ground, groundBelow, groundOf } from './ground.ts'
import type { Presence } from './presence.ts'
import { Recency } from './recency.ts'
import { signatureOf } from './signature.ts'
import { type Entry, lstat } from './stat.ts'

/** Names looked at between two chances to do something else. */
const SLICE = 256

/** Files of one directory, by name: a number that stands for their stat, negative where that stat proves nothing yet. */
type Files = Map<string, number>

/** A directory, and which filesystem its files were seen on; see `Ground`. */
interface Known {
  readonly volume: string
  readonly files: Files
}

/** Stands for no stat: whatever is found differs from it. */
const UNSEEN = 0

/** Of so many filesystems that went away it is remembered what they held. */
const VOLUMES = 8

/** A directory that is still to be looked at, and what its parent stands on, where that is known. */
interface Pending {
  readonly directory: string
  readonly above?: Ground
}

/** Work that can be interrupted at each `yield`; see `unhurried`. */
export type Slices<T> = Generator<undefined, T>

/**
 * What the files of a tree were when they were last looked at. Each look tells what differs and remembers what it saw, so a
 * change is told once; but a file that changed just now is told again by the next rescan, since its stat may not show another edit.
 *
 * Looks and rescans may be interleaved: each name is read, compared and remembered in one go.
 *
 * Inside the tree other filesystems may be mounted. What was seen on one is compared with that one alone: where it is unmounted, or
 * another is mounted over it, its files are out of sight and not gone, and what stands in their place is told as new. When it
 * is back everything on it is told once more, since the other's files may have been taken meanwhile, and what was deleted on it is gone.
 */
export class Snapshot {
  readonly #root: string
  readonly #filter: WatchFilter
  readonly #presence: Presence
  readonly #now: () => number
  readonly #recency = new Recency()
  readonly #directories = new Map<string, Known>()
  /** By volume: directories of filesystems that are not there now. */
  readonly #away = new Map<string, Map<string, Files>>()
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
    return this.#directories.get(directory)?.files.has(name) === true
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
      const wasFile = this.#stands(directory) && this.#drop(directory, name)
      return this.#filter.enters(path) ? 'directory' : wasFile ? [path] : []
    }
    if (!(entry?.kind === 'file' && this.knowsFile(path))) {
      // Where the filesystem changed, a rescan sorts out what belongs to which.
      if (!this.#stands(this.#directories.has(path) ? path : directory)) return []
      if (!entry && !this.knows(path) && this.#isAway(directory)) return []
    }
    const below = this.#directories.has(path) ? this.#dropBelow(path) : undefined
    if (!entry && below) return below
    if (entry?.kind !== 'file') this.#drop(directory, name)
    else if (taken) this.#remember(this.#directories.get(directory)?.files ?? this.#enter(directory, groundOf(this.#root, directory)), name, entry, now)
    // Also what was never seen: a file that was written and removed in between may have a row already.
    return [...(below ?? []), ...(taken ? [path] : [])]
  }

  /**
   * Looks at all files of a directory and below.
   *
   * @param start relative; the whole tree by default
   * @param patient leave out what changed so recently that its stat proves nothing, until it does: for who looks again soon
   * @returns the paths that are new, changed, gone or not certain; also those in directories that cannot be listed. What is missing
   * because the root is, or the filesystem on which it was, is not told
   */
  *rescan(start = '', patient = false): Slices<string[]> {
    const found: string[] = []
    const visited = new Set<string>()
    const closed: string[] = []
    if (!this.#presence.holds()) return found
    const pending: Pending[] = [{ directory: start }]
    for (let next = pending.pop(); next; next = pending.pop()) {
      const { directory, above } = next
      const entries = this.#list(directory)
      if (entries === 'closed') closed.push(directory)
      if (typeof entries === 'string') continue
      // After it was listed, which may have mounted it.
      const ground = above ? groundBelow(above, this.#root, directory) : groundOf(this.#root, directory)
      if (!ground) continue
      visited.add(directory)
      this.#enter(directory, ground)
      const below: string[] = []
      for (const path of yield* this.#compare(directory, entries, below, patient)) found.push(path)
      for (const one of below) pending.push({ directory: one, above: ground })
    }
    for (const directory of this.#unvisited(start, visited)) {
      for (const path of closed.some((one) => isBelow(directory, one)) ? this.#pathsIn(directory) : this.#missed(directory)) found.push(path)
      yield
    }
    return found
  }

  *#compare(directory: string, entries: readonly Dirent[], below: string[], patient: boolean): Slices<string[]> {
    const found: string[] = []
    const prefix = directory && `${directory}/`
    const listed = new Set<string>()
    let looked = 0
    for (const entry of entries) {
      const { name } = entry
      if (entry.isFile()) {
        listed.add(name)
        if (this.#differs(directory, name, prefix + name, patient)) found.push(prefix + name)
      } else if (entry.isDirectory() && this.#filter.enters(prefix + name)) below.push(prefix + name)
      if (++looked % SLICE === 0) yield
    }
    for (const name of this.#directories.get(directory)?.files.keys() ?? []) {
      // A name that was not listed may have appeared since.
      if (!listed.has(name) && this.#differs(directory, name, prefix + name, patient)) found.push(prefix + name)
    }
    return found
  }

  /** Whether a file is another than it was, or may be; remembers what it is. */
  #differs(directory: string, name: string, path: string, patient: boolean): boolean {
    const files = this.#directories.get(directory)?.files
    const before = files?.get(name)
    if (before === undefined && !this.#filter.takes(path)) return false
    const now = this.#now()
    const entry = this.#lstat(path)
    if (entry === 'unknown') return true
    if (entry?.kind !== 'file') return before !== undefined && this.#stands(directory) && this.#drop(directory, name)
    const after = this.#remember(files ?? this.#enter(directory, groundOf(this.#root, directory)), name, entry, now)
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
    const known = this.#directories.get(directory)
    if (entry === 'unknown') return this.#pathsIn(directory)
    if (!known || !this.#presence.holds()) return []
    if (!this.#stands(directory)) return this.#putAway(directory, known)
    return entry?.kind === 'directory' ? this.#pathsIn(directory) : this.#dropBelow(directory)
  }

  /** Whether nothing but a deletion explains what is missing in a directory: the root is there, and the filesystem on which its files were seen. */
  #stands(directory: string): boolean {
    const known = this.#directories.get(directory)
    return this.#presence.holds() && (!known || known.volume === groundOf(this.#root, directory)?.volume)
  }

  /** Whether a directory of this name was seen on a filesystem that is away. */
  #isAway(directory: string): boolean {
    return [...this.#away.values()].some((directories) => directories.has(directory))
  }

  /** The memory of a directory on the filesystem that is there now. */
  #enter(directory: string, { volume }: Pick<Ground, 'volume'> = { volume: '' }): Files {
    const known = this.#directories.get(directory)
    if (known?.volume === volume) return known.files
    if (known) this.#putAway(directory, known)
    const files: Files = new Map([...(this.#away.get(volume)?.get(directory)?.keys() ?? [])].map((name) => [name, UNSEEN]))
    this.#away.get(volume)?.delete(directory)
    this.#files += files.size
    this.#directories.set(directory, { volume, files })
    return files
  }

  /** Remembers a directory for the day when its filesystem is back. Nothing in it is told. */
  #putAway(directory: string, { volume, files }: Known): [] {
    let directories = this.#away.get(volume)
    if (!directories) this.#away.set(volume, (directories = new Map()))
    directories.set(directory, files)
    if (this.#away.size > VOLUMES) this.#away.delete(this.#away.keys().next().value!)
    this.#files -= files.size
    this.#directories.delete(directory)
    return []
  }

  /** Forgets a file; `false` when it was not known. */
  #drop(directory: string, name: string): boolean {
    const known = this.#directories.get(directory)?.files.delete(name) ?? false
    if (known) this.#files--
    return known
  }

  /** Forgets a directory with all below it. */
  #dropBelow(directory: string): string[] {
    const gone: string[] = []
    const volume = this.#directories.get(directory)?.volume
    for (const [one, known] of [...this.#directories].filter(([path]) => isBelow(path, directory))) {
      // What was mounted below is elsewhere now, with its files.
      if (known.volume !== volume) this.#putAway(one, known)
      else {
        // More than a hundred thousand arguments do not fit on the stack.
        for (const path of this.#pathsIn(one)) gone.push(path)
        this.#files -= known.files.size
        this.#directories.delete(one)
      }
    }
    return gone
  }

  #pathsIn(directory: string): string[] {
    return [...(this.#directories.get(directory)?.files.keys() ?? [])].map((name) => (directory === '' ? name : `${directory}/${name}`))
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
