import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Fresh } from '../bench.ts'
import type { Config } from '../config.ts'
import { messageOf, RowtreeError } from '../errors.ts'
import { clearDirectories } from '../tree/probes/loop.ts'
import type { Amounts } from './course.ts'
import { median } from './figures.ts'
import type { Scratch } from './subject.ts'

const SCRIPT: URL = new URL(`./fresh-export${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** What a run of the script says of itself. */
interface Said {
  readonly exported: number
  readonly rss: number
}

const TIMES = 3

/** What exports in processes of their own take. */
export interface FreshBout {
  readonly directory: string
  readonly scratch: Scratch
  readonly amounts: Amounts
  readonly settings: Config['export']
  readonly signal: AbortSignal | undefined
  readonly step: (name: string) => void
}

export const FRESH_STEPS: number = TIMES

/**
 * Exports all rows in processes of their own, the runtime's start included: memory that a measurement took before does not count there.
 *
 * @returns `undefined` where this process may start no other
 */
export async function measureFresh({ directory, scratch: { tree, state }, amounts: { rows }, settings, signal, step }: FreshBout): Promise<Fresh | undefined> {
  const [seconds, memory]: [number[], number[]] = [[], []]
  for (let time = 1; time <= TIMES; time++) {
    step(`process ${time} of ${TIMES}: export`)
    clearDirectories([tree, state])
    const start = performance.now()
    const said = await exportIn(directory, settings, signal)
    if (said === undefined) return undefined
    if (said.exported !== rows) throw new RowtreeError('io-error', `Cannot measure: ${said.exported} of ${rows} rows were exported`)
    seconds.push((performance.now() - start) / 1_000)
    memory.push(said.rss)
  }
  const middle = Number(median(seconds).toPrecision(6))
  return { seconds: middle, rowsPerSecond: Math.round(rows / middle), rss: Math.max(...memory) }
}

const run = promisify(execFile)

async function exportIn(directory: string, settings: Config['export'], signal: AbortSignal | undefined): Promise<Said | undefined> {
  const flags = 'deno' in process.versions ? ['run', '--allow-all', '--no-check', '--quiet'] : []
  try {
    const { stdout } = await run(process.execPath, [...flags, fileURLToPath(SCRIPT), directory, JSON.stringify(settings)], signal ? { signal } : {})
    return JSON.parse(stdout) as Said
  } catch (error) {
    signal?.throwIfAborted()
    // Deno may not start programs without leave, and a machine may have no room for one more.
    if (typeof (error as { code?: unknown }).code !== 'number') return undefined
    throw new RowtreeError('io-error', `Cannot measure an export in a process of its own: ${messageOf(error)}`, { cause: error })
  }
}
