import { type FSWatcher, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../errors.ts'
import { limitOf } from '../limits.ts'

/** Whether the system tells of writes: after how many milliseconds, never within the patience, or why nothing can be watched. */
export type Watching = { readonly seen: number } | { readonly seen: undefined; readonly reason?: string }

const PATIENCE = 2_000
const INTERVAL = 50

/**
 * Watches a directory and writes into it until that is told.
 *
 * @throws the system's error where nothing can be written: a full disk has the errno of too few watches
 */
export async function probeWatching(room: string): Promise<Watching> {
  let watcher: FSWatcher | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  try {
    return await new Promise<Watching>((resolve, reject) => {
      let written = 0
      const refuse = (error: unknown): void => resolve({ seen: undefined, reason: limitOf(error, room)?.message ?? messageOf(error) })
      try {
        watcher = watch(room, () => resolve({ seen: performance.now() - written }))
      } catch (error) {
        return refuse(error)
      }
      watcher.on('error', refuse)
      const start = performance.now()
      const write = (): void => {
        if (performance.now() - start > PATIENCE) return resolve({ seen: undefined })
        written = performance.now()
        try {
          writeFileSync(join(room, 'watched'), String(written))
        } catch (error) {
          reject(error)
        }
      }
      timer = setInterval(write, INTERVAL)
      write()
    })
  } finally {
    clearInterval(timer)
    watcher?.close()
  }
}
