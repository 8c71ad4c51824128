/**
 * chokidar alone, with the settings it has by itself, on the same files: it tells of a change and does nothing about it.
 * Usage: chokidar.ts DIR DATABASE ROWS SAVES IDLE_SECONDS
 */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { watch } from 'chokidar'
import { contentOf, editAll, pathOf } from '../data.ts'
import { median } from '../rounds.ts'
import { idle, quantile } from '../watching.ts'

const [directory, , rows, saves, idleSeconds] = process.argv.slice(2) as [string, string, string, string, string]
const count = Number(rows)
const tree = join(directory, 'tree')
editAll(tree, count, 0)

const start = performance.now()
const watcher = watch(tree, { ignoreInitial: true })
await once(watcher, 'ready')
const ready = (performance.now() - start) / 1_000
await delay(5_000)
const rest = await idle(process.pid, Number(idleSeconds))

/** Milliseconds from a save to the event. */
const latencies: number[] = []
for (let save = 0; save < Number(saves); save++) {
  const file = join(tree, pathOf((save * 7_919) % count))
  const told = new Promise<void>((resolve) => watcher.on('change', (path) => path === file && resolve()))
  const saved = performance.now()
  writeFileSync(file, `${contentOf(save)} save ${save}`)
  await told
  latencies.push(performance.now() - saved)
  watcher.removeAllListeners('change')
  await delay((save * 37) % 101)
}
await watcher.close()
process.stdout.write(`${JSON.stringify({ ready, ...rest, median: median(latencies), p99: quantile(latencies, 0.99) })}\n`)
