import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import type { BenchReport, Course, Machine } from '../bench.ts'
import { RowtreeError } from '../errors.ts'
import { asSystemError } from '../tree/failure.ts'
import { probeFlushing } from '../tree/probes/flushing.ts'
import { mountOf } from '../tree/probes/mount.ts'
import { inRoom } from '../tree/probes/room.ts'
import { VERSION } from '../version.ts'
import { type Amounts, amountsOf } from './course.ts'
import { latencyOf, ratiosOf } from './figures.ts'
import { FRESH_STEPS, measureFresh } from './fresh.ts'
import { measureLatency } from './latency.ts'
import { type Place, placeOf, prepareRoom } from './place.ts'
import { Contents } from './rows.ts'
import type { Subject } from './subject.ts'
import { measureThroughput, STEPS_A_ROUND } from './throughput.ts'

/** What is done beside the rounds and the saves: the store is read, flushing is timed, the scratch store is made, processes of their own export. */
const FURTHER_STEPS = 3 + FRESH_STEPS

/**
 * Measures all there is to measure, one thing after the other, in a directory that is gone afterwards.
 *
 * @throws {RowtreeError} `usage`, `tree-unwritable`, `disk-full`, `cancelled`, and what keeps a store from being read
 */
export async function measure(subject: Subject): Promise<BenchReport> {
  const { config, options: { signal } } = subject
  const amounts = amountsOf(subject.options, config.watch.settle)
  const place = placeOf(config)
  prepareRoom(place.room, amounts)
  try {
    return await measureIn(subject, place, amounts)
  } catch (error) {
    if (signal?.aborted && error === signal.reason) throw new RowtreeError('cancelled', 'Cannot finish measuring: the work was stopped; nothing is left of it', { cause: error })
    throw asSystemError(error)
  }
}

/** What is done, as a report says it. */
export function courseOf({ config }: Pick<Subject, 'config'>, amounts: Amounts): Course {
  const { fsync, workers } = config.export
  return { ...amounts, fsync: fsync === 'off' ? 'batch' : fsync, workers, settle: config.watch.settle }
}

async function measureIn(subject: Subject, place: Place, amounts: Amounts): Promise<BenchReport> {
  const { config, options: { signal, onStep } } = subject
  const course = courseOf(subject, amounts)
  const [total, steps] = [FURTHER_STEPS + (amounts.rounds + 1) * STEPS_A_ROUND + amounts.saves, { done: 0 }]
  const step = (name: string): void => onStep?.({ name, done: steps.done++, total })

  step('reading the store')
  const store = await subject.readStore?.()
  return await inRoom(place.room, async (room) => {
    step('flushing')
    const flush = await probeFlushing(room)
    step('making rows')
    const contents = new Contents(amounts.size)
    const scratch = await subject.openScratch(room, contents.rows(amounts.rows))
    try {
      const work = await measureThroughput({ amounts, fsync: course.fsync, contents, scratch, loops: join(room, 'loops'), signal, step })
      const latency = amounts.saves === 0 ? undefined : latencyOf(await measureLatency({ amounts, contents, scratch, signal, step }, config.watch.settle))
      const ratios = ratiosOf(work, latency, config.watch.settle)
      const fresh = await measureFresh({ directory: room, scratch, amounts, settings: config.export, signal, step })
      return {
        format: 1,
        time: new Date(subject.now).toISOString(),
        machine: machineOf(subject, place),
        course,
        work,
        ratios,
        ...(latency && { latency }),
        flush,
        ...(fresh && { fresh }),
        ...(store && { store }),
      }
    } finally {
      await scratch.runner.close()
    }
  })
}

function machineOf({ threads }: Subject, { room, together }: Place): Machine {
  const { deno, node } = process.versions as { deno?: string; node?: string }
  const { type } = mountOf(room)
  return {
    rowtree: VERSION,
    runtime: deno === undefined ? `Node ${node}` : `Deno ${deno}`,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    threads,
    ...(type !== undefined && { filesystem: type }),
    together,
  }
}
