import * as fc from 'fast-check'
import process from 'node:process'
import { amount, SEED } from '../support/method.ts'

/** The step of fast-check's search that failed, to begin with. */
const PATH = process.env['ROWTREE_PATH']

/** Shrinking tries hundreds of sequences, and a test has but so many milliseconds. */
const LIMIT = amount(15_000, 900_000)

/** What a search found. */
export interface Search<T> {
  readonly runs: number
  /** The shortest sequence that fails, and why. */
  readonly failure: { readonly value: T; readonly error: unknown } | undefined
  /** What replays the failure. */
  readonly replay: string
}

/**
 * Tries many sequences and, when one fails, looks for the shortest that does. The seed is printed; `ROWTREE_SEED=… ROWTREE_PATH=…` replays a failure
 * without the search for it.
 *
 * @param attempt throws what is wrong
 */
export async function search<T>(name: string, arbitrary: fc.Arbitrary<T>, numRuns: number, attempt: (value: T) => Promise<void>): Promise<Search<T>> {
  process.stderr.write(`${name}: ROWTREE_SEED=${SEED}${PATH === undefined ? '' : ` ROWTREE_PATH=${PATH}`}\n`)
  const property = fc.asyncProperty(arbitrary, attempt)
  const found = await fc.check(property, { seed: SEED, numRuns, interruptAfterTimeLimit: LIMIT, ...(PATH !== undefined && { path: PATH, endOnFailure: true }) })
  const { failed, numRuns: runs, counterexample, counterexamplePath, errorInstance } = found
  const failure = failed && counterexample ? { value: counterexample[0], error: errorInstance } : undefined
  return { runs, failure, replay: `ROWTREE_SEED=${SEED} ROWTREE_PATH=${counterexamplePath ?? ''}` }
}
