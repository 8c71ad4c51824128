/** The way back, by rowtree: every file edited and imported. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { openEngine } from '../../src/index.ts'
import { course, demand, peakMegabytes, tell } from '../course.ts'
import { config, editAll } from '../data.ts'
import { turns } from '../turns.ts'

const { directory, store, rows, rounds } = course<{ store: string; rows: number; rounds: number }>()
const own = join(directory, 'store.sqlite')
copyFileSync(store, own)
const settings = config(directory, own, 'off', 'auto')
const engine = await openEngine(settings)
await engine.export()
const times = await turns({
  import: {
    before: (round) => editAll(settings.tree, rows, round + 1),
    run: async () => demand((await engine.import()).imported, rows, 'imported'),
  },
}, rounds)
await engine.close()
tell({ import: times.import.later, importFirst: times.import.first, peak: peakMegabytes() })
