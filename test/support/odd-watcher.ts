/** The watcher thread on a system where calls do what they seldom do; see `Oddities`. For Node: Deno lets nobody change its modules. */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import timers from 'node:timers/promises'
import { Worker, workerData } from 'node:worker_threads'
import type { WatcherSettings } from '../../src/tree/sighting.ts'

/** What is odd. Paths of the tree are relative. */
export interface Oddities {
  /** A directory that gets another name just before the system is asked for the first events. */
  readonly renamed?: readonly [from: string, to: string]
  /** A directory that cannot be watched, for no reason that the thread knows. */
  readonly unwatchable?: string
  /** A directory whose first listing makes a file at the second path and is so slow that others get their turn next, until there is a file at the third one. */
  readonly slow?: readonly [directory: string, begun: string, until: string]
  /** Every file is old, and its stat proves what it holds. */
  readonly old?: boolean
}

/** Starts such a thread. */
export function startOddWatcher(settings: WatcherSettings, oddities: Oddities): Worker {
  return new Worker(new URL(import.meta.url), { workerData: { ...settings, oddities } })
}

async function run({ root, oddities: { renamed, unwatchable, slow, old } }: WatcherSettings & { readonly oddities: Oddities }): Promise<void> {
  const { watch, readdirSync } = fs
  const { setImmediate } = timers
  const { now } = Date
  let isFirst = true
  let until: string | undefined
  const odd = {
    watch(path: string, ...rest: unknown[]): unknown {
      if (isFirst && renamed) fs.renameSync(join(root, renamed[0]), join(root, renamed[1]))
      isFirst = false
      if (unwatchable !== undefined && path === join(root, unwatchable)) throw Object.assign(new Error('EIO: i/o error, watch'), { code: 'EIO' })
      return Reflect.apply(watch, fs, [path, ...rest])
    },
    readdirSync(path: string, ...rest: unknown[]): unknown {
      const found: unknown = Reflect.apply(readdirSync, fs, [path, ...rest])
      if (slow && path === join(root, slow[0]) && !fs.existsSync(slow[1])) {
        fs.writeFileSync(slow[1], '')
        until = slow[2]
        for (const since = performance.now(); performance.now() - since < 20; );
      }
      return found
    },
  }
  const patiently = async (): Promise<void> => {
    const isThere = until === undefined ? () => true : fs.existsSync.bind(fs, until)
    until = undefined
    do await setImmediate()
    while (!isThere())
  }
  Object.assign(fs, odd)
  Object.assign(timers, { setImmediate: patiently })
  if (old) Date.now = () => now() + 3_600_000
  syncBuiltinESMExports()
  await import('../../workers/watcher.ts')
}

if (workerData && 'oddities' in workerData) await run(workerData)
