import { expect, test } from 'vitest'
import { changeAt, failure } from '../store/fixtures.ts'
import { DATABASES, trialOf, type Trial } from '../support/servers.ts'
import { heldBy, openFresh, somebody, THREE } from './shelf.ts'

const PRESENT = DATABASES.filter(({ absent }) => absent === '')

// All of them at once: each is patient for seconds.
test(`a lock that stays is told, nothing is changed, and later it can be written: ${PRESENT.map(({ kind }) => kind).join(', ')}`, async () => {
  const told = await Promise.all(PRESENT.map(async (tested) => {
    const trial = trialOf(tested)
    try {
      await trial.begin()
      return await writeUnderLock(trial)
    } finally {
      await trial.end()
    }
  }))
  const expected = {
    code: 'store-locked', message: expect.stringMatching(/^Cannot write the store .*Try again when/) as string,
    meanwhile: [['a', '1', 'one'], ['a', '2', 'two'], ['a', '3', 'three']], later: [['a', '1', 'mine'], ['a', '2', 'two'], ['a', '3', 'mine']],
  }
  expect(told).toEqual(PRESENT.map(() => expected))
}, 20_000)

async function writeUnderLock(trial: Trial): Promise<object> {
  const store = await openFresh(trial, THREE)
  const changes = [await changeAt(store, 'a/1.html', 'mine'), await changeAt(store, 'a/3.html', 'mine')]
  const other = await somebody(trial)
  await other.execute("begin; update pages set body = 'theirs' where slug = '3'")
  const { code, message } = await failure(store.apply(changes, () => {}))
  await other.execute('rollback')
  const meanwhile = await heldBy(trial)
  await store.apply(changes, () => {})
  const later = await heldBy(trial)
  await store.close()
  return { code, message, meanwhile, later }
}
