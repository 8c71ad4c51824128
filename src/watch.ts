/** What a watch session takes and tells. */
import type { ErrorCode } from './errors.ts'
import type { CycleOptions } from './options.ts'
import type { ProblemCode, Side } from './types.ts'

/** Choices for a watch session; what is left out comes from the config. */
export interface WatchOptions extends Pick<CycleOptions, 'only' | 'ignore' | 'workers' | 'fsync' | 'signal'> {
  /**
   * Take the changes of this side only: `tree` for saves that go to the store, `store` for rows that go to the tree.
   * Default: both, or `tree` where `poll` is off.
   */
  readonly oneWay?: Side | undefined
  /** Delete rows whose files are gone, within the guards. Default `false`. */
  readonly delete?: boolean | undefined
  /** Remove unchanged files whose rows are gone, within the guards. */
  readonly prune?: boolean | undefined
  /** How long a path must be quiet before it is taken, in milliseconds. */
  readonly settle?: number | undefined
  /** Paths of one batch at the most. */
  readonly maxBatch?: number | undefined
  /** How often all files are looked at, in milliseconds; `off`: only when something is suspicious. */
  readonly rescan?: number | 'off' | undefined
  /** How often the store is asked whether it changed, in milliseconds; `off`: never. */
  readonly poll?: number | 'off' | undefined
  /** A shell command to run after each import; `off`: none. See `watch.onImport` of the config. */
  readonly onImport?: string | 'off' | undefined
}

/**
 * Why all files are looked at again: by the clock; after more changes at once than the system may have told of; for a new directory;
 * after the watcher failed, or was replaced; because the tree came back; because the rules of what takes part changed.
 */
export type RescanReason = 'timer' | 'burst' | 'new-directory' | 'watcher-error' | 'watcher-replaced' | 'root-returned' | 'rules-changed'

/** What happened in a session. */
export type WatchEvent = { /** ISO 8601, UTC. */ readonly time: string } & WatchNews

/** What happened, without when. */
export type WatchNews =
  /** What changed while nobody watched is done, and every later change is seen. `files`: how many are watched. */
  | { readonly event: 'ready'; readonly files: number }
  /** Paths whose sides are the same now: files that went to the store, rows that went to the tree. */
  | { readonly event: 'imported' | 'exported'; readonly paths: readonly string[]; readonly seconds: number }
  /** Paths whose rows were deleted, and whose files were removed. */
  | { readonly event: 'deleted' | 'removed'; readonly paths: readonly string[]; readonly seconds: number }
  /** Files that fit no collection and were not told of before. */
  | { readonly event: 'untracked'; readonly paths: readonly string[] }
  /**
   * Told once for as long as it lasts. `pending`: one side is gone, and its deletion waits for a flag. `problem`: an item's failure,
   * or a state of the session's surroundings that it waits out.
   */
  | {
    readonly event: 'conflict' | 'held' | 'pending' | 'problem'
    readonly path: string
    readonly code: ProblemCode | ErrorCode
    readonly message: string
    readonly errno?: string
  }
  /** A state of the surroundings, told as a problem before, is over. */
  | { readonly event: 'recovered'; readonly path: string; readonly code: ProblemCode | ErrorCode; readonly message: string }
  /** All files were looked at; `found`: how many changed or may have, which the following cycles compare. */
  | { readonly event: 'rescan'; readonly reason: RescanReason; readonly found: number }
  | { readonly event: 'stopped' }

/**
 * A running session. Iterate over it for what happens; events wait for their reader, and the session runs on without one. The
 * iteration ends after `stopped`, or throws the `RowtreeError` that ended the session.
 *
 * @example
 * ```ts
 * const session = engine.watch({ poll: 'off' })
 * for await (const { event } of session) if (event === 'ready') break
 * await session.flush()
 * await session.stop()
 * ```
 */
export interface WatchSession extends AsyncIterable<WatchEvent> {
  /**
   * Looks at all files and takes what changed. When it resolves, everything that was saved before the call is in the store, unless
   * an event told why not.
   *
   * @throws {RowtreeError} what kept the session from it, such as `store-missing`; `cancelled` when the session stopped meanwhile
   */
  flush(): Promise<void>
  /** Finishes the batch in flight and ends. What is not taken yet stays as it is, for the next session or command. */
  stop(): Promise<void>
}
