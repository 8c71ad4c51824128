import { dirname } from 'node:path'
import process from 'node:process'
import type { Work, WorkName } from '../bench.ts'
import { RowtreeError } from '../errors.ts'
import { flushFilesystem } from '../tree/durable.ts'
import { clearDirectories, type LoopFile, saveFiles, writeLoop } from '../tree/probes/loop.ts'
import type { FsyncMode, Summary } from '../types.ts'
import type { Amounts } from './course.ts'
import { type Round, workOf } from './figures.ts'
import { type Contents, pathOf } from './rows.ts'
import type { Scratch } from './subject.ts'

/** Milliseconds after which the flushed loop begins no more files: a slow disk takes 20 for each. */
const FLUSHED_TIME = 1_500

/** What a measurement of throughput takes. */
export interface Bout {
  readonly amounts: Amounts
  readonly fsync: Exclude<FsyncMode, 'off'>
  readonly contents: Contents
  readonly scratch: Scratch
  /** A directory for the loops, removed after each. */
  readonly loops: string
  readonly signal: AbortSignal | undefined
  /** Told what is done next. */
  readonly step: (name: string) => void
}

/** In which order they are told. */
const ORDER: readonly WorkName[] = ['loop', 'export', 'unchanged', 'import', 'flushed-loop', 'flushed-export']

/** Steps of one round. */
export const STEPS_A_ROUND: number = ORDER.length

/**
 * Times each kind of work in turns, so that whatever slows the machine down for a while slows all of them. Every other round goes the other way about, and one round is not
 * counted: threads start in it, and the runtime learns the code.
 */
export async function measureThroughput(bout: Bout): Promise<Work[]> {
  const { rounds, rows, size } = bout.amounts
  const taken = new Map<WorkName, Round[]>()
  let flushed = rows
  for (let round = 0; round <= rounds; round++) {
    const title = round === 0 ? 'warming up' : `round ${round} of ${rounds}`
    const timed = async (name: WorkName, work: () => Promise<unknown>): Promise<void> => {
      bout.signal?.throwIfAborted()
      bout.step(`${title}: ${name}`)
      const [start, before] = [performance.now(), process.cpuUsage()]
      await work()
      const { user, system } = process.cpuUsage(before)
      const one = { wall: (performance.now() - start) / 1_000, cpu: (user + system) / 1e6 }
      if (round > 0) taken.set(name, [...(taken.get(name) ?? []), one])
    }
    const parts = [() => unflushed(bout, round, timed), async () => void (flushed = await flushing(bout, round, flushed, timed))]
    for (const part of round % 2 === 0 ? parts : parts.toReversed()) await part()
  }
  return ORDER.map((name) => workOf(name, taken.get(name) ?? [], name === 'flushed-loop' ? flushed : rows, size))
}

type Timed = (name: WorkName, work: () => Promise<unknown>) => Promise<void>

async function unflushed(bout: Bout, round: number, timed: Timed): Promise<void> {
  const { amounts: { rows }, contents, scratch: { runner, tree, state }, loops, signal } = bout
  const looped = async (): Promise<void> => {
    await timed('loop', () => Promise.resolve(writeLoop(loops, filesOf(contents, rows, round), false)))
    clearDirectories([loops])
  }
  const exported = async (): Promise<void> => {
    clearDirectories([tree, state])
    await timed('export', async () => demand(await runner.export({ fsync: 'off', signal }), 'exported', rows))
  }
  for (const part of round % 2 === 0 ? [looped, exported] : [exported, looped]) await part()
  await timed('unchanged', async () => demand(await runner.export({ fsync: 'off', signal }), 'unchanged', rows))
  saveFiles(tree, filesOf(contents, rows, round + 1))
  await timed('import', async () => demand(await runner.import({ fsync: 'off', signal }), 'imported', rows))
}

/** @returns how many files the loop writes from now on */
async function flushing(bout: Bout, round: number, most: number, timed: Timed): Promise<number> {
  const { amounts: { rows }, contents, scratch: { runner, tree, state }, fsync, loops, signal } = bout
  let written = most
  // Nobody else's bytes are in the way of what is timed.
  await flushFilesystem(dirname(loops))
  await timed('flushed-loop', () => {
    // The round that is not counted finds out how many the disk can take.
    const until = round === 0 ? performance.now() + FLUSHED_TIME : Number.POSITIVE_INFINITY
    return Promise.resolve((written = writeLoop(loops, filesOf(contents, most, round), true, until)))
  })
  clearDirectories([loops, tree, state])
  await flushFilesystem(dirname(loops))
  await timed('flushed-export', async () => demand(await runner.export({ fsync, signal }), 'exported', rows))
  return written
}

function* filesOf(contents: Contents, count: number, edition: number): Generator<LoopFile> {
  for (let index = 0; index < count; index++) yield { path: pathOf(index), content: contents.of(index, edition) }
}

/** What was not done whole is no measurement. */
function demand(summary: Summary, what: 'exported' | 'unchanged' | 'imported', rows: number): void {
  const found = [...summary.problems, ...summary.conflicts, ...summary.holds][0]
  if (summary[what] === rows && !found) return
  throw new RowtreeError('io-error', `Cannot measure: ${summary[what]} of ${rows} rows were ${what}${found ? `; ${found.message}` : ''}`)
}
