/**
 * One look of the watcher thread at files that nobody changed, against `find` that prints their sizes and times, and how long the
 * thread that asked was kept from its own work meanwhile.
 */
import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { TreeWatcher } from '../../src/sync/watcher.ts'
import { course, tell } from '../course.ts'
import { editAll } from '../data.ts'
import { turns } from '../turns.ts'

const { directory, rows } = course<{ rows: number }>()
const tree = join(directory, 'tree')
editAll(tree, rows, 0)

const failed = (error: unknown): never => {
  throw error
}
const watcher = new TreeWatcher(
  { root: realpathSync(tree), suffix: '.tmp', ignore: [], tracked: [] },
  { dirty() {}, limited: failed, root() {}, replaced: failed, failed },
)
await watcher.start()
// Files that were written just now are looked at twice.
await delay(3_000)
await watcher.rescan()

/** Milliseconds between two turns of a loop that asks for the next turn at once. */
let [longest, isLooking] = [0, false]
const turn = (last: number): void => {
  const now = performance.now()
  longest = Math.max(longest, now - last)
  if (isLooking) setImmediate(turn, now)
}

async function look(): Promise<void> {
  const { paths } = await watcher.rescan()
  if (paths.length > 0) throw new Error(`${paths.length} files look changed`)
}

const { find, rescan, blocked } = await turns({
  find: {
    run() {
      const { status } = spawnSync('find', [tree, '-type', 'f', '-printf', '%p %s %T@ %C@ %i\\n'], { stdio: ['ignore', 'ignore', 'inherit'] })
      if (status !== 0) throw new Error('find failed')
    },
  },
  rescan: { run: look },
  // Timed apart: a loop that never sleeps takes a core of its own.
  blocked: {
    before() {
      ;[longest, isLooking] = [0, true]
      turn(performance.now())
    },
    async run() {
      await look()
      return longest / 1_000
    },
    after: () => void (isLooking = false),
  },
}, 8)
await watcher.close()
tell({ find: find.later, rescan: rescan.later, blocked: blocked.later })
