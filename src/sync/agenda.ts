import type { BaselineEntry } from '../baseline/baseline.ts'
import type { Action, Digest, FileStat, Problem, RowKey, Side } from '../types.ts'

/** A row that is going to be written or deleted. */
export interface RowTask {
  readonly path: string
  readonly collection: string
  readonly key: RowKey
  /** The digest of the row's content as it was compared; `undefined`: there was no row. */
  readonly expected: Digest | undefined
  readonly entry: BaselineEntry | undefined
}

/** A file whose content goes into the store. */
export interface Arrival extends RowTask {
  readonly digest: Digest
  /** Absent where there were too many to keep them all; the file is read again then. */
  readonly bytes: Uint8Array | undefined
  readonly stat: FileStat
  readonly settled: boolean
  /** For a row that an undo inserts again; see `Change`. */
  readonly rest?: Uint8Array | undefined
}

/** A row and a file that both changed and may be merged. */
export interface Meeting extends Arrival {
  readonly bytes: Uint8Array
  /** The row's content in the file's words. */
  readonly row: Uint8Array
  /** The content need not be text. */
  readonly binary: boolean
  readonly structured: boolean
}

/** A row whose file is gone, or never was. */
export interface MissingFile extends RowTask {
  /** Whether the cycle may delete the row. */
  readonly licensed: boolean
}

/** A file whose row is gone, or never was. */
export interface MissingRow extends Omit<RowTask, 'expected'> {
  /** The file as it was compared; absent where it stays anyway. */
  readonly seen: { readonly stat: FileStat; readonly digest: Digest; readonly racy: boolean } | undefined
}

/** A path that waits for a person, with what the two sides hold. */
export interface Deferral {
  readonly kind: 'conflict' | 'hold'
  readonly problem: Problem
  readonly store: Digest | undefined
  readonly tree: Digest | undefined
}

/** A path whose sides differ, or that is gone from both, for those who only want to know. */
export interface Observation {
  readonly path: string
  readonly action: Action
  readonly row: boolean
  readonly file: boolean
}

/** Contents that wait for the store at the most; of what is more the files are read again. */
const MEMORY = 64 * 1024 * 1024

/**
 * What a comparison leaves to be done once all rows are read: a store is not written while it is read, and deletions
 * are only judged when all of them are known.
 */
export class Agenda {
  arrivals: Arrival[] = []
  readonly meetings: Meeting[] = []
  readonly missingFiles: MissingFile[] = []
  readonly missingRows: MissingRow[] = []
  readonly deferrals: Deferral[] = []
  /** How many entries of each collection lost their file, or their row, whatever became of the other side. */
  readonly lost: Readonly<Record<Side, Map<string, number>>> = { tree: new Map(), store: new Map() }
  /** How many of these are gone on both sides, and so not in the baseline any more. */
  readonly forgotten: Map<string, number> = new Map()
  /** Named paths where nothing is and nothing was. */
  readonly nothing: string[] = []
  /** Rows that were as asked before they were written. */
  readonly asAsked: string[] = []
  /** Files that fit no collection. */
  readonly untracked: string[] = []
  #bytes = 0

  /** Counts an entry that lost one side, or both. */
  lose({ collection }: BaselineEntry, file: boolean, row: boolean): void {
    if (file) increment(this.lost.tree, collection)
    if (row) increment(this.lost.store, collection)
    if (file && row) increment(this.forgotten, collection)
  }

  /** Takes the edited files off the agenda, and leaves the new ones. */
  takeEdits(): Arrival[] {
    const edits = this.arrivals.filter(({ entry }) => entry)
    this.arrivals = this.arrivals.filter(({ entry }) => !entry)
    for (const { bytes } of edits) this.#bytes -= bytes?.length ?? 0
    return edits
  }

  arrive(arrival: Arrival): void {
    const bytes = arrival.bytes?.length ?? 0
    const fits = this.#bytes + bytes <= MEMORY
    if (fits) this.#bytes += bytes
    this.arrivals.push(fits ? arrival : { ...arrival, bytes: undefined })
  }
}

function increment(counts: Map<string, number>, collection: string): void {
  counts.set(collection, (counts.get(collection) ?? 0) + 1)
}
