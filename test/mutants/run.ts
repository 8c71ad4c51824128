/**
 * Takes away, one at a time, the lines that keep rowtree's promises, and tells which test notices: `npm run test:mutants [-- WORD]`.
 * A mutant that no test notices is a failure. The sources themselves are not touched.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { CAN_INJECT } from '../support/faults/index.ts'
import { type Mutant, MUTANTS } from './mutants.ts'

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url))
const PARTS = ['src', 'workers', 'test', 'package.json', 'deno.json', 'tsconfig.json', 'vitest.config.ts']

interface Results {
  readonly numPassedTests: number
  readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[] }[]
}

/** What a machine lacks that cannot tell whether this mutant is noticed: of the order of calls only the library tells that counts them. */
function missingFor({ tests }: Mutant): string | undefined {
  return CAN_INJECT || tests.some((test) => test !== 'test/fault/order.test.ts') ? undefined : 'needs Linux and a C compiler'
}

/** A copy of what is needed to run tests. */
function copyTo(place: string): void {
  // Some tests run as another user.
  chmodSync(place, 0o755)
  for (const part of PARTS) cpSync(join(CHECKOUT, part), join(place, part), { recursive: true })
  symlinkSync(join(CHECKOUT, 'node_modules'), join(place, 'node_modules'))
}

/** The title of the first test that fails; `undefined` where all pass. */
function firstFailure(place: string, tests: readonly string[], isMutant: boolean): string | undefined {
  const output = join(place, 'results.json')
  rmSync(output, { force: true })
  const flags = ['run', ...(isMutant ? ['--bail=1'] : []), '--reporter=json', `--outputFile.json=${output}`, ...tests]
  const { stderr } = spawnSync(process.execPath, [join(place, 'node_modules/vitest/vitest.mjs'), ...flags], { cwd: place, encoding: 'utf8' })
  if (!existsSync(output)) throw new Error(`The tests did not run: ${stderr}`)
  const { testResults, numPassedTests } = JSON.parse(readFileSync(output, 'utf8')) as Results
  const all = testResults.flatMap(({ assertionResults }) => assertionResults)
  // What cannot even be loaded tells nothing about a test.
  if (all.length === 0 || (!isMutant && numPassedTests === 0)) throw new Error(`No test ran: ${stderr}`)
  return all.find(({ status }) => status === 'failed')?.fullName
}

function mutate(place: string, { file, line, instead = '' }: Mutant): () => void {
  const path = join(place, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(line).length !== 2) throw new Error(`Cannot make a mutant of ${file}: ${JSON.stringify(line)} does not stand there exactly once; bring the list up to date`)
  writeFileSync(path, text.replace(line, () => instead))
  return () => writeFileSync(path, text)
}

const wanted = MUTANTS.filter(({ without }) => process.argv.slice(2).every((word) => without.includes(word)))
const place = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rowtree-mutants-'))
let [alive, skipped] = [0, 0]
try {
  copyTo(place)
  const broken = firstFailure(place, [...new Set(wanted.flatMap(({ tests }) => tests))], false)
  if (broken !== undefined) throw new Error(`Cannot judge mutants: without any, this test fails: ${broken}`)
  process.stdout.write('| rowtree without … | is noticed by |\n| --- | --- |\n')
  for (const mutant of wanted) {
    const missing = missingFor(mutant)
    if (missing !== undefined) {
      skipped++
      process.stdout.write(`| ${mutant.without} | skipped: ${missing} |\n`)
      continue
    }
    const putBack = mutate(place, mutant)
    const noticed = firstFailure(place, mutant.tests, true)
    putBack()
    if (noticed === undefined) alive++
    process.stdout.write(`| ${mutant.without} | ${noticed ?? '**nothing**'} |\n`)
  }
} finally {
  rmSync(place, { recursive: true })
}
process.stdout.write(`\n${wanted.length - alive - skipped} of ${wanted.length} mutants are noticed${skipped > 0 ? `, ${skipped} are skipped` : ''}\n`)
process.exitCode = alive > 0 || wanted.length === 0 ? 1 : 0
