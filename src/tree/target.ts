import { digestOf } from '../digest.ts'
import type { Digest, FileStat } from '../types.ts'
import { readFile } from './read.ts'
import { type Entry, lstat, lstatBelow, sameStat } from './stat.ts'

/** What stands at a path of the tree; no entry means that the name is free. */
export interface Target {
  readonly entry?: Entry
  /** `TOO_LARGE` where the file was not read. */
  readonly digest?: Digest
  /** Present where the content had to be read. */
  readonly bytes?: Uint8Array
}

export const FREE: Target = {}

/** Stands for the digest of a file that is too large to be read: it is equal to none. */
export const TOO_LARGE = 'too-large'

/** What makes reading unnecessary. */
export interface Expectation {
  /** The row's content with its digest, if there is a row. */
  readonly content: Uint8Array | undefined
  readonly digest: Digest
  /** What the baseline says, where its stat proves the content. */
  readonly known: { readonly digest: Digest; readonly stat: FileStat; readonly settled: boolean } | undefined
  /** Bytes. A larger file is read only where it may be equal to the row or the baseline. */
  readonly limit: number
}

/** Where a target is. */
export interface Place {
  /** Absolute. A directory on the way may lead elsewhere by now. */
  readonly path: string
  /** Reaches the target itself, or what there is where its directory is absent. */
  readonly reach: (work: (absolute: string) => Target) => Target
}

/**
 * Looks at a target; reads it only where its stat does not already prove what it holds.
 *
 * @throws TargetError where something else than a file is there, `ObstacleError`, and the system's errors
 */
export function inspect(place: Place, path: string, expected: Expectation): Target {
  const { known } = expected
  // Nothing is read and nothing is written, so it does not matter whether the path leads elsewhere just now. It is a third faster.
  const proof = known?.settled ? lstatBelow(place.path) : undefined
  if (proof?.kind === 'file' && sameStat(proof, known!.stat)) return { entry: proof, digest: known!.digest }
  return place.reach((absolute) => inspectAt(absolute, path, expected))
}

function inspectAt(absolute: string, path: string, expected: Expectation): Target {
  const entry = lstat(absolute)
  if (!entry) return FREE
  if (entry.kind !== 'file') throw new TargetError(entry.kind, path)
  const { known, content, limit } = expected
  if (known?.settled && sameStat(entry, known.stat)) return { entry, digest: known.digest }
  if (entry.size > limit && entry.size !== content?.length && entry.size !== known?.stat.size) return { entry, digest: TOO_LARGE }
  return examine(absolute, expected)
}

/** Reads a target whatever its stat says. */
export function examine(absolute: string, { content, digest }: Expectation): Target {
  const { bytes, entry } = readFile(absolute)
  // Comparing is cheaper than hashing, and equality is by far the most frequent answer.
  return { entry, digest: content && sameBytes(bytes, content) ? digest : digestOf(bytes), bytes }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0
}

/** Something other than a file stands at a target path. */
export class TargetError extends Error {
  readonly kind: Exclude<Entry['kind'], 'file'>

  constructor(kind: Exclude<Entry['kind'], 'file'>, path: string) {
    const noun = { directory: 'a directory', symlink: 'a symlink', special: 'neither a file nor a directory' }[kind]
    super(`Cannot write ${path}: ${noun} is in its place; move it away`)
    this.kind = kind
  }
}
