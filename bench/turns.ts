import { spawnSync } from 'node:child_process'
import { Bench } from 'tinybench'

/** One kind of work, and what is done around each round of it without being timed. */
export interface Work {
  /** @param round 0 for the first one */
  readonly before?: (round: number) => Promise<void> | void
  /** Whoever knows better how long it took, such as another process, returns the seconds. */
  readonly run: (round: number) => Promise<number | void> | number | void
  readonly after?: (round: number) => Promise<void> | void
}

/** Seconds of one kind of work: the first time in this process, and later ones when the runtime knows the code. */
export interface Times {
  readonly first: number
  readonly later: readonly number[]
}

/**
 * Times kinds of work by tinybench, in turns: each round does all of them once, in their order, so that one may use what the one before it
 * left, and all meet the same machine.
 *
 * @param rounds later rounds, after the first
 */
export async function turns<N extends string>(works: Readonly<Record<N, Work>>, rounds: number): Promise<Record<N, Times>> {
  const seconds = new Map<N, number[]>()
  let round = 0
  // One iteration a run: tinybench sorts its samples, and the first round must be known from later ones.
  const bench = new Bench({ iterations: 1, time: 0, warmup: false, throws: true })
  for (const [name, { before, run, after }] of Object.entries(works) as [N, Work][]) {
    seconds.set(name, [])
    const timed = async (): Promise<object> => {
      const known = await run(round)
      return typeof known === 'number' ? { overriddenDuration: known * 1_000 } : {}
    }
    // A hook's rejection ends the run.
    bench.add(name, timed, { async: true, beforeEach: async () => await before?.(round), afterEach: async () => await after?.(round) })
  }
  for (; round <= rounds; round++) {
    bench.reset()
    for (const task of await bench.run()) {
      const { result } = task
      if (result.state !== 'completed') throw new Error(`${task.name} was not timed: ${result.state}`)
      seconds.get(task.name as N)!.push(result.latency.p50 / 1_000)
    }
  }
  return Object.fromEntries([...seconds].map(([name, [first, ...later]]) => [name, { first, later }])) as unknown as Record<N, Times>
}

/** Waits until the disk has nothing left to do for others. */
export function calm(directory: string): void {
  spawnSync('sync', ['-f', directory])
}
