import { constants } from 'node:os'

/** Codes of fatal states; each is explained in docs/errors.md. */
export type ErrorCode =
  | 'baseline-foreign'
  | 'baseline-invalid'
  | 'baseline-newer'
  | 'cancelled'
  | 'changed-meanwhile'
  | 'column-missing'
  | 'config-invalid'
  | 'config-missing'
  | 'config-unreadable'
  | 'disk-full'
  | 'document-invalid'
  | 'io-error'
  | 'locked'
  | 'port-unavailable'
  | 'preset-invalid'
  | 'read-only'
  | 'store-locked'
  | 'store-missing'
  | 'store-unreachable'
  | 'store-unreadable'
  | 'store-unsupported'
  | 'store-unwritable'
  | 'table-missing'
  | 'target-exists'
  | 'target-is-directory'
  | 'target-is-special'
  | 'target-is-symlink'
  | 'too-many-open-files'
  | 'tree-missing'
  | 'tree-not-a-directory'
  | 'tree-replaced'
  | 'tree-unreadable'
  | 'tree-unwritable'
  | 'undo-unknown'
  | 'usage'
  | 'worker-died'

/** Where an error happened and what the operating system called it. */
export interface ErrorDetails {
  /** The file, directory or redacted URL that it is about. */
  readonly path?: string
  /** The operating system's name for the failure, such as `ENOSPC`. */
  readonly errno?: string
  /** What mends it. The message ends with it, after a semicolon, or as a sentence of its own where it begins with a capital. */
  readonly remedy?: string
  readonly cause?: unknown
}

/**
 * A state in which the command cannot go on. Failures of one item are `Problem`
 * values instead and never throw.
 *
 * The message reads "Cannot <do what>: <state>", names the path, and ends with the remedy
 * where there is one.
 *
 * @example
 * ```ts
 * try {
 *   await engine.export()
 * } catch (error) {
 *   if (error instanceof RowtreeError && error.code === 'disk-full') makeRoom(error.path)
 * }
 * ```
 */
export class RowtreeError extends Error {
  override readonly name = 'RowtreeError'
  readonly code: ErrorCode
  readonly path?: string
  readonly errno?: string
  readonly remedy?: string

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message + endOf(details.remedy), details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    if (details.path !== undefined) this.path = details.path
    if (details.errno !== undefined) this.errno = details.errno
    if (details.remedy !== undefined) this.remedy = details.remedy
  }
}

/** How a message ends with a remedy. */
function endOf(remedy: string | undefined): string {
  return remedy === undefined ? '' : `${/^\p{Lu}/u.test(remedy) ? '.' : ';'} ${remedy}`
}

/** What an error says, and what mends it, apart: for lists that have a place for each. */
export function toldOf(error: unknown): { readonly message: string; readonly remedy?: string } {
  const message = messageOf(error)
  const remedy = error instanceof RowtreeError ? error.remedy : undefined
  return remedy === undefined ? { message } : { message: message.slice(0, -endOf(remedy).length), remedy }
}

/** The operating system's code of a thrown value (`ENOENT`, …), if it has one. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, errno } = error as Error & { code?: unknown; errno?: unknown }
  if (typeof code === 'string' && /^(?!UNKNOWN$)\w+$/.test(code)) return code
  // The runtimes do not name all the system's numbers; EDQUOT is one that they leave out.
  const number = typeof errno === 'number' ? -errno : Number(/^[^(']+\(os error (\d+)\)(?:$|: )/.exec(error.message)?.[1])
  return NAMES.get(number)
}

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]))

/** The message of a thrown value, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
