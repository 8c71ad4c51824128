import { appendFileSync } from 'node:fs'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'

/** Whether the long versions run: `npm run test:crash`. */
export const LONG: boolean = process.env['ROWTREE_CRASH'] === '1'

/** How long a method may take, in milliseconds: hundreds of processes, on machines that have others to run. */
const PATIENCE = LONG ? 1_800_000 : 180_000

/** How often something is tried: in `npm test`, and in the long run. */
export function amount(short: number, long: number): number {
  return LONG ? long : short
}

/** The seed of what is random in this process, printed by whoever uses it; `ROWTREE_SEED` replays a run. */
export const SEED: number = Number(process.env['ROWTREE_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** What a method came to, as one line of the file `ROWTREE_TRIALS`, of which a table is made. */
export interface Record {
  readonly method: string
  readonly trials: number
  readonly losses: number
  /** What the machine lacks. */
  readonly skipped?: string
}

/** Counts what is tried, and what went wrong. */
export class Trials {
  readonly losses: string[] = []
  count = 0

  /** One trial, with everything about it that breaks the promise, in words: content that is gone, a file that is neither old nor new. */
  add(...losses: readonly string[]): void {
    this.count++
    this.losses.push(...losses)
  }
}

/**
 * A test that tries one method of losing something many times. It fails with all losses named, and `npm run test:crash`
 * lists it with the number of its trials.
 *
 * @param name of the method, as the table of the guarantees shows it
 * @param missing what this machine lacks for it, such as `needs root`; then it is skipped under a title that says so
 */
export function method(name: string, missing: string | undefined, work: (trials: Trials) => Promise<void>): void {
  if (missing !== undefined) note({ method: name, trials: 0, losses: 0, skipped: missing })
  test.skipIf(missing !== undefined)(`${name}${missing === undefined ? '' : ` (${missing})`}`, async () => {
    const trials = new Trials()
    let isOver = false
    // A test that throws has lost something, too: nobody knows what.
    onTestFinished(() => note({ method: name, trials: trials.count, losses: trials.losses.length + (isOver ? 0 : 1) }))
    await work(trials)
    isOver = true
    // A long run tells it now, and not in an hour.
    if (trials.losses.length > 0) process.stderr.write(`${name}:\n${trials.losses.slice(0, 20).map((loss) => `  ${loss}`).join('\n')}\n`)
    expect(trials.losses).toEqual([])
    expect(trials.count).toBeGreaterThan(0)
  }, PATIENCE)
}

function note(record: Record): void {
  const file = process.env['ROWTREE_TRIALS']
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(record)}\n`)
}
