import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { RowtreeError } from '../errors.ts'
import { asStorageError, isBusy } from './failure.ts'

/** A lock that one cycle holds; the kernel frees it when the process dies. */
export interface Lock {
  release(): void
}

const INTERVAL = 50

/**
 * Takes the exclusive lock of a tree's state: an exclusive transaction on a database that is
 * never written to. It is held per cycle, so that commands can take turns with a watcher.
 *
 * @param path the lock's database
 * @param patience how long to wait for another cycle, in milliseconds
 * @param signal gives up waiting
 * @throws `RowtreeError` `locked` when another cycle still runs after that time, `cancelled`
 */
export async function takeLock(path: string, patience: number, signal?: AbortSignal): Promise<Lock> {
  const db = asStorageError(path, () => new DatabaseSync(path))
  const deadline = performance.now() + patience
  for (;;) {
    try {
      // SQLite's own waiting would block this thread.
      db.exec('pragma busy_timeout = 0; begin exclusive')
      return {
        release() {
          db.close()
        },
      }
    } catch (error) {
      if (!isBusy(error)) {
        db.close()
        return asStorageError(path, () => {
          throw error
        })
      }
      if (signal?.aborted) {
        db.close()
        throw new RowtreeError('cancelled', 'Cannot start: the work was stopped while another rowtree worked on this tree; nothing was done', { path })
      }
      if (performance.now() >= deadline) {
        db.close()
        throw new RowtreeError(
          'locked',
          `Cannot start: another rowtree has been working on this tree for ${patience / 1000} s (${path}); wait for it or end it`,
          { path },
        )
      }
      await delay(INTERVAL)
    }
  }
}
