/** A look at both sides by rowtree, in turns with an export that has nothing to do. */
import { openEngine } from '../../src/index.ts'
import { course, demand, tell } from '../course.ts'
import { config } from '../data.ts'
import { turns } from '../turns.ts'

const { directory, store, rows, rounds } = course<{ store: string; rows: number; rounds: number }>()
const engine = await openEngine(config(directory, store, 'off', 'auto'))
await engine.export()
// Files must be older than the baseline's last look, or their stats prove nothing.
await engine.export()
const { status, nothing } = await turns({
  status: { run: async () => demand((await engine.status()).counts['in-sync'], rows, 'in sync') },
  nothing: { run: async () => demand((await engine.export()).unchanged, rows, 'unchanged') },
}, rounds)
await engine.close()
tell({ status: status.later, statusFirst: status.first, nothing: nothing.later })
