/** The nouns of rowtree. Every other module speaks in these. */

/** Lower-case hexadecimal SHA-256 of a content's bytes: 64 characters. */
export type Digest = string

/** The values of a collection's key columns as text, in the order the collection names them. */
export type RowKey = readonly string[]

/** One synced unit of the store. */
export interface Row {
  readonly collection: string
  readonly key: RowKey
  /** Relative to the tree's root, `/`-separated, safe on Linux, macOS and Windows. */
  readonly path: string
  /** Text becomes UTF-8 bytes in the file; bytes are written as they are. */
  readonly content: string | Uint8Array
  /**
   * The content is the canonical YAML of several columns. A file may say the same in other words, with comments and
   * in another order, so its bytes alone do not tell whether it differs.
   */
  readonly structured?: true
}

/**
 * What a column that is no content gets when its row is written: the time, one more than it holds, or this value.
 */
export type SetValue = 'now' | 'increment' | { readonly value: string | number | boolean | null }

/** One of the two that are kept the same. */
export type Side = 'store' | 'tree'

/** What identifies a file's content without reading it. */
export interface FileStat {
  /** Bytes. */
  readonly size: number
  /** Last modification, milliseconds since 1970 with the fraction that the runtime reports. */
  readonly mtime: number
  readonly inode: number
}

/** What reconcile decides for one path. */
export type Action =
  | 'none'
  | 'adopt'
  | 'export'
  | 'import'
  | 'remove-file'
  | 'delete-row'
  | 'conflict'
  | 'hold'

/** When written bytes are forced to the disk: once a batch, once a file, or never. */
export type FsyncMode = 'batch' | 'file' | 'off'

/** Codes of what can be wrong with one item; each is explained in docs/errors.md. */
export type ProblemCode =
  | 'cache-stale'
  | 'changed-meanwhile'
  | 'changed-on-both-sides'
  | 'deleted-in-store'
  | 'deleted-in-tree'
  | 'directory-is-file'
  | 'directory-is-symlink'
  | 'duplicate-row'
  | 'file-cut-short'
  | 'file-deleted'
  | 'file-emptied'
  | 'file-in-the-way'
  | 'file-too-large'
  | 'holds-nul'
  | 'hook-failed'
  | 'invalid-yaml'
  | 'key-taken'
  | 'mass-deletion'
  | 'merge-unclean'
  | 'misplaced'
  | 'missing-field'
  | 'name-too-long'
  | 'no-front-matter'
  | 'not-stored'
  | 'not-utf8'
  | 'null-key'
  | 'path-collision'
  | 'path-reserved'
  | 'read-failed'
  | 'remove-failed'
  | 'row-deleted'
  | 'row-refused'
  | 'target-is-directory'
  | 'target-is-special'
  | 'target-is-symlink'
  | 'tree-emptied'
  | 'undone'
  | 'unknown-field'
  | 'unsafe-template'
  | 'unsupported-key'
  | 'unsupported-value'
  | 'watch-limited'
  | 'write-failed'

/** One item's failure, as a value. It never stops the other items. */
export interface Problem {
  /** The path of the item; its collection where the row has no path. */
  readonly path: string
  readonly code: ProblemCode
  readonly message: string
  /** The operating system's name for the failure, such as `EACCES`. */
  readonly errno?: string
}

/** What one cycle did. Counts are items; the three lists name each item that needs a person. */
export interface Summary {
  readonly exported: number
  readonly imported: number
  readonly adopted: number
  readonly unchanged: number
  readonly removed: number
  readonly deleted: number
  /** Items that this direction, or a missing flag, left as they are. */
  readonly pending: number
  /** Bytes written to the tree. */
  readonly bytes: number
  readonly seconds: number
  readonly rowsPerSecond: number
  readonly conflicts: readonly Problem[]
  readonly holds: readonly Problem[]
  readonly problems: readonly Problem[]
  /** Deletions on one side that wait for a flag: `file-deleted` for `--delete`, `row-deleted` for `--prune`. They count as pending. */
  readonly deletions: readonly Problem[]
  /** Paths of files that fit no collection and were not reported before. */
  readonly untracked: readonly string[]
}

/** How the two sides of one path compare. */
export type State = 'in-sync' | 'store-changed' | 'tree-changed' | 'conflict' | 'held' | 'store-only' | 'tree-only' | 'untracked'

/** One path that is not in sync. */
export interface StatusItem {
  readonly path: string
  readonly state: State
  /** What a sync would do if everything were allowed; `none` for a file that fits no collection. */
  readonly action: Action
  /** Why, where a person has to decide or a flag is missing. */
  readonly code?: ProblemCode
  readonly message?: string
}

/** How both sides compare. Nothing is changed by asking. */
export interface Status {
  readonly counts: Readonly<Record<State, number>>
  /** By path; those in sync are only counted. */
  readonly items: readonly StatusItem[]
  readonly problems: readonly Problem[]
  readonly seconds: number
}

/** How far a cycle is: rows read and decided, of how many. */
export interface Progress {
  readonly done: number
  /** Rows the store counted before reading; it may change while the cycle reads. */
  readonly total: number
}
