/**
 * One export by rowtree in a fresh process, and a second one with nothing to do.
 * Usage: rowtree.ts DIR DATABASE FSYNC WORKERS; prints seconds of both and the peak memory.
 */
import process from 'node:process'
import { openEngine } from '../../src/index.ts'
import type { FsyncMode, Summary } from '../../src/types.ts'
import { config } from '../data.ts'

const [directory, store, fsync, workers] = process.argv.slice(2) as [string, string, FsyncMode, string]
const settings = config(directory, store, fsync, workers === 'auto' ? 'auto' : Number(workers))

async function timed(): Promise<[number, Summary]> {
  const start = performance.now()
  const engine = await openEngine(settings)
  const summary = await engine.export()
  await engine.close()
  return [(performance.now() - start) / 1_000, summary]
}

const [seconds, first] = await timed()
const [again, second] = await timed()
if (first.problems.length + first.conflicts.length > 0 || second.exported > 0) throw new Error('the export did not go through')
process.stdout.write(`${JSON.stringify({ seconds, again, rows: first.exported, rss: process.resourceUsage().maxRSS / 1_024 })}\n`)
