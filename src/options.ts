import type { FsyncMode, Problem, Progress, State } from './types.ts'

/** Choices that every cycle takes; what is left out comes from the config. */
export interface CycleOptions {
  /** Only paths that match one of these gitignore patterns. */
  readonly only?: readonly string[] | undefined
  /** Leave out paths that match, beside the config's own list. */
  readonly ignore?: readonly string[] | undefined
  /** Change nothing and tell what would be done. Default `false`. */
  readonly dryRun?: boolean | undefined
  /** Writer threads beside the calling one, 0 to 64. */
  readonly workers?: number | 'auto' | undefined
  readonly fsync?: FsyncMode | undefined
  /** Stops the cycle: what is staged is discarded, what is written stays, and `cancelled` is thrown. */
  readonly signal?: AbortSignal | undefined
  /** Called some hundred times at the most, never concurrently. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** Choices for one export. */
export interface ExportOptions extends CycleOptions {
  /** Remove files that rowtree wrote, that nobody changed, and whose rows are gone. */
  readonly prune?: boolean | undefined
  /** Let the store win where a file was edited; the file's content goes into history. Default `false`. */
  readonly force?: boolean | undefined
}

/** Choices for one import. */
export interface ImportOptions extends CycleOptions {
  /** Only these files, relative to the tree and `/`-separated; a directory stands for all below it. Default: all. */
  readonly paths?: readonly string[] | undefined
  /** Delete rows whose files are gone. Default `false`. */
  readonly delete?: boolean | undefined
  /** Let the tree win where a row was edited; the row's content goes into history. Default `false`. */
  readonly force?: boolean | undefined
}

/** Choices for one sync. */
export interface SyncOptions extends CycleOptions {
  readonly prune?: boolean | undefined
  readonly delete?: boolean | undefined
}

/** Choices for a look at both sides. */
export interface StatusOptions extends Pick<CycleOptions, 'only' | 'ignore' | 'workers' | 'signal' | 'onProgress'> {
  /** Only these paths, or all below these directories. Default: all. */
  readonly paths?: readonly string[] | undefined
}

/** A version of a content: one of the two sides, or what they last agreed on. */
export type Version = 'baseline' | 'store' | 'tree'

/** Choices for a comparison. */
export interface DiffOptions extends StatusOptions {
  /** Default `store`. */
  readonly from?: Version | undefined
  /** Default `tree`. */
  readonly to?: Version | undefined
}

/** How two versions of one path differ. */
export interface Difference {
  readonly path: string
  readonly state: State
  readonly from: Version
  readonly to: Version
  /** One of the two is not text; there is no patch then. */
  readonly binary: boolean
  /** Lines. */
  readonly added: number
  readonly removed: number
  /** In unified format, with `--- <from>/<path>` and `+++ <to>/<path>`, `/dev/null` for a version that is absent. */
  readonly patch: string
}

/** How conflicts and holds are settled. */
export interface ResolveOptions extends Pick<CycleOptions, 'only' | 'ignore' | 'dryRun' | 'fsync' | 'signal'> {
  /**
   * `store` or `tree`: that side wins, also where it has nothing; what the other one held goes into history. `merge`: both changes,
   * where they do not touch; otherwise a file with conflict markers beside the target, and the conflict stays.
   */
  readonly prefer: 'store' | 'tree' | 'merge'
  /** All conflicts and holds instead of named paths. Default `false`. */
  readonly all?: boolean | undefined
  /**
   * With `all`, and below directories: also delete rows and files that the preferred side does not have any more. What both sides never
   * agreed on is deleted only where its own path is named, which needs no such leave. Default `false`.
   */
  readonly delete?: boolean | undefined
}

/** What an operation that was taken back came to. */
export interface Undone {
  /** The number of the operation that was taken back. */
  readonly operation: number
  readonly dryRun: boolean
  /** Paths of rows and of files that are as they were before it. */
  readonly rows: readonly string[]
  readonly files: readonly string[]
  /** Paths that changed since and were left alone. */
  readonly conflicts: readonly Problem[]
  readonly problems: readonly Problem[]
  /** Where nothing could be restored: the operation before it that is not taken back yet, to be asked for by its number. */
  readonly earlier?: number | undefined
  readonly seconds: number
}

/** Choices for an undo. */
export interface UndoOptions extends Pick<CycleOptions, 'dryRun' | 'fsync' | 'signal'> {
  /** Default: the last one that is not taken back yet. */
  readonly operation?: number | undefined
}
