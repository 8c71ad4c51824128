/**
 * The benchmarks: every contender in fresh processes, in turns, so that all meet the same machine.
 * `npm run bench` prints the tables; `-- --quick` takes fewer rounds, `-- --json FILE` keeps the figures.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { BYTES, database, FILES_A_DIRECTORY } from './data.ts'
import { type Check, checks, table } from './report.ts'

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'string' }, disk: { type: 'string', default: '/var/tmp' }, memory: { type: 'string', default: '/dev/shm' } },
})

const ROUNDS = flags.quick ? 3 : 7
const BIN = join(import.meta.dirname, '..', 'node_modules', '.bin')
const here = (file: string): string => join(import.meta.dirname, 'contenders', file)

/** The figures of one contender: seconds of each round, by what was timed. */
export type Samples = Record<string, number[]>

interface Contender {
  readonly name: string
  /** Runs once in an empty directory. */
  readonly run: (directory: string) => Record<string, number>
}

function printed(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    // What an installed package has anyway: no types to strip. The first round fills the cache.
    env: { ...process.env, NODE_COMPILE_CACHE: join(flags.memory, 'rowtree-bench-cache') },
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`)
  return stdout
}

const json = (command: string, args: readonly string[]): Record<string, number> => JSON.parse(printed(command, args)) as Record<string, number>

function rowtree(name: string, store: string, fsync: string, workers: string, runtime: 'node' | 'deno' = 'node'): Contender {
  const command = runtime === 'node' ? [here('rowtree.ts')] : ['run', '-A', '--no-check', '--quiet', here('rowtree.ts')]
  return { name, run: (directory) => json(join(BIN, runtime), [...command, directory, store, fsync, workers]) }
}

function peer(name: string, files: number, fsync: 'on' | 'off'): Contender {
  return { name, run: (directory) => json(join(BIN, 'node'), [here('peer.ts'), name, directory, String(files), fsync]) }
}

/** Compiles the C loop; `undefined` where there is no compiler. */
function compile(scratch: string): string | undefined {
  const program = join(scratch, 'loop')
  const { status } = spawnSync('cc', ['-O2', '-pthread', '-o', program, here('loop.c')])
  return status === 0 ? program : undefined
}

function floor(program: string, files: number, threads: number): Contender {
  const args = [String(files), String(BYTES), String(threads), String(FILES_A_DIRECTORY)]
  return { name: `C loop, ${threads} threads`, run: (directory) => ({ seconds: Number(printed(program, [directory, ...args])) }) }
}

/** Runs the contenders in turns, one warm-up round first, each in a directory of its own. */
function race(scratch: string, contenders: readonly Contender[], rounds: number): Map<string, Samples> {
  const results = new Map<string, Samples>(contenders.map(({ name }) => [name, {}]))
  for (let round = 0; round <= rounds; round++) {
    for (const { name, run } of contenders) {
      const directory = mkdtempSync(join(scratch, 'run-'))
      const figures = run(directory)
      rmSync(directory, { recursive: true })
      if (round === 0) continue
      for (const [figure, value] of Object.entries(figures)) (results.get(name)![figure] ??= []).push(value)
    }
    process.stderr.write('.')
  }
  process.stderr.write('\n')
  return results
}

function main(): void {
  const memory = mkdtempSync(join(flags.memory, 'rowtree-bench-'))
  const disk = mkdtempSync(join(flags.disk, 'rowtree-bench-'))
  const all: Record<string, unknown> = { cores: cpus().length, node: process.version, date: new Date().toISOString() }
  const verdicts: Check[] = []
  try {
    const program = compile(memory)
    const groups: [string, number, () => Map<string, Samples>][] = [
      ['export, 10,000 rows, tmpfs, fsync off', 10_000, () => {
        const store = database(memory, 10_000)
        return race(memory, [
          rowtree('rowtree', store, 'off', 'auto'),
          rowtree('rowtree --workers 0', store, 'off', '0'),
          rowtree('rowtree --workers 2', store, 'off', '2'),
          ...(existsSync(join(BIN, 'deno')) ? [rowtree('rowtree under Deno', store, 'off', 'auto', 'deno')] : []),
          peer('loop', 10_000, 'off'),
          peer('write-file-atomic', 10_000, 'off'),
          peer('atomically', 10_000, 'off'),
          ...(program ? [floor(program, 10_000, 1), floor(program, 10_000, 2)] : []),
        ], ROUNDS)
      }],
      ['export, 4,000 rows, disk, fsync on', 4_000, () => {
        const store = database(memory, 4_000)
        return race(disk, [rowtree('rowtree --fsync batch', store, 'batch', 'auto'), rowtree('rowtree --fsync file', store, 'file', 'auto'), peer('write-file-atomic', 4_000, 'on'), peer('atomically', 4_000, 'on')], flags.quick ? 1 : 3)
      }],
      ['export, 200,000 rows, tmpfs, fsync off', 200_000, () => {
        const store = database(memory, 200_000)
        return race(memory, [rowtree('rowtree', store, 'off', 'auto')], flags.quick ? 1 : 3)
      }],
    ]
    for (const [title, rows, run] of groups) {
      const results = run()
      all[title] = Object.fromEntries(results)
      process.stdout.write(`\n### ${title}\n\n${table(results, rows)}\n`)
    }
    verdicts.push(...checks(all))
    process.stdout.write(`\n### Targets\n\n| figure | target | measured | |\n| --- | --- | --- | --- |\n`)
    for (const { figure, target, measured, met } of verdicts) process.stdout.write(`| ${figure} | ${target} | ${measured} | ${met ? 'met' : '**missed**'} |\n`)
    if (flags.json) writeFileSync(flags.json, JSON.stringify(all, undefined, 2))
  } finally {
    rmSync(memory, { recursive: true, force: true })
    rmSync(disk, { recursive: true, force: true })
  }
}

main()
