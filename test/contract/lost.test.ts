import { describe, expect, test } from 'vitest'
import type { Change, Store } from '../../src/store/store.ts'
import { changeAt, failure, put, readAll } from '../store/fixtures.ts'
import { eventually } from '../support/eventually.ts'
import { describeEach, type Trial } from '../support/servers.ts'
import { wireTo } from '../support/wire.ts'
import { heldBy, inserted, openFresh, openOn, PAGES, somebody, THREE, values } from './shelf.ts'

/** A batch of every kind of change. */
async function batchOf(store: Store): Promise<Change[]> {
  return [await changeAt(store, 'a/1.html', 'mine'), await changeAt(store, 'a/2.html', undefined), await changeAt(store, 'b/new.html', 'mine')]
}

const OLD = [['a', '1', 'one'], ['a', '2', 'two'], ['a', '3', 'three']]
const NEW = [['a', '1', 'mine'], ['a', '3', 'three'], ['b', 'new', 'mine']]

/** The store writes and reads as before. */
async function expectToGoOn(trial: Trial, store: Store): Promise<void> {
  expect(await put(store, { 'c/later.html': 'later' })).toMatchObject({ committed: true })
  expect((await readAll(store)).rows.map(({ key }) => key.join('/'))).toContain('c/later')
  expect((await heldBy(trial)).at(-1)).toEqual(['c', 'later', 'later'])
}

describeEach('a connection that is lost', (trial) => {
  test('while nobody asks is made again', async () => {
    const store = await openFresh(trial, THREE)
    await put(store, { 'a/1.html': 'first' })
    await readAll(store)
    for (const ask of [() => store.count(), () => readAll(store), () => store.find(['a/1.html']), () => store.token(), () => put(store, { 'a/2.html': 'second' })]) {
      expect(await trial.killOthers()).toBeGreaterThan(0)
      await expect(ask()).resolves.toBeDefined()
    }
    await expectToGoOn(trial, store)
  })

  test('while nobody asks lets the token move, or nothing happened', async () => {
    const store = await openFresh(trial, THREE)
    await put(store, { 'a/1.html': 'first' })
    const before = await store.token()
    await trial.killOthers()
    await trial.execute("update pages set body = 'theirs' where slug = '2'")
    expect(await store.token()).not.toBe(before)
  })

  test('amid a batch is made again, and the batch begun anew', async () => {
    const store = await openFresh(trial, THREE)
    const changes = await batchOf(store)
    const other = await somebody(trial)
    await other.execute("begin; update pages set body = 'theirs' where slug = '2'")
    const applied = store.apply(changes, () => {})
    await eventually('the store waits', async () => (await trial.waiting()) > 0)
    // Whoever holds the lock goes, too.
    expect(await trial.killOthers()).toBeGreaterThan(1)
    expect(await applied).toMatchObject({ committed: true, outcomes: [{ kind: 'done' }, { kind: 'done' }, { kind: 'done' }] })
    expect(await heldBy(trial)).toEqual(NEW)
    await expectToGoOn(trial, store)
  })

  test('and cannot be made again takes the whole batch back', async () => {
    await trial.fresh(THREE)
    const wire = await wireTo(trial.url)
    const store = await openOn(trial, { url: wire.url })
    const changes = await batchOf(store)
    const other = await somebody(trial)
    await other.execute("begin; update pages set body = 'theirs' where slug = '2'")
    const applied = failure(store.apply(changes, () => {}))
    await eventually('the store waits', async () => (await trial.waiting()) > 0)
    await wire.down()
    expect((await applied).code).toMatch(/^store-(unreachable|unwritable)$/)
    await other.execute('rollback')
    expect(await heldBy(trial)).toEqual(OLD)
    await wire.up()
    await expectToGoOn(trial, store)
  })

  test.each([['before', 'the server hears it', true], ['after', 'it is done', false]] as const)('at the commit, %s %s, is made again, and the batch is found whole or absent', async (when, _, isAbsent) => {
    await trial.fresh(THREE)
    const wire = await wireTo(trial.url)
    const store = await openOn(trial, { url: wire.url })
    const changes = await batchOf(store)
    let calls = 0
    const applied = await store.apply(changes, () => {
      if (calls++ === 0) wire.cut(when, /commit/i)
    })
    expect([calls, wire.isCut]).toEqual([2, true])
    expect(applied).toMatchObject({ committed: true, outcomes: changes.map(() => ({ kind: 'done', written: isAbsent })) })
    expect(await heldBy(trial)).toEqual(NEW)
    await expectToGoOn(trial, store)
  })

  test('amid the rows is an error, not fewer rows', async () => {
    const store = await openFresh(trial, PAGES + values(6, (part) => inserted('pages', values(500, (index) => `'${part}', '${index}', '${'x'.repeat(4_000)}'`))).join(''))
    let rows = 0
    let killed = 0
    const read = async (): Promise<string> => {
      for await (const chunk of store.read()) {
        if (rows === 0) killed = await trial.killOthers()
        rows += chunk.rows.length
      }
      return 'all'
    }
    const told = await read().catch((error: unknown) => (error as { code: string }).code)
    expect(killed).toBeGreaterThan(0)
    expect(told === 'all' ? rows : told).toSatisfy((result: unknown) => result === 3000 || /^store-(unreadable|unreachable)$/.test(String(result)))
    expect((await readAll(store)).rows.length).toBe(3000)
  })

  describe('to a server that is gone', () => {
    test('is told, and made again when the server is back', async () => {
      await trial.fresh(THREE)
      const wire = await wireTo(trial.url)
      const store = await openOn(trial, { url: wire.url })
      const changes = await batchOf(store)
      await wire.down()
      for (const ask of [() => store.count(), () => readAll(store), () => store.find(['a/1.html']), () => store.token(), () => store.apply(changes, () => {})]) {
        expect(await failure(ask())).toMatchObject({ code: 'store-unreachable' })
      }
      await wire.up()
      expect(await store.count()).toBe(3)
      expect(await store.apply(changes, () => {})).toMatchObject({ committed: true })
      expect(await heldBy(trial)).toEqual(NEW)
    })

    test('is told at the opening', async () => {
      await trial.fresh(THREE)
      const wire = await wireTo(trial.url)
      await wire.down()
      expect(await failure(openOn(trial, { url: wire.url }))).toMatchObject({ code: 'store-unreachable' })
    })

    test('tells a database that is not there', async () => {
      const url = Object.assign(new URL(trial.url), { pathname: '/rt_nobody_has_this', password: 's3cret' }).href
      const error = await failure(openOn(trial, { url }))
      expect(error.code).toMatch(trial.kind === 'mysql' ? /^store-/ : /^store-missing$/)
      expect(JSON.stringify([error.message, error.path, String(error.cause)])).not.toContain('s3cret')
    })
  })
}, ['mysql', 'postgres'])
