/**
 * Exports by rowtree: into an empty tree, then over files of which every row changed, then with nothing to do.
 * `replace` needs a database of its own.
 */
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Engine, openEngine } from '../../src/index.ts'
import type { FsyncMode } from '../../src/types.ts'
import { course, demand, peakMegabytes, tell } from '../course.ts'
import { changeRows, config } from '../data.ts'
import { calm, turns, type Work } from '../turns.ts'

const { directory, store, rows, fsync, workers, rounds, replace, nothing } = course<{
  store: string; rows: number; fsync: FsyncMode; workers: number | 'auto'; rounds: number; replace?: boolean; nothing?: boolean
}>()

const own = replace ? join(directory, 'store.sqlite') : store
if (replace) copyFileSync(store, own)
const settings = config(directory, own, fsync, workers)
const settle = (): void => {
  if (fsync !== 'off') calm(directory)
}

let engine: Engine | undefined
async function exportRows(expected: number): Promise<void> {
  // The first round pays for opening the engine and starting its threads.
  engine ??= await openEngine(settings)
  const { exported, problems, conflicts } = await engine.export()
  demand(exported, expected, 'exported')
  demand(problems.length + conflicts.length, 0, 'refused')
}

const works: Record<string, Work> = {
  new: {
    before() {
      rmSync(settings.tree, { recursive: true, force: true })
      rmSync(settings.state, { recursive: true, force: true })
      settle()
    },
    run: () => exportRows(rows),
  },
  ...(replace && {
    replace: {
      before(round: number) {
        changeRows(own, 1, round + 1)
        settle()
      },
      run: () => exportRows(rows),
    },
  }),
  ...(nothing && { nothing: { run: () => exportRows(0) } }),
}
const times = await turns(works, rounds)
await engine!.close()
tell({
  ...Object.fromEntries(Object.entries(times).flatMap(([name, { first, later }]) => [[name, later], [`${name}First`, first]])),
  peak: peakMegabytes(),
})
