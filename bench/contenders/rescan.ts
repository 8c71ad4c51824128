/**
 * One look of the watcher thread at files that nobody changed, against `find` that prints their sizes and times, and how long the
 * thread that asked was kept from its own work meanwhile.
 * Usage: rescan.ts DIR DATABASE ROWS
 */
import { spawnSync } from 'node:child_process'
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { TreeWatcher } from '../../src/sync/watcher.ts'
import { editAll } from '../data.ts'
import { median } from '../rounds.ts'

const [directory, , rows] = process.argv.slice(2) as [string, string, string]
const tree = join(directory, 'tree')
editAll(tree, Number(rows), 0)

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

const [looks, finds, blocks]: [number[], number[], number[]] = [[], [], []]
for (let round = 0; round < 9; round++) {
  let start = performance.now()
  const { status } = spawnSync('find', [tree, '-type', 'f', '-printf', '%p %s %T@ %C@ %i\\n'], { stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error('find failed')
  finds.push((performance.now() - start) / 1_000)

  start = performance.now()
  const { paths } = await watcher.rescan()
  looks.push((performance.now() - start) / 1_000)
  if (paths.length > 0) throw new Error(`${paths.length} files look changed`)

  // Timed apart: a loop that never sleeps takes a core of its own.
  ;[longest, isLooking] = [0, true]
  turn(performance.now())
  await watcher.rescan()
  isLooking = false
  blocks.push(longest)
}
await watcher.close()
process.stdout.write(`${JSON.stringify({ rescan: median(looks), find: median(finds), blocked: median(blocks) })}\n`)
