/** chokidar or @parcel/watcher alone, with the settings that they have by themselves, on the same files: they tell of a change and do nothing about it. */
import { once } from 'node:events'
import { realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { course, tell } from '../course.ts'
import { contentOf, editAll, pathOf } from '../data.ts'
import { quantile } from '../figures.ts'
import { type Times, turns } from '../turns.ts'
import { idle } from '../watching.ts'

const { directory, watcher, rows, saves, idleSeconds } = course<{ watcher: 'chokidar' | 'parcel'; rows: number; saves: number; idleSeconds: number }>()
const tree = join(realpathSync(directory), 'tree')
editAll(tree, rows, 0)

type OnChange = (path: string) => void
let told: OnChange = () => {}

/** Starts to watch; returns how to stop. */
const WATCHERS: Readonly<Record<typeof watcher, () => Promise<() => Promise<unknown>>>> = {
  async chokidar() {
    const { watch } = await import('chokidar')
    const watching = watch(tree, { ignoreInitial: true })
    watching.on('change', (path) => told(path))
    await once(watching, 'ready')
    return () => watching.close()
  },
  async parcel() {
    const { subscribe } = await import('@parcel/watcher')
    const subscription = await subscribe(tree, (error, events) => {
      if (error) throw error
      for (const { path } of events) told(path)
    })
    return () => subscription.unsubscribe()
  },
}

const start = performance.now()
const stop = await WATCHERS[watcher]()
const ready = (performance.now() - start) / 1_000
await delay(5_000)
const rest = await idle(process.pid, idleSeconds)

/** Writes, and waits until each of the paths was told. */
async function until(paths: Iterable<string>, write: () => void): Promise<void> {
  const missing = new Set(paths)
  const all = new Promise<void>((resolve) => {
    told = (path) => void (missing.delete(path) && missing.size === 0 && resolve())
  })
  write()
  await all
}

const single: Times = (await turns({
  save: {
    run: (round) => {
      const file = join(tree, pathOf((round * 7_919) % rows))
      return until([file], () => writeFileSync(file, `${contentOf(round)} save ${round}`))
    },
    after: (round) => delay((round * 37) % 101),
  },
}, saves)).save
const files = Array.from({ length: rows }, (_, index) => join(tree, pathOf(index)))
const { burst } = await turns({
  burst: {
    async run(round) {
      let written = 0
      await until(files, () => {
        editAll(tree, rows, round + 1)
        written = performance.now()
      })
      return (performance.now() - written) / 1_000
    },
    after: () => delay(1_000),
  },
}, 2)
await stop()
const latencies = single.later.map((seconds) => seconds * 1_000)
tell({ ready, ...rest, save: latencies, p99: quantile(latencies, 0.99), burst: [burst.first, ...burst.later] })
