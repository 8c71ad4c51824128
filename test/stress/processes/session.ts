/** A watch session: `DIRECTORY OPTIONS`. */
import process from 'node:process'
import { loadConfig, openEngine } from '../../../src/index.ts'
import type { WatchOptions } from '../../../src/watch.ts'

const [directory, options] = process.argv.slice(2) as [string, string]
const engine = await openEngine(await loadConfig({ cwd: directory, env: {} }))
for await (const event of engine.watch(JSON.parse(options) as WatchOptions)) process.stdout.write(`${JSON.stringify(event)}\n`)
