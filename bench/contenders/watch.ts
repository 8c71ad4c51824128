/**
 * `rowtree watch` in a fresh process: idle, single saves, all files at once, and with a short queue of events.
 * Usage: watch.ts DIR DATABASE ROWS SAVES IDLE_SECONDS
 */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { CAN_SHORTEN_QUEUE, withShortQueue } from '../../test/support/queue.ts'
import { contentOf, editAll, pathOf } from '../data.ts'
import { median } from '../rounds.ts'
import { idle, Observer, prepare, quantile, watch } from '../watching.ts'

const [directory, database, rows, saves, idleSeconds] = process.argv.slice(2) as [string, string, string, string, string]
const count = Number(rows)
const place = await prepare(directory, database)
const observer = new Observer(place)
const watching = await watch(place)

// What the start left to be done, and to be given back, is done.
await delay(5_000)
const rest = await idle(watching.pid, Number(idleSeconds))

/** Milliseconds from a save to its committed row. */
const latencies: number[] = []
for (let save = 0; save < Number(saves); save++) {
  const path = pathOf((save * 7_919) % count)
  const [file, text] = [join(place.tree, path), `${contentOf(save)} save ${save}`]
  if (save % 2 === 0) writeFileSync(file, text)
  else {
    writeFileSync(`${file}~`, text)
    renameSync(`${file}~`, file)
  }
  const start = performance.now()
  await observer.holds(path, text)
  latencies.push(performance.now() - start)
  // People save at any time, not in step with our timers.
  await delay((save * 37) % 101)
}

/** Seconds from the last write to the last row. */
const bursts: number[] = []
for (let round = 1; round <= 3; round++) {
  editAll(place.tree, count, round)
  const start = performance.now()
  await observer.holdAll(count, round)
  bursts.push((performance.now() - start) / 1_000)
  await delay(1_000)
}
await watching.stop()

async function shortQueue(): Promise<number> {
  const short = await withShortQueue(64, () => watch(place))
  editAll(place.tree, 2_000, 4)
  const start = performance.now()
  await observer.holdAll(2_000, 4)
  const seconds = (performance.now() - start) / 1_000
  await short.stop()
  return seconds
}

const figures = { ready: watching.ready, ...rest, median: median(latencies), p99: quantile(latencies, 0.99), burst: median(bursts) }
const queue = CAN_SHORTEN_QUEUE ? { queue: await shortQueue() } : {}
observer.close()
process.stdout.write(`${JSON.stringify({ ...figures, ...queue })}\n`)
