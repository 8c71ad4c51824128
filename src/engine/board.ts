import { readFileSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { errnoOf, RowtreeError } from '../errors.ts'
import { readBoardConfig } from '../store/mybb/board-config.ts'
import { storeUrlOf } from '../store/mybb/board-url.ts'

/** What a config says of a board's database. */
export interface BoardSettings {
  /** For `store.url`: `${NAME}` stands for the password. A relative file of SQLite is relative to the config. */
  readonly url: string
  /** For `store.prefix`. */
  readonly prefix: string
  /** The variable that the password is taken from, if there is one. */
  readonly secret?: string
}

/**
 * Reads what a MyBB board says of its own database in `inc/config.php`; PHP is not run, and the password stays there.
 *
 * @param board the board's directory, absolute
 * @param directory the one of the config, absolute
 * @throws {RowtreeError} `config-missing`, `config-unreadable`, `config-invalid`
 */
export function boardSettings(board: string, directory: string): BoardSettings {
  const file = join(board, 'inc', 'config.php')
  const database = located(file, readBoardConfig, readSource(file, board))
  // Scripts of a board run in its directory.
  const place = database.type === 'sqlite' && !isAbsolute(database.database) ? relative(directory, resolve(board, database.database)) : database.database
  return { ...storeUrlOf({ ...database, database: place }), prefix: database.prefix }
}

function readSource(file: string, board: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const errno = errnoOf(cause)
    const details = { path: file, cause, ...(errno !== undefined && { errno }) }
    if (errno === 'ENOENT' || errno === 'ENOTDIR') {
      throw new RowtreeError('config-missing', `Cannot find a board in ${board}: there is no inc/config.php; name the directory that MyBB is in with --board`, details)
    }
    const state = errno === 'EACCES' || errno === 'EPERM' ? 'permission denied; allow this user to read it' : `reading failed${errno === undefined ? '' : ` with ${errno}`}`
    throw new RowtreeError('config-unreadable', `Cannot read ${file}: ${state}`, details)
  }
}

/** Does it, and lets its errors tell the path. */
function located<T>(path: string, read: (source: string) => T, source: string): T {
  try {
    return read(source)
  } catch (error) {
    if (error instanceof RowtreeError) throw new RowtreeError(error.code, `${error.message} (${path})`, { path, cause: error.cause })
    throw error
  }
}
