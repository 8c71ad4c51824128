/** An export with nothing to do, by rowtree, of a tree that another process exported. */
import { openEngine } from '../../src/index.ts'
import { course, demand, peakMegabytes, tell } from '../course.ts'
import { config } from '../data.ts'
import { turns } from '../turns.ts'

const { directory, store, rows, workers, rounds } = course<{ store: string; rows: number; workers: number | 'auto'; rounds: number }>()
const settings = config(directory, store, 'off', workers)
let engine: Awaited<ReturnType<typeof openEngine>> | undefined
const { nothing } = await turns({
  nothing: {
    async run() {
      engine ??= await openEngine(settings)
      demand((await engine.export()).unchanged, rows, 'unchanged')
    },
  },
}, rounds)
await engine!.close()
tell({ nothing: nothing.later, nothingFirst: nothing.first, peak: peakMegabytes() })
