import { type FSWatcher, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../errors.ts'
import { limitOf } from '../limits.ts'

/** Whether the system tells of writes: after how many milliseconds, never within the patience, or why nothing can be watched. */
export type Watching = { readonly seen: number } | { readonly seen: undefined; readonly reason?: string }

const PATIENCE = 2_000
const INTERVAL = 50

/** Watches a directory and writes into it until that is told. */
export async function probeWatching(room: string): Promise<Watching> {
  let watcher: FSWatcher | undefined
  let timer: ReturnType<typeof setInterval> | undefined
  try {
    return await new Promise<Watching>((resolve, reject) => {
      let written = 0
      watcher = watch(room, () => resolve({ seen: performance.now() - written }))
      watcher.on('error', reject)
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
  } catch (error) {
    return { seen: undefined, reason: limitOf(error, room)?.message ?? messageOf(error) }
  } finally {
    clearInterval(timer)
    watcher?.close()
  }
}
