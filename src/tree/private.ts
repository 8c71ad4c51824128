import { closeSync, openSync } from 'node:fs'
import { errnoOf, messageOf } from '../errors.ts'
import { fatalError, isSystemic } from './failure.ts'

/**
 * Makes an empty file that nobody but its owner may read, unless there is one: its mode stays what somebody made it. SQLite gives its journal the mode
 * of the database, and its databases that of the umask.
 *
 * @throws {RowtreeError} `disk-full`, `read-only`, `io-error`, `too-many-open-files`. Whatever else keeps the file from being made, who opens it says
 */
export function makePrivateFile(path: string): string {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    if (isSystemic(errno)) throw fatalError({ errno, path, message: messageOf(error) })
  }
  return path
}
