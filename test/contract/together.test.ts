import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/digest.ts'
import type { Applied, Store } from '../../src/store/store.ts'
import { changeAt, findOne, put } from '../store/fixtures.ts'
import { eventually } from '../support/eventually.ts'
import { describeEach } from '../support/servers.ts'
import { heldBy, LOOSE, openFresh, openOn, PAGES, somebody, THREE } from './shelf.ts'

const WAL = (kind: string): string => (kind === 'sqlite' ? 'pragma journal_mode = wal;' : '')

/** Adds so many lines to a row, each again where somebody else was faster. */
async function addLines(store: Store, path: string, name: string, lines: number): Promise<void> {
  for (let done = 0; done < lines;) {
    const found = await findOne(store, path)
    if (found.kind !== 'row') throw new Error('The row is gone')
    const { collection, key, content } = found.row
    const applied = await store.apply([{ path, collection, key, expected: digestOf(content), content: Buffer.from(`${String(content)}${name}${done}\n`) }], () => {})
    if (!applied.committed) throw new Error(applied.problem.message)
    if (applied.outcomes[0]!.kind === 'done') done++
  }
}

function kindsOf(applied: Applied): string[] {
  return applied.committed ? applied.outcomes.map((outcome) => (outcome.kind === 'done' && !outcome.written ? 'kept' : outcome.kind)) : [applied.problem.code]
}

describeEach('at the same time', (trial) => {
  test('three stores add lines to one row, and no line is lost', async () => {
    await trial.fresh(`${PAGES} insert into pages values ('a', 'n', '')`)
    const stores = [await openOn(trial), await openOn(trial), await openOn(trial)]
    await Promise.all(stores.map((store, index) => addLines(store, 'a/n.html', 'abc'[index]!, 12)))
    const lines = (await heldBy(trial))[0]![2]!.trimEnd().split('\n')
    expect(lines.toSorted()).toEqual([...'abc'].flatMap((name) => Array.from({ length: 12 }, (_, index) => `${name}${index}`)).toSorted())
  })

  test.each([['an index', PAGES], ['none', LOOSE]])('two stores make one row, and only one has made it, with %s', async (_, table) => {
    await trial.fresh(table)
    const stores = [await openOn(trial), await openOn(trial)]
    for (let round = 0; round < 8; round++) {
      const path = `a/${round}.html`
      const changes = [await changeAt(stores[0]!, path, 'first'), await changeAt(stores[1]!, path, 'second')]
      const applied = await Promise.all(stores.map((store, index) => store.apply([changes[index]!], () => {})))
      expect(applied.flatMap(kindsOf).toSorted()).toEqual(['changed', 'done'])
    }
    const held = await heldBy(trial)
    expect(held.map((record) => record[1])).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
  })

  test('two stores write overlapping batches, and each batch is whole', async () => {
    await trial.fresh(`${PAGES} insert into pages values ${Array.from({ length: 40 }, (_, index) => `('a', '${index}', 'x')`).join(', ')}`)
    const stores = [await openOn(trial), await openOn(trial)]
    const all = Array.from({ length: 40 }, (_, index) => `a/${index}.html`)
    const orders = [all, all.toReversed()]
    const changes = await Promise.all(stores.map((store, index) => Promise.all(orders[index]!.map((path) => changeAt(store, path, `of ${index}`)))))
    const applied = await Promise.all(stores.map((store, index) => store.apply(changes[index]!, () => {})))
    expect(applied.map((one) => [...new Set(kindsOf(one))].join()).toSorted()).toEqual(['changed', 'done'])
    expect(new Set((await heldBy(trial)).map((record) => record[2])).size).toBe(1)
  })

  test('a row that somebody else is just changing is waited for, and left alone then', async () => {
    const store = await openFresh(trial, THREE)
    const changes = [await changeAt(store, 'a/1.html', 'mine'), await changeAt(store, 'a/2.html', 'mine')]
    const other = await somebody(trial)
    await other.execute("begin; update pages set body = 'theirs' where slug = '1'")
    const applied = store.apply(changes, () => {})
    await eventually('the store waits', async () => (await trial.waiting()) > 0)
    await other.execute('commit')
    expect(kindsOf(await applied)).toEqual(['changed', 'done'])
    expect((await heldBy(trial)).map((record) => record[2])).toEqual(['theirs', 'mine', 'three'])
  })

  test('a row that somebody else was changing is written when they do not', async () => {
    const store = await openFresh(trial, THREE)
    const changes = [await changeAt(store, 'a/1.html', 'mine'), await changeAt(store, 'a/2.html', undefined)]
    const other = await somebody(trial)
    await other.execute("begin; update pages set body = 'theirs'")
    const applied = store.apply(changes, () => {})
    await eventually('the store waits', async () => (await trial.waiting()) > 0)
    await other.execute('rollback')
    expect(kindsOf(await applied)).toEqual(['done', 'done'])
    expect(await heldBy(trial)).toEqual([['a', '1', 'mine'], ['a', '3', 'three']])
  })

  test('a row that somebody else is just making is not made twice', async () => {
    const store = await openFresh(trial, PAGES)
    const change = await changeAt(store, 'a/1.html', 'mine')
    const other = await somebody(trial)
    await other.execute("begin; insert into pages values ('a', '1', 'theirs')")
    const applied = store.apply([change], () => {})
    await eventually('the store waits', async () => (await trial.waiting()) > 0)
    await other.execute('commit')
    expect(kindsOf(await applied)).toEqual(['changed'])
    expect(await heldBy(trial)).toEqual([['a', '1', 'theirs']])
  })

  test('who writes to a row of the batch comes after it', async () => {
    const store = await openFresh(trial, THREE)
    const other = await somebody(trial)
    let theirs: Promise<string> | undefined
    const changes = [await changeAt(store, 'a/1.html', 'mine')]
    expect(await store.apply(changes, () => {
      theirs = other.execute("update pages set body = 'theirs' where slug = '1' and body = 'one'").then(() => 'waited', String)
    })).toMatchObject({ committed: true })
    // SQLite lets nobody wait.
    expect(await theirs).toMatch(trial.kind === 'sqlite' ? /locked/ : /^waited$/)
    expect((await heldBy(trial))[0]).toEqual(['a', '1', 'mine'])
  })

  test('nobody sees a half batch, and readers go on', async () => {
    const store = await openFresh(trial, WAL(trial.kind) + THREE)
    const reader = await openOn(trial)
    const changes = [await changeAt(store, 'a/1.html', 'mine'), await changeAt(store, 'a/2.html', undefined), await changeAt(store, 'b/new.html', 'mine')]
    const before = await heldBy(trial)
    const seen: Promise<unknown>[] = []
    const all = ['a/1.html', 'a/2.html', 'b/new.html']
    await store.apply(changes, () => seen.push(reader.find(all)))
    const found = (await seen[0]) as Awaited<ReturnType<Store['find']>>
    // Asked before the commit, answered before or after it.
    expect([['row', 'row', 'vacant'], ['row', 'vacant', 'row']]).toContainEqual(found.map(({ kind }) => kind))
    expect(before.length).toBe(3)
  })
})

