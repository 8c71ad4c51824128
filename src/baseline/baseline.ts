import { digestOf } from '../digest.ts'
import type { Digest, FileStat, ProblemCode, Side } from '../types.ts'

/** What both sides last agreed on for one path. */
export interface BaselineEntry {
  readonly path: string
  readonly collection: string
  /** The row's key as a JSON array of texts. */
  readonly key: string
  /** Of the file's bytes. */
  readonly digest: Digest
  /**
   * Of the row's content where that is structured, so that it need not be compared with the file's words;
   * empty where the row's content is the file's, or is not known.
   */
  readonly source: Digest | ''
  readonly stat: FileStat
  /** Whether the stat alone proves the content; see `isSettled`. */
  readonly settled: boolean
  readonly place: ContentPlace
}

/**
 * Where a content lies: contents of one job share a pack, which is stored as one value. It holds until the next commit,
 * which may move contents together; ask again afterwards.
 */
export interface ContentPlace {
  readonly pack: number
  /** Bytes from the start of the pack. */
  readonly offset: number
}

/** A content that the baseline holds. */
export interface Stored {
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  readonly place: ContentPlace
}

/** What one operation did to one side of one path, with all it takes to undo it. */
export interface HistoryRecord {
  readonly path: string
  readonly collection: string
  /** The row's key as a JSON array of texts. */
  readonly key: string
  readonly side: Side
  /** What was overwritten or deleted; `undefined` where there was nothing. */
  readonly before: Stored | undefined
  /** The digest of what is there since; `undefined` where it was deleted. A row's is that of its content as the store gives it. */
  readonly after: Digest | undefined
  /** What both sides had agreed on before; `undefined` where they had not. */
  readonly base: Stored | undefined
  /** What a row that was deleted held beside its content, as the store gave it. */
  readonly rest: Uint8Array | undefined
}

/** One run of a command that changed something. */
export interface Operation {
  readonly id: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** Such as `import`, `sync`, `undo`. */
  readonly command: string
  readonly records: number
  /** Bytes that are kept for it; where a record's two contents are one, that counts once. */
  readonly bytes: number
  /** The operation that took it back, if one did. */
  readonly undoneBy: number | undefined
}

/** How long history is kept. */
export interface Retention {
  /** Milliseconds. */
  readonly maxAge: number
  /** Bytes of kept contents. */
  readonly maxSize: number
}

/** A path that waits for a person. */
export interface Undecided {
  readonly path: string
  readonly kind: 'conflict' | 'hold' | 'untracked'
  readonly code: ProblemCode | 'untracked'
  readonly message: string
  /** What the two sides held; `undefined` where a side had nothing or it is not known. */
  readonly store: Digest | undefined
  readonly tree: Digest | undefined
  /** Milliseconds since 1970 when it was first found so. */
  readonly since: number
}

/** A merge that is not done: a person has to mend it, or it was cut short between row and file. */
export interface Merge {
  readonly path: string
  /** What was merged: the row's content as the store gave it, and the file's. They stay the same however the sides change on. */
  readonly store: Digest
  readonly tree: Digest
  /** The file with conflict markers as it was made; `undefined` where none was needed. */
  readonly marked: Digest | undefined
  /** The row's content with the result, as the store gives it, noted before the row is written. */
  readonly result: Digest | undefined
}

/**
 * The memory of a tree: what both sides last agreed on, with the contents, what waits for a person, and history. All
 * changes happen between `begin` and `commit`; a `rollback` or a crash leaves the state of the last commit.
 */
export interface Baseline {
  begin(): void
  commit(): void
  /** Commits what is kept so far and goes on, before an effect that relies on it. */
  checkpoint(): void
  rollback(): void
  isEmpty(): boolean
  /** Number of entries; it takes time for all of them. */
  count(): number
  /** Number of entries by collection. */
  counts(): Map<string, number>
  /** The entries of these paths; a path without one is missing from the answer. */
  find(paths: readonly string[]): Map<string, BaselineEntry>
  /** The paths of all entries, in order. */
  paths(): Iterable<string>
  /**
   * The content of an entry, or any other that the baseline holds.
   *
   * @throws `RowtreeError` `baseline-invalid` where its bytes are not those of its digest any more
   */
  content(stored: Stored): Uint8Array
  /** Whether a content is there, byte for byte. Asked before history relies on it for what is overwritten. */
  holds(stored: Stored): boolean
  /** Stores contents that lie one after another, and returns the number of their pack. */
  addPack(contents: Uint8Array): number
  /** Adds an entry, or replaces the `previous` one of its path. */
  put(entry: BaselineEntry, previous?: BaselineEntry): void
  /** Updates the stat of an entry whose content is still the same. */
  refresh(path: string, stat: FileStat, settled: boolean): void
  remove(entry: BaselineEntry): void

  /**
   * Puts records into history, under one operation for the life of this object; its contents live on, whatever
   * becomes of the entries. Returns the number of each record.
   */
  record(records: readonly HistoryRecord[]): number[]
  /** Takes records back whose effect did not take place. */
  retract(ids: readonly number[]): void
  /** The last operations, newest first. */
  operations(limit: number): Operation[]
  /** The records of an operation, in the order of their paths. */
  records(operation: number): HistoryRecord[]
  /** Notes that the operation of this object took that one back. */
  markUndone(operation: number): void
  /** Drops the operations that are too old, and the oldest ones beyond the size. The newest always stays. */
  expire(retention: Retention): void

  /** What waits for a person, by path. */
  undecided(): Map<string, Undecided>
  decide(path: string): void
  defer(undecided: Undecided): void

  /** The merges that are not done, by path. */
  merges(): Map<string, Merge>
  /** Notes a merge, in place of what is known of one at its path. */
  noteMerge(merge: Merge): void
  forgetMerge(path: string): void
  close(): void
}

/** Stores a single content in a pack of its own. */
export function keepContent(baseline: Pick<Baseline, 'addPack'>, bytes: Uint8Array, digest: Digest = digestOf(bytes)): Stored {
  return { digest, size: bytes.length, place: { pack: baseline.addPack(bytes), offset: 0 } }
}

/** Bytes that a pack of many contents may have: whoever reads one of them reads the pack. */
const PACK_BYTES = 512 * 1024

/** Stores contents in packs of their own, and tells the place of each. */
export function packContents(baseline: Pick<Baseline, 'addPack'>, contents: readonly Uint8Array[]): ContentPlace[] {
  const places: ContentPlace[] = []
  for (let start = 0; start < contents.length; ) {
    let size = contents[start]!.length
    let end = start + 1
    while (end < contents.length && size + contents[end]!.length <= PACK_BYTES) size += contents[end++]!.length
    const some = contents.slice(start, end)
    const pack = baseline.addPack(some.length === 1 ? some[0]! : Buffer.concat(some))
    let offset = 0
    for (const { length } of some) {
      places.push({ pack, offset })
      offset += length
    }
    start = end
  }
  return places
}

/** An entry's content as one that the baseline holds. */
export function storedIn({ digest, stat, place }: BaselineEntry): Stored {
  return { digest, size: stat.size, place }
}
