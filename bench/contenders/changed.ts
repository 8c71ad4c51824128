/** An export by rowtree of which one row in a hundred changed since the last one. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { openEngine } from '../../src/index.ts'
import { course, demand, peakMegabytes, tell } from '../course.ts'
import { changeRows, config, EVERY } from '../data.ts'
import { turns } from '../turns.ts'

const { directory, store, rows, workers, rounds } = course<{ store: string; rows: number; workers: number | 'auto'; rounds: number }>()
const own = join(directory, 'store.sqlite')
copyFileSync(store, own)
const engine = await openEngine(config(directory, own, 'off', workers))
await engine.export()
const { changed } = await turns({
  changed: {
    before: (round) => changeRows(own, EVERY, round + 1),
    run: async () => demand((await engine.export()).exported, Math.floor(rows / EVERY), 'exported'),
  },
}, rounds)
await engine.close()
tell({ changed: changed.later, changedFirst: changed.first, peak: peakMegabytes() })
