import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { RowtreeError, errnoOf } from '../../errors.ts'
import { isBusy, PATIENCE, waitFor } from './patience.ts'

/** Memory for pages of a database that is written, in KiB: enough for most batches. */
const WRITE_CACHE = 32_768

/**
 * Opens an existing SQLite file. It is never created: a misspelt path would look like a store
 * without rows.
 *
 * @throws {RowtreeError} `store-missing`, `store-unreadable`
 */
export function openSqliteFile(file: string, options: { readonly readOnly: boolean }): DatabaseSync {
  checkFile(file)
  // A read-write open would create the file, were it removed just now; the URL's mode prevents that.
  if (!options.readOnly) return connectToWrite(file)
  rollBackJournal(realpathSync(file))
  try {
    return connect(file, true)
  } catch (error) {
    // A WAL database needs its -shm file, which cannot be made here. With an empty log nothing
    // is lost by reading the main file alone.
    if (isWritable(dirname(file)) || sizeOf(`${file}-wal`) > 0 || sizeOf(`${file}-journal`) > 0) throw error
    return connect(`${pathToFileURL(file).href}?immutable=1`, true)
  }
}

/**
 * Takes back what a program left that died amid a commit. SQLite does so by itself at the next look, but not through a
 * connection that only reads.
 *
 * @param file no symlink: SQLite keeps the journal beside the file itself
 */
export function rollBackJournal(file: string): void {
  if (sizeOf(`${file}-journal`) === 0) return
  try {
    // Another program may be writing just now; SQLite tells its journal from one that was left.
    connectToWrite(file, 0).close()
  } catch (error) {
    // Whoever keeps the database locked is alive: who reads it next waits for them.
    if (!isBusy(error)) throw error
  }
}

function connectToWrite(file: string, patience = PATIENCE): DatabaseSync {
  return connect(`${pathToFileURL(file).href}?mode=rw`, false, patience)
}

/** Opens and reads the schema: SQLite looks at the file only then. */
function connect(location: string, readOnly: boolean, patience = PATIENCE): DatabaseSync {
  // Foreign keys are enforced only where SQLite itself would; the runtimes switch them on.
  const database = new DatabaseSync(location, { readOnly, enableForeignKeyConstraints: false })
  try {
    waitFor(database, patience)
    database.prepare('select count(*) from sqlite_schema').get()
    if (!readOnly) prepareToWrite(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function prepareToWrite(database: DatabaseSync): void {
  // Writing reads each row before and after, which should not go to the file again. KiB, where negative.
  database.exec(`pragma cache_size = ${-WRITE_CACHE}`)
  // A rollback journal is removed to commit. With less than this its directory is not flushed: after a power failure the journal may be back, and the
  // next look takes back rows that the baseline knows as written. Their files would then get the old content.
  database.exec('pragma synchronous = extra')
}

function checkFile(file: string): void {
  try {
    const stat = statSync(file)
    if (stat.isDirectory()) throw refusal(file, 'it is a directory', 'name the database file in it', 'EISDIR')
    if (!stat.isFile()) throw refusal(file, 'it is not a regular file', 'Correct store.url')
    accessSync(file, constants.R_OK)
  } catch (error) {
    if (error instanceof RowtreeError) throw error
    const errno = errnoOf(error)
    if (errno === 'ENOENT' || errno === 'ENOTDIR') {
      const message = `Cannot open the store ${file}: there is no such file`
      throw new RowtreeError('store-missing', message, { path: file, errno, remedy: 'Correct store.url', cause: error })
    }
    const [state, remedy] = errno === 'EACCES' ? ['the permission to read it is missing', 'Allow this user to read it'] : [`the system reports ${errno ?? error}`, 'Check the disk']
    throw refusal(file, state, remedy, errno, error)
  }
}

function refusal(file: string, state: string, remedy: string, errno?: string, cause?: unknown): RowtreeError {
  const message = `Cannot open the store ${file}: ${state}`
  return new RowtreeError('store-unreadable', message, { path: file, remedy, ...(errno !== undefined && { errno }), cause })
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}
