import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'

/** How long another program's lock is waited for, in milliseconds. */
export const PATIENCE = 5_000

const SQLITE_BUSY = 5

/** Milliseconds between two tries: as SQLite does it. */
const PAUSE = 20

/**
 * Waits for another program's lock as SQLite would, but lets everything else go on meanwhile. SQLite itself would hold up the whole thread: signals, timers, a person's Ctrl-C.
 *
 * @param work one statement outside of a transaction, or the one that begins it; it is tried anew and so must not have changed anything
 * @throws what SQLite reports, such as that the database is still locked
 */
export async function patiently<T>(database: DatabaseSync, work: () => T): Promise<T> {
  const deadline = performance.now() + PATIENCE
  for (;;) {
    waitFor(database, 0)
    try {
      return work()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error
    } finally {
      waitFor(database, PATIENCE)
    }
    await delay(PAUSE)
  }
}

/** How long SQLite itself waits for a lock, and with it the thread. */
export function waitFor(database: DatabaseSync, milliseconds: number): void {
  database.exec(`pragma busy_timeout = ${milliseconds}`)
}

/** Whether SQLite reports the lock of another program. */
export function isBusy(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown }
  return typeof errcode === 'number' && (errcode & 0xff) === SQLITE_BUSY
}