describeEach('at the same time', (trial) => {
  test('a deadlock is tried again', async () => {
    const store = await openFresh(trial, THREE)
    const changes = [await changeAt(store, 'a/1.html', 'mine'), await changeAt(store, 'a/2.html', 'mine'), await changeAt(store, 'a/3.html', 'mine')]
    const other = await somebody(trial)
    // More work than ours: the database ends who did less.
    await other.execute(`begin; insert into pages values ${Array.from({ length: 200 }, (_, index) => `('z', '${index}', 'x')`).join(', ')}; update pages set body = 'theirs' where slug = '3' and site = 'a'`)
    const applied = store.apply(changes, () => {})
    await eventually('the store waits', async () => (await trial.waiting()) > 0)
    const theirs = await other.execute("update pages set body = 'theirs' where slug = '1' and site = 'a'; commit").then(() => 'committed', () => other.execute('rollback').then(() => 'lost'))
    expect(kindsOf(await applied)).toEqual(theirs === 'committed' ? ['changed', 'done', 'changed'] : ['done', 'done', 'done'])
    const [one, two, three] = theirs === 'committed' ? ['theirs', 'mine', 'theirs'] : ['mine', 'mine', 'mine']
    expect((await heldBy(trial)).slice(0, 3)).toEqual([['a', '1', one], ['a', '2', two], ['a', '3', three]])
  })

  describe('with nobody else', () => {
    test('a batch that begins anew tells what it does once more, and only the last time counts', async () => {
      const store = await openFresh(trial, THREE)
      const calls: unknown[] = []
      expect(await store.apply([await changeAt(store, 'a/1.html', 'mine')], (previous) => calls.push(previous))).toMatchObject({ committed: true })
      expect(calls).toEqual([['one']])
      expect(await put(store, { 'a/1.html': 'again' })).toMatchObject({ committed: true })
    })
  })
}, ['mysql', 'postgres'])
