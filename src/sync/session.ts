import type { Direction } from '../core/direction.ts'
import type { Problem, Side } from '../types.ts'
import type { Clock } from './clock.ts'
import type { Hook } from './hook.ts'
import type { WatcherFactory } from './lookout.ts'
import type { CycleReport } from './news.ts'
import type { Deed } from './tally.ts'

/** What a session asks of a cycle. */
export interface CycleRequest {
  readonly direction: Direction
  /** Absent: everything. */
  readonly paths?: readonly string[] | undefined
  /** Those of the paths that are compared even if the baseline proves their files to be unchanged: their rows may not be. */
  readonly rows?: ReadonlySet<string> | undefined
  /** Ends the cycle before it is done. */
  readonly signal?: AbortSignal | undefined
  /** Ends it only while it waits for another one. */
  readonly giveUp: AbortSignal
  /** Told of each path that something was done to, as soon as that is safe: also by a cycle that fails afterwards. */
  readonly onDeed: (deed: Deed, path: string) => void
}

/** What a session works with. */
export interface WatchPorts {
  readonly cycle: (request: CycleRequest) => Promise<CycleReport>
  /** What differs whenever the store may have changed. */
  readonly token: () => Promise<string>
  /** Tells as soon as the store changes, until the function that it gives is called. `undefined`: the store does not tell, and has to be asked. */
  readonly listen?: ((onChange: () => void) => Promise<(() => Promise<void>) | undefined>) | undefined
  readonly watcher: WatcherFactory
  /** How long ago a file changed by its own account, in milliseconds; `undefined` where there is none. */
  readonly ageOf: (path: string) => number | undefined
  /** Makes what runs after imports, if anything does. */
  readonly hook: ((onFailure: (problem: Problem) => void) => Pick<Hook, 'run' | 'close'>) | undefined
  readonly clock: Clock
  /** Called when the session is over. */
  readonly onEnd: () => void
}

/** How a session behaves. Times are milliseconds. */
export interface WatchSettings {
  /** Whose changes are taken; absent: both sides'. */
  readonly oneWay: Side | undefined
  readonly settle: number
  readonly maxBatch: number
  /** `Infinity` for never. */
  readonly rescan: number
  /** `Infinity` for never: then it is not listened to either. */
  readonly poll: number
  /** The tree's root, for messages. */
  readonly root: string
  /** The path of the file that says what takes no part. */
  readonly rules: string
  /** Whether a path looks as if it were no file of ours, so that the watcher has to be told otherwise. */
  readonly disguised: (path: string) => boolean
}
