/**
 * One export in a process of its own, for `fresh.ts`: what it takes from nothing, and how much memory.
 * Usage: fresh-export.ts DIR SETTINGS
 */
import process from 'node:process'
import { scratchConfig } from '../engine/bench.ts'
import { openEngine } from '../engine.ts'

const [directory, settings] = process.argv.slice(2) as [string, string]
const engine = await openEngine(scratchConfig(directory, { export: JSON.parse(settings) as object }))
const { exported } = await engine.export()
await engine.close()
process.stdout.write(JSON.stringify({ exported, rss: process.resourceUsage().maxRSS * 1_024 }))
