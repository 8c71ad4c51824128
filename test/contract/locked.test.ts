import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { changeAt, failure, literals, makeDatabase, open } from '../store/fixtures.ts'
import { eventually } from '../support/eventually.ts'
import { DATABASES, trialOf, type Trial } from '../support/servers.ts'
import { inWords } from '../support/servers/words.ts'
import { heldBy, openFresh, somebody, THREE } from './shelf.ts'

const PRESENT = DATABASES.filter(({ absent }) => absent === '')

// All of them at once: each is patient for seconds.
test(`a lock that stays is told, nothing is changed, and later it can be written: ${PRESENT.map(({ kind }) => kind).join(', ')}`, async () => {
  const trials = PRESENT.map(trialOf)
  try {
    await Promise.all(trials.map((trial) => trial.begin()))
    const [told] = await Promise.all([Promise.all(trials.map(writeUnderLock)), askWhileOthersWrite(), commitWhileOthersRead(trials)])
    const expected = {
      code: 'store-locked', message: expect.stringMatching(/^Cannot write the store .*Try again when/) as string,
      meanwhile: [['a', '1', 'one'], ['a', '2', 'two'], ['a', '3', 'three']], later: [['a', '1', 'mine'], ['a', '2', 'two'], ['a', '3', 'mine']],
    }
    expect(told).toEqual(trials.map(() => expected))
  } finally {
    for (const trial of trials) await trial.end()
  }
}, 20_000)

async function writeUnderLock(trial: Trial): Promise<object> {
  const store = await openFresh(trial, THREE)
  const changes = [await changeAt(store, 'a/1.html', 'mine'), await changeAt(store, 'a/3.html', 'mine')]
  const other = await somebody(trial)
  await other.execute("begin; update pages set body = 'theirs' where slug = '3'")
  const error = await failure(store.apply(changes, () => {}))
  expect(error).toMatchObject(trial.kind === 'sqlite' ? locked('write', trial.url.slice('sqlite:'.length)) : {})
  await other.execute('rollback')
  const meanwhile = await heldBy(trial)
  await store.apply(changes, () => {})
  const later = await heldBy(trial)
  await store.close()
  return { code: error.code, message: error.message, meanwhile, later }
}

/** In SQLite a reader keeps others from committing: they are told at the end. */
async function commitWhileOthersRead(trials: readonly Trial[]): Promise<void> {
  // SQLite holds up the whole thread, and with it who only begins to wait.
  for (const trial of trials) await eventually('the others wait', async () => (await trial.waiting()) > 0)
  const { directory, file } = makeDatabase(inWords('sqlite', THREE))
  const store = await open(directory)
  const before = literals(file, 'pages', ['site', 'slug', 'body'])
  const change = await changeAt(store, 'a/1.html', 'new')
  const other = personOf(file)
  other.exec('begin; select * from pages')
  let called = 0
  expect(await failure(store.apply([change], () => called++))).toMatchObject(locked('write', file))
  expect(called).toBe(1)
  other.exec('rollback')
  expect(literals(file, 'pages', ['site', 'slug', 'body'])).toEqual(before)
  expect(await store.apply([change], () => {})).toMatchObject({ committed: true })
}

/** In SQLite somebody may keep a database to themselves, so that not even the token is known. */
async function askWhileOthersWrite(): Promise<void> {
  const { directory, file } = makeDatabase(inWords('sqlite', THREE))
  const store = await open(directory)
  const before = await store.token()
  const other = personOf(file)
  other.exec("begin exclusive; update pages set body = 'theirs'")
  expect(await failure(store.token())).toMatchObject(locked('read', file))
  other.exec('commit')
  expect(await store.token()).not.toBe(before)
}

function locked(what: 'read' | 'write', file: string): object {
  return { code: 'store-locked', errno: 'SQLITE_BUSY', path: file, message: `Cannot ${what} the store ${file}: another program has locked it. Try again when that program is done` }
}

function personOf(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  onTestFinished(() => database.close())
  return database
}
