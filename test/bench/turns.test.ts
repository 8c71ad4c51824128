import { expect, it } from 'vitest'
import { turns } from '../../bench/turns.ts'

it('does all kinds of work once a round, in their order, with what is not timed around each', async () => {
  const trail: string[] = []
  const work = (name: string): Parameters<typeof turns>[0][string] => ({
    before: (round) => void trail.push(`before ${name} ${round}`),
    run: async (round) => void trail.push(`${name} ${round}`),
    after: async (round) => void trail.push(`after ${name} ${round}`),
  })
  const times = await turns({ one: work('one'), two: work('two') }, 1)
  expect(trail).toEqual([0, 1].flatMap((round) => ['one', 'two'].flatMap((name) => [`before ${name} ${round}`, `${name} ${round}`, `after ${name} ${round}`])))
  expect(Object.values(times).map(({ later }) => later.length)).toEqual([1, 1])
})

it('takes the seconds of whoever knows better, the first round apart, in the order of the rounds', async () => {
  const { work } = await turns({ work: { run: (round) => [0.5, 0.3, 0.4][round]! } }, 2)
  expect(work.first).toBeCloseTo(0.5, 9)
  expect(work.later).toHaveLength(2)
  expect(work.later[0]).toBeCloseTo(0.3, 9)
  expect(work.later[1]).toBeCloseTo(0.4, 9)
})

it.each(['before', 'run', 'after'] as const)('ends with what fails in %s', async (part) => {
  const failing = {
    run: () => {},
    [part]() {
      throw new Error(`${part} failed`)
    },
  }
  await expect(turns({ work: failing }, 1)).rejects.toThrow(`${part} failed`)
})
