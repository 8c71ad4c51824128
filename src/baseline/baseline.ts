import type { Digest, FileStat } from '../types.ts'

/** What both sides last agreed on for one path. */
export interface BaselineEntry {
  readonly path: string
  readonly collection: string
  /** The row's key as a JSON array of texts. */
  readonly key: string
  readonly digest: Digest
  readonly stat: FileStat
  /** Whether the stat alone proves the content; see `isSettled`. */
  readonly settled: boolean
  readonly place: ContentPlace
}

/** Where a content lies: contents of one job share a pack, which is stored as one value. */
export interface ContentPlace {
  readonly pack: number
  /** Bytes from the start of the pack. */
  readonly offset: number
}

/** Content that rowtree replaced or removed although a person wrote it. */
export interface Keepsake {
  readonly path: string
  readonly side: 'store' | 'tree'
  /** The operation that took it away. */
  readonly operation: 'force' | 'prune'
  readonly bytes: Uint8Array
}

/**
 * The memory of a tree: what both sides last agreed on, with the contents. All changes happen
 * between `begin` and `commit`; a `rollback` or a crash leaves the state of the last commit.
 */
export interface Baseline {
  begin(): void
  commit(): void
  /** Commits what is kept so far and goes on, before an effect that relies on it. */
  checkpoint(): void
  rollback(): void
  /** Number of entries. */
  count(): number
  /** The entries of these paths; a path without one is missing from the answer. */
  find(paths: readonly string[]): Map<string, BaselineEntry>
  /** The paths of all entries, in order. */
  paths(): Iterable<string>
  /** The content of an entry. */
  content(entry: BaselineEntry): Uint8Array
  /** Stores contents that lie one after another, and returns the number of their pack. */
  addPack(contents: Uint8Array): number
  /** Adds an entry, or replaces the `previous` one of its path. */
  put(entry: BaselineEntry, previous?: BaselineEntry): void
  /** Updates the stat of an entry whose content is still the same. */
  refresh(path: string, stat: FileStat, settled: boolean): void
  remove(entry: BaselineEntry): void
  /** Puts a content into history. */
  keep(keepsake: Keepsake): void
  close(): void
}
