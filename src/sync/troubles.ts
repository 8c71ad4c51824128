import { backoff } from '../core/backoff.ts'
import { type ErrorCode, RowtreeError } from '../errors.ts'
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
    if (!(error instanceof RowtreeError) || !PASSING.has(error.code)) throw error
    if (!this.#told.has(error.code)) {
      this.#told.set(error.code, error)
      const { code, message, path = '', errno } = error
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
