/** Numbers from 0 up to, and without, 1, the same for the same seed: Tommy Ettinger's mulberry32. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Choices that a seed decides. */
export class Random {
  /** A number from 0 up to, and without, 1. */
  readonly next: () => number

  constructor(seed: number) {
    this.next = randomOf(seed)
  }

  /** A whole number from 0 up to, and without, `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end)
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!
  }

  chance(share: number): boolean {
    return this.next() < share
  }
}
