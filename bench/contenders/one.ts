/** One named file of many, edited and imported by rowtree. */
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openEngine } from '../../src/index.ts'
import { course, demand, tell } from '../course.ts'
import { config, pathOf } from '../data.ts'
import { turns } from '../turns.ts'

/** Rounds before the code is optimised. */
const UNCOUNTED = 4

const { directory, store, rows } = course<{ store: string; rows: number }>()
const own = join(directory, 'store.sqlite')
copyFileSync(store, own)
const settings = config(directory, own, 'off', 'auto')
const engine = await openEngine(settings)
await engine.export()
const path = (round: number): string => pathOf((round * 7_919) % rows)
const { one } = await turns({
  one: {
    before: (round) => writeFileSync(join(settings.tree, path(round)), `edited ${round} ${performance.now()}`),
    run: async (round) => demand((await engine.import({ paths: [path(round)] })).imported, 1, 'imported'),
  },
}, 20 + UNCOUNTED)
await engine.close()
tell({ one: one.later.slice(UNCOUNTED), oneFirst: one.first })
