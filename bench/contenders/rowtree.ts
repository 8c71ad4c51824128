/**
 * Exports by rowtree in a fresh process, each into an empty tree and then once more with nothing to do.
 * Usage: rowtree.ts DIR DATABASE FSYNC WORKERS WARM_ROUNDS
 */
import { rmSync } from 'node:fs'
import process from 'node:process'
import { openEngine } from '../../src/index.ts'
import type { FsyncMode } from '../../src/types.ts'
import { config } from '../data.ts'
import { calm, median } from '../rounds.ts'

const [directory, store, fsync, workers, warmRounds] = process.argv.slice(2) as [string, string, FsyncMode, string, string]
const settings = config(directory, store, fsync, workers === 'auto' ? 'auto' : Number(workers))

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1_000
}

// The first round pays for opening the engine and starting its threads.
let engine: Awaited<ReturnType<typeof openEngine>> | undefined
const first: number[] = []
const again: number[] = []
for (let round = 0; round <= Number(warmRounds); round++) {
  rmSync(settings.tree, { recursive: true, force: true })
  rmSync(settings.state, { recursive: true, force: true })
  if (fsync !== 'off') calm(directory)
  first.push(
    await timed(async () => {
      engine ??= await openEngine(settings)
      const { exported, problems, conflicts } = await engine.export()
      if (exported === 0 || problems.length + conflicts.length > 0) throw new Error('the export did not go through')
    }),
  )
  again.push(
    await timed(async () => {
      const { exported, unchanged } = await engine!.export()
      if (exported > 0 || unchanged === 0) throw new Error('the second export wrote again')
    }),
  )
}
await engine!.close()
const figures = { cold: first[0], warm: median(first.slice(1)), coldAgain: again[0], warmAgain: median(again.slice(1)), rss: process.resourceUsage().maxRSS / 1_024 }
process.stdout.write(`${JSON.stringify(figures)}\n`)
