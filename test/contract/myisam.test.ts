import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/digest.ts'
import { changeAt, collection, put, readAll } from '../store/fixtures.ts'
import { putBack } from '../store/put-back.ts'
import { describeEach } from '../support/servers.ts'
import { heldBy, openFresh, refusalOf, somebody, sorted } from './shelf.ts'

const PAGES = 'create table pages (site $key not null, slug $key not null, body varchar(20) character set utf8mb4, primary key (site, slug)) engine=MyISAM;'
const THREE = `${PAGES} insert into pages values ('a', '1', 'one'), ('a', '2', 'two'), ('a', '3', 'three');`
const done = (content: string | undefined, written = true): object => ({ kind: 'done', written, digest: content === undefined ? undefined : digestOf(content) })

const failed = (untouched?: true): object => ({ kind: 'failed', problem: expect.objectContaining({ code: 'row-refused' }) as object, ...(untouched && { untouched }) })

describeEach('tables without transactions', (trial) => {
  test('are written', async () => {
    const store = await openFresh(trial, THREE)
    let previous: unknown
    const changes = [await changeAt(store, 'a/1.html', 'ONE'), await changeAt(store, 'a/2.html', undefined), await changeAt(store, 'b/x.html', 'new'), await changeAt(store, 'a/3.html', 'three')]
    expect(await store.apply(changes, (all) => (previous = all))).toEqual({ committed: true, outcomes: [done('ONE'), done(undefined), done('new'), done('three', false)] })
    expect(previous).toEqual(['one', 'two', undefined, 'three'])
    expect(await heldBy(trial)).toEqual([['a', '1', 'ONE'], ['a', '3', 'three'], ['b', 'x', 'new']])
    expect((await readAll(store)).rows.length).toBe(3)
  })

  test('leave rows alone that changed meanwhile', async () => {
    const store = await openFresh(trial, THREE)
    const changes = [await changeAt(store, 'a/1.html', 'mine'), await changeAt(store, 'a/2.html', 'mine'), await changeAt(store, 'b/x.html', 'mine')]
    await trial.execute("update pages set body = 'theirs' where slug = '1'; insert into pages values ('b', 'x', 'theirs')")
    expect(await store.apply(changes, () => {})).toEqual({ committed: true, outcomes: [{ kind: 'changed' }, done('mine'), { kind: 'changed' }] })
    expect(await heldBy(trial)).toEqual([['a', '1', 'theirs'], ['a', '2', 'mine'], ['a', '3', 'three'], ['b', 'x', 'theirs']])
  })

  test('keep what was written before one row is refused, and the report says so', async () => {
    const store = await openFresh(trial, `${THREE} create trigger t before update on pages for each row if new.slug = '2' then signal sqlstate '45000' set message_text = 'closed'; end if;`)
    const changes = [await changeAt(store, 'a/1.html', 'mine'), await changeAt(store, 'a/2.html', 'mine'), await changeAt(store, 'a/3.html', 'mine')]
    const applied = await store.apply(changes, () => {})
    const held = (await heldBy(trial)).map((record) => record[2])
    expect(held[1]).toBe('two')
    // Each outcome says what the row holds.
    const said = applied.committed ? applied.outcomes.map(({ kind }) => kind === 'done') : []
    expect(said).toEqual(held.map((body) => body === 'mine'))
    expect(refusalOf(applied)).toMatchObject({ path: 'a/2.html', code: 'row-refused', message: expect.stringContaining('closed') as string })
    expect(await put(store, { 'a/1.html': 'again' })).toMatchObject({ committed: true })
  })

  test('tell whether a row that was refused holds what it held', async () => {
    const store = await openFresh(trial, `${THREE} create trigger b before update on pages for each row if new.slug = '1' then signal sqlstate '45000' set message_text = 'closed'; end if;
      create trigger a after update on pages for each row if new.slug = '2' then signal sqlstate '45000' set message_text = 'late'; end if;`)
    const applied = await put(store, { 'a/1.html': 'mine', 'a/2.html': 'mine' })
    expect(applied).toEqual({ committed: true, outcomes: [failed(true), failed()] })
    expect((await heldBy(trial)).map((record) => record[2])).toEqual(['one', 'mine', 'three'])
  })

  test('tell of a value that was changed', async () => {
    const store = await openFresh(trial, `${THREE} create trigger t before update on pages for each row set new.body = upper(new.body);`)
    const applied = await put(store, { 'a/1.html': 'mine' })
    expect(refusalOf(applied)).toMatchObject({ path: 'a/1.html', code: 'not-stored' })
  })

  test('are not touched where the caller fails: it is told before anything is written', async () => {
    const store = await openFresh(trial, THREE)
    const changes = [await changeAt(store, 'a/1.html', 'mine'), await changeAt(store, 'a/2.html', undefined)]
    const error = new Error('no room for history')
    await expect(store.apply(changes, () => { throw error })).rejects.toBe(error)
    expect(await heldBy(trial)).toEqual([['a', '1', 'one'], ['a', '2', 'two'], ['a', '3', 'three']])
  })

  test('are kept from others while they are written', async () => {
    const store = await openFresh(trial, THREE)
    const other = await somebody(trial)
    const change = await changeAt(store, 'a/1.html', 'mine')
    let theirs: Promise<void> | undefined
    expect(await store.apply([change], () => {
      theirs = other.execute("update pages set body = 'theirs' where slug = '1' and body = 'one'")
    })).toMatchObject({ committed: true })
    await theirs
    expect((await heldBy(trial))[0]![2]).toMatch(/^(mine|theirs)$/)
    await other.execute("update pages set body = 'theirs'")
    expect((await heldBy(trial))[0]![2]).toBe('theirs')
  })

  test('get deleted rows back with all their columns', async () => {
    const store = await openFresh(trial, "create table pages (id $id, site $key, slug $key, body $text, title $key not null) engine=MyISAM; insert into pages values (7, 'a', '1', 'one', 'mine'), (8, 'a', '2', null, 'also')")
    const before = await sorted(trial, 'select * from pages')
    for (const path of ['a/1.html', 'a/2.html']) {
      expect(await putBack(store, await changeAt(store, path, undefined))).toMatchObject({ committed: true })
      expect(await sorted(trial, 'select * from pages')).toEqual(before)
    }
  })

  describe('the token', () => {
    test('moves for others alone', async () => {
      const store = await openFresh(trial, THREE)
      await put(store, { 'a/1.html': 'first' })
      const before = await store.token()
      await put(store, { 'a/1.html': 'second' })
      expect(await store.token()).toBe(before)
      await trial.execute("update pages set body = 'theirs' where slug = '2'")
      expect(await store.token()).not.toBe(before)
    })
  })

  test('are written as structured rows, too', async () => {
    const items = collection('items', ['id'], '{id}.yaml', ['title', 'size'], { updates: 'increment' })
    const store = await openFresh(trial, "create table items (id int primary key, title $text, size int, updates int) engine=MyISAM; insert into items values (1, 'x', 2, 0)", { collections: [items] })
    expect(await put(store, { '1.yaml': 'title: y\nsize: 3\n', '2.yaml': 'title: z\nsize: 4\n' })).toMatchObject({ committed: true })
    expect(await sorted(trial, 'select * from items')).toEqual([['1', 'y', '3', '1'], ['2', 'z', '4', '1']])
  })
}, ['mysql'])
