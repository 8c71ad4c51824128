/** The most memory of one export, and of one with nothing to do after it in a fresh process, by rowtree as npm gets it. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { course, demand, peakMegabytes, tell } from '../course.ts'
import { config } from '../data.ts'

const { directory, store, rows, built, kind } = course<{ store: string; rows: number; built: string; kind: 'new' | 'nothing' }>()
const { openEngine } = (await import(pathToFileURL(join(built, 'dist/src/index.js')).href)) as typeof import('../../src/index.ts')
const before = peakMegabytes()
const engine = await openEngine(config(directory, store, 'off', 'auto'))
const { exported, unchanged } = await engine.export()
demand(kind === 'new' ? exported : unchanged, rows, kind === 'new' ? 'exported' : 'unchanged')
await engine.close()
tell({ peak: peakMegabytes(), before })
