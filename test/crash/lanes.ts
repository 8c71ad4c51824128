import { type Actor, startActor } from '../support/faults/acting.ts'
import { CAN_INJECT, Faults } from '../support/faults/index.ts'
import { SEED } from '../support/method.ts'
import { randomOf } from '../support/random.ts'

/** Two trials at a time: one is judged while the other's process works. */
const LANES = 2

/** Where trials take place one after another, each with a process that was started while the last one was judged. */
export class Lane {
  readonly faults: Faults | undefined = CAN_INJECT ? new Faults() : undefined
  readonly #isWanted: () => boolean
  #next: Promise<Actor> | undefined

  /** @param isWanted whether there is more to do when an actor has died */
  constructor(isWanted: () => boolean) {
    this.#isWanted = isWanted
  }

  /** Gives the work an actor; one that survives is given again. */
  async act<T>(work: (actor: Actor) => Promise<T | undefined>): Promise<T | undefined> {
    const actor = await (this.#next ?? startActor(this.faults?.env))
    const result = await work(actor)
    if (result !== undefined) this.#next = Promise.resolve(actor)
    else this.#next = this.#isWanted() ? this.#ahead() : undefined
    return result
  }

  #ahead(): Promise<Actor> {
    const starting = startActor(this.faults?.env)
    // Whoever waits for it is told.
    starting.catch(() => {})
    return starting
  }
}

/** The lanes of the running test. */
export class Lanes {
  #waiting = 0
  readonly #lanes: readonly Lane[] = Array.from({ length: LANES }, () => new Lane(() => this.#waiting > 0))

  /** Does the work for each item, on whichever lane is free. */
  async each<T>(items: readonly T[], work: (item: T, lane: Lane) => Promise<void>): Promise<void> {
    this.#waiting = items.length
    const rest = items.values()
    await Promise.all(this.#lanes.map(async (lane) => {
      for (const item of rest) {
        this.#waiting--
        await work(item, lane)
      }
    }))
  }
}

/** Numbers from 0 to 1, the same for the same seed and name. */
export function randomFor(name: string): () => number {
  return randomOf([...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), SEED))
}

/** So many of the numbers 1 to `total`, evenly apart from a random one on, or all of them. */
export function spread(total: number, count: number, random: () => number): number[] {
  if (count >= total) return Array.from({ length: total }, (_, index) => index + 1)
  const start = random()
  return Array.from({ length: count }, (_, index) => 1 + Math.floor(((index + start) * total) / count))
}
