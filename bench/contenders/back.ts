/**
 * The way back, by rowtree in a fresh process: every file edited and imported, status, and one file of many.
 * Usage: back.ts DIR DATABASE ROWS WARM_ROUNDS
 */
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { openEngine } from '../../src/index.ts'
import { config, editAll, pathOf } from '../data.ts'
import { median, rounds } from '../rounds.ts'

const [directory, database, rows, warm] = process.argv.slice(2) as [string, string, string, string]
const count = Number(rows)
const warmRounds = Number(warm)

const store = join(directory, 'store.sqlite')
copyFileSync(database, store)
const settings = config(directory, store, 'off', 'auto')
const engine = await openEngine(settings)
await engine.export()

function check(done: number, expected: number): void {
  if (done !== expected) throw new Error(`${done} instead of ${expected} were done`)
}

const all = count > 10_000 ? undefined : await rounds((round) => editAll(settings.tree, count, round), async () => check((await engine.import()).imported, count), warmRounds)
const one: number[] = []
for (let round = 0; round < 25; round++) {
  const path = pathOf((round * 7_919) % count)
  writeFileSync(join(settings.tree, path), `edited ${round} ${performance.now()}`)
  const start = performance.now()
  check((await engine.import({ paths: [path] })).imported, 1)
  one.push((performance.now() - start) / 1_000)
}
const figures: Record<string, number | undefined> = { import: all?.warm, coldImport: all?.cold, one: median(one.slice(5)) }
if (all) {
  // Files must be older than the baseline's last look, or their stats prove nothing.
  await engine.export()
  const nothing = await rounds(() => {}, async () => check((await engine.export()).unchanged, count), warmRounds)
  const status = await rounds(() => {}, async () => check((await engine.status()).counts['in-sync'], count), warmRounds)
  Object.assign(figures, { nothing: nothing.warm, status: status.warm })
}
await engine.close()
process.stdout.write(`${JSON.stringify({ ...figures, rss: process.resourceUsage().maxRSS / 1_024 })}\n`)
