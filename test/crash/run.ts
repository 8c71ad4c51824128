/** The long versions of all that tries to lose something, and a table of what came of it: `npm run test:crash [-- FILTER]`. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { readRecords, tableOf } from './table.ts'

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url))

const directory = mkdtempSync(join(tmpdir(), 'rowtree-trials-'))
// Whoever wants to keep the records names a file for them.
const trials = process.env['ROWTREE_TRIALS'] ?? join(directory, 'trials.jsonl')
// What an earlier run left there is none of this one.
rmSync(trials, { force: true })
const start = performance.now()
const runtime = 'deno' in process.versions ? ['run', '-A'] : []
const { status } = spawnSync(process.execPath, [...runtime, VITEST, 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, ROWTREE_CRASH: '1', ROWTREE_TRIALS: trials },
})
const records = existsSync(trials) ? readRecords(trials) : []
rmSync(directory, { recursive: true })
const losses = records.reduce((sum, record) => sum + record.losses, 0)
process.stdout.write(`\n${tableOf(records)}\n\n${records.length} methods in ${Math.round((performance.now() - start) / 60_000)} min, ${losses} losses\n`)
process.exitCode = status !== 0 || losses > 0 || records.length === 0 ? 1 : 0
