/**
 * The benchmarks: every contender in fresh processes, in turns, so that all meet the same machine.
 * `npm run bench` prints the tables; `-- --quick` takes fewer rounds, `-- --only Import` only the groups with that in
 * their titles, `-- --json FILE` keeps the figures.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { BYTES, database, FILES_A_DIRECTORY } from './data.ts'
import { calm } from './rounds.ts'
import { ext4 } from './ext4.ts'
import { BACK, backTable, type Check, checks, DURABLE, LARGE, ONE, type Samples, SERVERS, serverTable, SMALL, table, WATCH, watchTable } from './report.ts'

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, json: { type: 'string' }, disk: { type: 'string', default: '/var/tmp' }, memory: { type: 'string', default: '/dev/shm' } },
})

const ROUNDS = flags.quick ? 3 : 5
const BIN = fileURLToPath(new URL('../node_modules/.bin', import.meta.url))
const here = (file: string): string => fileURLToPath(new URL(`contenders/${file}`, import.meta.url))

interface Contender {
  readonly name: string
  /** Runs once in an empty directory. */
  readonly run: (directory: string) => Record<string, number>
}

function printed(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`)
  return stdout
}

const json = (command: string, args: readonly string[]): Record<string, number> => JSON.parse(printed(command, args)) as Record<string, number>

/** How a contender is timed: later rounds in its process, after the first. */
interface Course {
  readonly store: string
  readonly files: number
  readonly warmRounds: number
}

function rowtree(name: string, { store, warmRounds }: Course, fsync: string, workers: string, runtime: 'node' | 'deno' = 'node'): Contender {
  const command = runtime === 'node' ? [here('rowtree.ts')] : ['run', '-A', '--no-check', '--quiet', here('rowtree.ts')]
  return { name, run: (directory) => json(join(BIN, runtime), [...command, directory, store, fsync, workers, String(warmRounds)]) }
}

function peer(name: string, { files, warmRounds }: Course, fsync: 'on' | 'off'): Contender {
  return { name, run: (directory) => json(join(BIN, 'node'), [here('peer.ts'), name, directory, String(files), fsync, String(warmRounds)]) }
}

function back(name: string, script: string, store: string, rows: number, warmRounds: number): Contender {
  return { name, run: (directory) => json(join(BIN, 'node'), [here(script), directory, store, String(rows), String(warmRounds)]) }
}

/** What watches, or looks, at the files of `small`; a long time is idle in it. */
function watcher(name: string, script: string, { store, files }: Course, runtime: 'node' | 'deno' = 'node'): Contender {
  const [saves, idleSeconds] = flags.quick ? [300, 10] : [500, 30]
  const command = runtime === 'node' ? [here(script)] : ['run', '-A', '--no-check', '--quiet', here(script)]
  return { name, run: (directory) => json(join(BIN, runtime), [...command, directory, store, String(files), String(saves), String(idleSeconds)]) }
}

function remote(name: string, kind: 'mysql' | 'postgres', { store, files }: Course): Contender {
  return { name, run: (directory) => json(join(BIN, 'node'), [here('server.ts'), directory, kind, store, String(files), '1000', '5']) }
}

/** Compiles the C loop; `undefined` where there is no compiler. */
function compile(scratch: string): string | undefined {
  const program = join(scratch, 'loop')
  const { status } = spawnSync('cc', ['-O2', '-pthread', '-o', program, here('loop.c')])
  return status === 0 ? program : undefined
}

function floor(program: string, { files }: Course, threads: number): Contender {
  const args = [String(files), String(BYTES), String(threads), String(FILES_A_DIRECTORY)]
  return { name: `C loop, ${threads} threads`, run: (directory) => ({ warm: Number(printed(program, [directory, ...args])) }) }
}

/** Runs the contenders in turns, one uncounted round first where it is affordable, each in a directory of its own. */
function race(scratch: string, contenders: readonly Contender[], rounds: number, warmUp = true): Map<string, Samples> {
  const results = new Map<string, Samples>(contenders.map(({ name }) => [name, {}]))
  for (let round = warmUp ? 0 : 1; round <= rounds; round++) {
    for (const { name, run } of contenders) {
      const directory = mkdtempSync(join(scratch, 'run-'))
      calm(scratch)
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
  // What an installed package has anyway: no types to strip. The first round fills the cache.
  process.env['NODE_COMPILE_CACHE'] = join(memory, 'cache')
  const disk = ext4(memory, flags.disk)
  const all: Record<string, unknown> = { disk: disk.name, cores: cpus().length, node: process.version, date: new Date().toISOString() }
  const verdicts: Check[] = []
  try {
    const program = compile(memory)
    const small: Course = { store: database(memory, 10_000), files: 10_000, warmRounds: 3 }
    const durable: Course = { store: database(memory, 4_000), files: 4_000, warmRounds: 1 }
    const large: Course = { store: database(memory, 200_000), files: 200_000, warmRounds: 1 }
    const groups: [string, number, () => Map<string, Samples>][] = [
      [SMALL, small.files, () => race(memory, [
        rowtree('rowtree', small, 'off', 'auto'),
        rowtree('rowtree --workers 0', small, 'off', '0'),
        rowtree('rowtree --workers 2', small, 'off', '2'),
        ...(existsSync(join(BIN, 'deno')) ? [rowtree('rowtree under Deno', small, 'off', 'auto', 'deno')] : []),
        peer('loop', small, 'off'),
        peer('write-file-atomic', small, 'off'),
        peer('atomically', small, 'off'),
        ...(program ? [floor(program, small, 1), floor(program, small, 2)] : []),
      ], ROUNDS)],
      [BACK, small.files, () => race(memory, [
        back('rowtree', 'back.ts', small.store, small.files, 3),
        back('loop of UPDATEs', 'update.ts', small.store, small.files, 3),
      ], ROUNDS)],
      [ONE, 1, () => race(memory, [
        back('100 rows', 'back.ts', database(memory, 100), 100, 1),
        back('100,000 rows', 'back.ts', database(memory, 100_000), 100_000, 1),
      ], ROUNDS, false)],
      [SERVERS, small.files, () => race(memory, [remote('MariaDB', 'mysql', small), remote('PostgreSQL', 'postgres', small)], flags.quick ? 2 : 3, false)],
      [WATCH, small.files, () => race(memory, [
        watcher('rowtree', 'watch.ts', small),
        ...(existsSync(join(BIN, 'deno')) ? [watcher('rowtree under Deno', 'watch.ts', small, 'deno')] : []),
        watcher('look', 'rescan.ts', small),
        watcher('chokidar alone', 'chokidar.ts', small),
      ], flags.quick ? 1 : 3, false)],
      [DURABLE, durable.files, () => race(disk.path, [
        rowtree('rowtree --fsync batch', durable, 'batch', 'auto'),
        rowtree('rowtree --fsync file', durable, 'file', 'auto'),
        peer('write-file-atomic', durable, 'on'),
        peer('atomically', durable, 'on'),
      ], flags.quick ? 1 : 3, false)],
      [LARGE, large.files, () => race(memory, [rowtree('rowtree', large, 'off', 'auto')], flags.quick ? 1 : 3, false)],
    ]
    for (const [title, rows, run] of groups.filter(([name]) => name.includes(flags.only ?? ''))) {
      process.stderr.write(`${title} `)
      const results = run()
      all[title] = Object.fromEntries(results)
      process.stdout.write(`\n### ${title}\n\n${title === WATCH ? watchTable(results) : title === SERVERS ? serverTable(results) : title === BACK || title === ONE ? backTable(results, rows) : table(results, rows)}\n`)
    }
    verdicts.push(...checks(all))
    process.stdout.write(`\n### Targets\n\n| figure | target | measured | |\n| --- | --- | --- | --- |\n`)
    for (const { figure, target, measured, met } of verdicts) process.stdout.write(`| ${figure} | ${target} | ${measured} | ${met ? 'met' : '**missed**'} |\n`)
    if (flags.json) writeFileSync(flags.json, JSON.stringify(all, undefined, 2))
  } finally {
    disk.remove()
    rmSync(memory, { recursive: true, force: true })
  }
}

main()
