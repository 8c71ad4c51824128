import { backoff } from '../core/backoff.ts'
import { errnoOf, type ErrorCode, messageOf, RowtreeError } from '../errors.ts'
import type { WatchNews } from '../watch.ts'

/** States that pass, or that somebody mends while the session waits. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'column-missing',
  'disk-full',
  'io-error',
  'locked',
  'read-only',
  'store-locked',
  'store-missing',
  'store-unreachable',
  'store-unreadable',
  'store-unwritable',
  'table-missing',
  'too-many-open-files',
  'tree-missing',
  'tree-not-a-directory',
  'tree-replaced',
  'tree-unreadable',
  'tree-unwritable',
  'worker-died',
])

/** What fails and succeeds by itself: a tree that cannot be written keeps nobody from taking its files. */
interface Lane {
  failures: number
  restUntil: number
  /** What is wrong, by code. */
  readonly wrong: Map<ErrorCode, RowtreeError>
}

/** What keeps a session from a kind of its work for the time being. Each state is told once, and when it is over. */
export class Troubles<Kind extends string> {
  readonly #tell: (news: WatchNews) => void
  readonly #lanes = new Map<Kind, Lane>()

  constructor(tell: (news: WatchNews) => void) {
    this.#tell = tell
  }

  /** When work of this kind may be tried again. */
  restUntil(kind: Kind): number {
    return this.#lanes.get(kind)?.restUntil ?? Number.NEGATIVE_INFINITY
  }

  /**
   * An attempt failed. The next one waits, longer each time.
   *
   * @throws the error itself, if it is not going to pass
   */
  met(kind: Kind, error: unknown, now: number): void {
    const state = stateOf(error)
    if (!state) throw error
    const { code, message, path = '', errno } = state
    if (!this.#isWrong(code)) this.#tell({ event: 'problem', path, code, message, ...(errno !== undefined && { errno }) })
    const lane = this.#lanes.get(kind) ?? { failures: 0, restUntil: 0, wrong: new Map() }
    this.#lanes.set(kind, lane)
    lane.wrong.set(code, state)
    lane.restUntil = now + backoff(++lane.failures)
  }

  /** An attempt succeeded: what was wrong with this kind of work is over. */
  passed(kind: Kind): void {
    const lane = this.#lanes.get(kind)
    if (!lane) return
    this.#lanes.delete(kind)
    for (const { code, path = '', message } of lane.wrong.values()) {
      if (!this.#isWrong(code)) this.#tell({ event: 'recovered', path, code, message: `This is over: ${message}` })
    }
  }

  #isWrong(code: ErrorCode): boolean {
    return [...this.#lanes.values()].some(({ wrong }) => wrong.has(code))
  }
}

/** What an error says about the surroundings; `undefined` where it is not going to pass. */
function stateOf(error: unknown): RowtreeError | undefined {
  if (error instanceof RowtreeError) return PASSING.has(error.code) ? error : undefined
  // What the system reports where nobody expected it may be over at the next attempt, which begins anew; a runtime's ERR_ is a mistake of ours.
  const errno = errnoOf(error)
  return errno === undefined || errno.startsWith('ERR_') ? undefined : new RowtreeError('io-error', `Cannot finish a cycle: ${messageOf(error)}; it is tried again`, { errno, cause: error })
}
