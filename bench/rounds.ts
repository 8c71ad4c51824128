import { spawnSync } from 'node:child_process'

/** Seconds of one kind of work within a process: the first time, and later ones when the runtime knows the code. */
export interface Rounds {
  readonly cold: number
  readonly warm: number
}

/** Later times; the middle one counts. */
const WARM_ROUNDS = 5

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Waits until the disk has nothing left to do for others. */
export function calm(directory: string): void {
  spawnSync('sync', ['-f', directory])
}

/** Times `work` several times in this process. `prepare` is not timed. */
export async function rounds<T>(prepare: (round: number) => T, work: (prepared: T) => Promise<void> | void, warmRounds: number = WARM_ROUNDS): Promise<Rounds> {
  const seconds: number[] = []
  for (let round = 0; round <= warmRounds; round++) {
    const prepared = prepare(round)
    const start = performance.now()
    await work(prepared)
    seconds.push((performance.now() - start) / 1_000)
  }
  return { cold: seconds[0]!, warm: median(seconds.slice(1)) }
}
