import type { Licence } from '../core/direction.ts'
import type { Guards, Verdict } from '../core/guards.ts'
import type { Action, Digest, FsyncMode, Problem } from '../types.ts'
import type { Fatal } from './failure.ts'
import { parentOf } from './obstacle.ts'
import { tempName } from './temp.ts'

/**
 * Files that travel to a writer together. Numbers and contents lie in shared memory, texts are
 * joined into one string each: a message then costs the same for one file as for hundreds.
 */
export interface Job {
  /** Absolute path of the tree's root. */
  readonly root: string
  /** Distinguishes the temps of this job from all others; see `tempPrefix`. */
  readonly prefix: string
  readonly suffix: string
  /** Relative paths joined by newlines, which a safe path never contains. */
  readonly paths: string
  /** The homes of directories that are staged whole, by their relative paths. */
  readonly homes: ReadonlyMap<string, string>
  /** `FIELDS` numbers a file, in the order of the paths. */
  readonly table: Float64Array
}

/** A job on its way to be compared with the tree and staged. */
export interface StageJob extends Job {
  /** The contents one after another; each ends at its `END`. */
  readonly contents: Uint8Array
  /** 64 characters a file: the baseline's digest, or blanks where the baseline has none. */
  readonly known: string
  readonly fsync: FsyncMode
  readonly dryRun: boolean
  readonly licence: Licence
  readonly guards: Guards
  /** Changes that an undo took back, by index: the digests of row and file since then, as `sidesOf` writes them. */
  readonly undone: ReadonlyMap<number, string>
  /** The filesystem's clock when the cycle began; see `isSettled`. */
  readonly clock: number
}

/** What happened to a job's files, beside the outcomes in its table. */
export interface StageResult {
  /** 64 characters a file: the digests of the contents. */
  readonly digests: string
  readonly problems: readonly ItemProblem[]
  /** Files whose content is not what the baseline knows, and matters further on. */
  readonly found: readonly FoundFile[]
  /** Contents of found files, one after another. */
  readonly taken?: SharedArrayBuffer
  /** Files to replace that were modified so recently that their stat does not prove their content. */
  readonly racy: readonly RacyFile[]
  readonly fatal?: Fatal
}

/** A staged job on its way to be published. */
export interface PublishJob extends Job {
  readonly racy: readonly RacyFile[]
}

export interface PublishResult {
  readonly problems: readonly ItemProblem[]
  readonly fatal?: Fatal
}

/** A problem of the file at this index of a job. */
export type ItemProblem = Omit<Problem, 'path'> & { readonly index: number }

/** What a file of a job holds. */
export interface FoundFile {
  readonly index: number
  /** `undefined` where the file is too large to be read. */
  readonly digest: Digest | undefined
  /** Where its bytes lie in `taken`; absent where they are not needed, or were too many to travel. */
  readonly span?: readonly [start: number, end: number]
  /** Why a guard holds it. */
  readonly verdict?: Verdict
}

/** How the two sides of one path stand, to be compared later. */
export function sidesOf(store: Digest | undefined, tree: Digest | undefined): string {
  return `${store ?? '-'} ${tree ?? '-'}`
}

/**
 * A job as it crosses to another thread: bare shared memory. Deno copies a view of it byte by byte, which takes
 * it 30 ms for a job; the memory itself costs nothing.
 */
export type Message<J extends Job> = Omit<J, 'table' | 'contents'> & {
  readonly table: ArrayBufferLike
  readonly contents?: ArrayBufferLike
}

/** Wraps a job for another thread. */
export function toMessage<J extends Job>(work: J & { readonly contents?: Uint8Array }): Message<J> {
  const { contents } = work
  return { ...work, table: work.table.buffer, ...(contents && { contents: contents.buffer }) } as Message<J>
}

/** Unwraps a job from another thread. Its contents may be followed by unused memory. */
export function fromMessage<J extends Job>(message: Message<J>): J {
  const { table, contents } = message
  return { ...message, table: new Float64Array(table), ...(contents && { contents: new Uint8Array(contents) }) } as unknown as J
}

export interface RacyFile {
  readonly index: number
  readonly digest: Digest
}

/** Columns of a job's table. */
export const END = 0
/** In: what is known of the file, as a sum of flags. */
export const FLAGS = 1
/** In: the baseline's stat. Out: the stat to remember. */
export const SIZE = 2
export const MTIME = 3
export const INODE = 4
/** Out: what became of the file. */
export const OUTCOME = 5
/** Out: the stat of the file that is going to be replaced; inode -1 where the name is free. */
export const SEEN_SIZE = 6
export const SEEN_MTIME = 7
export const SEEN_INODE = 8
/** Out: mode and owner of that file; -1 where the name is free. */
export const SEEN_MODE = 9
export const SEEN_UID = 10
export const SEEN_GID = 11
/** Out: what `reconcile` decided, as an index of `ACTIONS`. */
export const ACTION = 12
export const FIELDS = 13

/** The baseline has an entry for the path. */
export const KNOWN = 1
/** The baseline's stat proves the content: it is not racy. */
export const SETTLED = 2
/** The directory was made by this cycle: the name is free unless somebody takes it meanwhile. */
export const FRESH = 4
/** The store has no row for the path. */
export const ROWLESS = 8
/** The row's content need not be text. */
export const BINARY = 16
/** A merge wrote its result to the row, but perhaps not to the file. */
export const TORN = 32

export const ACTIONS: readonly Action[] = ['none', 'adopt', 'export', 'import', 'remove-file', 'delete-row', 'conflict', 'hold']

/** What became of one file. */
export const UNCHANGED = 0
/** Unchanged, but its stat moved: the baseline's entry is worth an update. */
export const REFRESHED = 1
export const ADOPTED = 2
export const STAGED = 3
export const PUBLISHED = 4
export const PENDING = 5
export const CONFLICT = 6
export const FAILED = 7
/** What the calling thread does: the row takes the file's content, goes, or is merged with it; the file goes. */
export const IMPORT = 8
export const DELETE = 9
export const REMOVE = 10
export const MERGE = 11
export const HELD = 12
/** Both sides are gone: only the baseline's entry is left. */
export const FORGOTTEN = 13
/** There is nothing at this path, and there never was. */
export const NOTHING = 14

export const DIGEST_LENGTH = 64
export const NO_DIGEST: string = ' '.repeat(DIGEST_LENGTH)

/** The digest of the file at `index`; `undefined` where there is none. */
export function digestAt(digests: string, index: number): Digest | undefined {
  const digest = digests.slice(index * DIGEST_LENGTH, (index + 1) * DIGEST_LENGTH)
  return digest === NO_DIGEST ? undefined : digest
}

/** The relative path of the temp that stages the file at `index`: both phases, on any thread, agree on it. */
export function tempOf(work: Job, index: number, path: string): string {
  const directory = parentOf(path)
  const home = work.homes.get(directory)
  if (home !== undefined) return home + path.slice(directory.length)
  return `${directory}${directory && '/'}${tempName(work.prefix, index, work.suffix)}`
}
