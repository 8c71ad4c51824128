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
  'store-unreadable',
  'store-unwritable',
  'table-missing',
  'too-many-open-files',
  'tree-missing',
  'tree-not-a-directory',
  'tree-unreadable',
  'tree-unwritable',
  'worker-died',
])

/** What keeps a session from its work for the time being. Each state is told once, and when it is over. */
export class Troubles {
  readonly #tell: (news: WatchNews) => void
  readonly #told = new Map<ErrorCode, RowtreeError>()
  #failures = 0

  constructor(tell: (news: WatchNews) => void) {
    this.#tell = tell
  }

  /**
   * An attempt failed.
   *
   * @returns how long to wait before the next one, in milliseconds
   * @throws the error itself, if it is not going to pass
   */
  met(error: unknown): number {
    const state = stateOf(error)
    if (!state) throw error
    const { code, message, path = '', errno } = state
    if (!this.#told.has(code)) {
      this.#told.set(code, state)
      this.#tell({ event: 'problem', path, code, message, ...(errno !== undefined && { errno }) })
    }
    return backoff(++this.#failures)
  }

  /** An attempt succeeded: whatever was wrong is over. */
  passed(): void {
    this.#failures = 0
    for (const { code, path = '', message } of this.#told.values()) this.#tell({ event: 'recovered', path, code, message: `This is over: ${message}` })
    this.#told.clear()
  }
}

/** What an error says about the surroundings; `undefined` where it is not going to pass. */
function stateOf(error: unknown): RowtreeError | undefined {
  if (error instanceof RowtreeError) return PASSING.has(error.code) ? error : undefined
  // What the system reports where nobody expected it may be over at the next attempt, which begins anew; a runtime's ERR_ is a mistake of ours.
  const errno = errnoOf(error)
  return errno === undefined || errno.startsWith('ERR_') ? undefined : new RowtreeError('io-error', `Cannot finish a cycle: ${messageOf(error)}; it is tried again`, { errno, cause: error })
}
