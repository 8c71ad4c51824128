import type { Licence } from '../core/direction.ts'
import type { CycleOptions } from '../options.ts'
import type { CyclePlan, CyclePorts } from '../sync/plan.ts'
import type { Presence } from '../tree/presence.ts'

/** What is to be done with both sides. */
export interface Errand {
  /** For history. */
  readonly command: string
  readonly licence: Licence
  readonly options: CycleOptions
  /** Nothing is done without this very root, once it was there: it may come back. */
  readonly presence?: Presence
  /** Gives up waiting for another cycle; what has begun goes on. */
  readonly giveUp?: AbortSignal | undefined
  /** The lines of the tree's ignore file as they were read before; it may be half written by now. Absent: as they are. */
  readonly rules?: readonly string[] | undefined
}

/** The sides of a cycle and what it is about, while the lock is held. */
export interface Opened {
  readonly ports: CyclePorts
  readonly plan: CyclePlan
  name(paths: readonly string[] | undefined): CyclePlan
}
