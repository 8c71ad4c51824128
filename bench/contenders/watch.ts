/** `rowtree watch` in a process of its own: idle, single saves, all files at once, and with a short queue of events. */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { CAN_SHORTEN_QUEUE, withShortQueue } from '../../test/support/queue.ts'
import { course, tell } from '../course.ts'
import { contentOf, editAll, pathOf } from '../data.ts'
import { quantile } from '../figures.ts'
import { turns } from '../turns.ts'
import { idle, Observer, prepare, watch } from '../watching.ts'

const { directory, store, main, rows, saves, idleSeconds } = course<{ store: string; main: string; rows: number; saves: number; idleSeconds: number }>()
const place = await prepare(directory, store)
const observer = new Observer(place)
const watching = await watch(place, main)

// What the start left to be done, and to be given back, is done.
await delay(5_000)
const rest = await idle(watching.pid, idleSeconds)

/** Seconds since the last write ended. */
async function since(write: () => void, arrived: () => Promise<void>): Promise<number> {
  write()
  const written = performance.now()
  await arrived()
  return (performance.now() - written) / 1_000
}

function save(round: number, path: string, text: string): void {
  const file = join(place.tree, path)
  if (round % 2 === 0) return writeFileSync(file, text)
  writeFileSync(`${file}~`, text)
  renameSync(`${file}~`, file)
}

const single = await turns({
  save: {
    run(round) {
      const [path, text] = [pathOf((round * 7_919) % rows), `${contentOf(round)} save ${round}`]
      return since(() => save(round, path, text), () => observer.holds(path, text))
    },
    // People save at any time, not in step with our timers.
    after: (round) => delay((round * 37) % 101),
  },
}, saves)
const { burst } = await turns({
  burst: {
    run: (round) => since(() => editAll(place.tree, rows, round + 1), () => observer.holdAll(rows, round + 1)),
    after: () => delay(1_000),
  },
}, 2)
await watching.stop()

async function shortQueue(): Promise<number> {
  const short = await withShortQueue(64, () => watch(place, main))
  const some = Math.min(rows, 2_000)
  const seconds = await since(() => editAll(place.tree, some, 4), () => observer.holdAll(some, 4))
  await short.stop()
  return seconds
}

const queue = CAN_SHORTEN_QUEUE ? { queue: await shortQueue() } : {}
observer.close()
const latencies = single.save.later.map((seconds) => seconds * 1_000)
tell({ ready: watching.ready, ...rest, save: latencies, p99: quantile(latencies, 0.99), burst: [burst.first, ...burst.later], ...queue })
