import { join } from 'node:path'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary.ts'
import { packsOf } from './fixtures.ts'
import { type Step, Trial } from './trial.ts'

const path = fc.constantFrom('a', 'b', 'c', 'd')
const content = fc.tuple(fc.constantFrom('x', 'y', 'z'), fc.nat(12)).map(([letter, size]) => letter.repeat(size))

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('enter' as const), contents: fc.dictionary(path, content, { minKeys: 1, maxKeys: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('bring back' as const), path, which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('waste' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), path }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('record' as const),
      records: fc.array(fc.record({ path, before: fc.option(content), base: fc.option(path) }), { maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retract' as const), which: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire' as const), maxAge: fc.nat(60), maxSize: fc.nat(80) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('checkpoint' as const, 'commit' as const, 'rollback' as const, 'reopen' as const) }) },
)

it('agrees with a plain model, and keeps exactly the packs that are referred to', () => {
  const directory = temporaryDirectory()
  let trials = 0
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 12, size: 'max' }), { maxLength: 8, size: 'max' }), (rounds) => {
      const file = join(directory, `${trials++}.db`)
      const trial = new Trial(file)
      try {
        for (const steps of rounds) {
          for (const one of steps) {
            trial.run(one)
            expect(trial.seen()).toEqual(trial.expected())
          }
          trial.run({ do: 'commit' })
          expect(trial.seen()).toEqual(trial.expected())
          const { packs, strays } = packsOf(file)
          expect(new Map(packs.map(({ id, live }) => [id, live]))).toEqual(trial.references())
          expect(strays).toBe(0)
        }
      } finally {
        trial.baseline.close()
      }
    }),
    { numRuns: 60 },
  )
})
