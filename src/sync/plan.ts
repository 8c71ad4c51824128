import type { Baseline, Retention } from '../baseline/baseline.ts'
import type { Licence } from '../core/direction.ts'
import type { Guards } from '../core/guards.ts'
import type { Scope } from '../core/scope.ts'
import type { Store } from '../store/store.ts'
import type { FilesystemClock } from '../tree/clock.ts'
import type { FsyncMode, Progress, Side } from '../types.ts'
import type { Observation } from './agenda.ts'
import type { WriterPool } from './pool.ts'
import type { OnDeed } from './tally.ts'

/** The sides of a cycle and its memory. */
export interface CyclePorts {
  readonly store: Store
  /** Absolute path of the tree's root. It exists unless nothing is written to the tree. */
  readonly root: string
  readonly baseline: Baseline
  readonly clock: FilesystemClock
  readonly pool: WriterPool
}

/** What a cycle is about and what it may do. */
export interface CyclePlan {
  readonly licence: Licence
  readonly guards: Guards
  /** Relative paths of files; no other path is looked at. Absent: everything in scope. */
  readonly paths?: readonly string[] | undefined
  /** Nobody named these paths: something may have happened there, and where nothing is, nothing is wrong. */
  readonly hints?: boolean | undefined
  /** A person decided on exactly these paths: neither a limit of deletions nor an earlier undo holds them. */
  readonly decided: boolean
  /** A person asked for a merge at exactly these paths: an earlier undo of one does not hold it. */
  readonly mergeAgain?: boolean
  /**
   * Rows (`tree`: their files were gone) and files (`store`: their rows were) deleted a short while ago, by collection: they count as
   * missing from that side. Else whoever deletes in small steps would never meet a limit.
   */
  readonly lately?: Readonly<Record<Side, ReadonlyMap<string, number>>> | undefined
  readonly retention: Retention
  readonly fsync: FsyncMode
  readonly suffix: string
  readonly dryRun: boolean
  readonly scope: Scope
  /** Whether a path belongs to rowtree itself. */
  readonly reserved: (path: string) => boolean
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** Told of each path that waits for a person, with what both sides hold there. */
  readonly onUndecided?: ((path: string, versions: string) => void) | undefined
  readonly onDeed?: OnDeed | undefined
  /** Told of each path whose sides differ, or that is gone from both. */
  readonly observe?: ((observation: Observation) => void) | undefined
}
