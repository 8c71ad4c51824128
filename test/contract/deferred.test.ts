import { expect, test } from 'vitest'
import { digestOf } from '../../src/digest.ts'
import { put } from '../store/fixtures.ts'
import { describeEach } from '../support/servers.ts'
import { heldBy, openFresh, THREE } from './shelf.ts'

describeEach('what PostgreSQL does at the commit', (trial) => {
  const held = [['a', '1', 'one'], ['a', '2', 'two'], ['a', '3', 'three']]

  test('a constraint that waits for it refuses the row, and not the store', async () => {
    const store = await openFresh(trial, `${THREE} create table links (site text, slug text, foreign key (site, slug) references pages deferrable initially deferred); insert into links values ('a', '2')`)
    const refused = { committed: false, problem: { code: 'row-refused', path: 'a/2.html', message: expect.stringContaining('links') as string } }
    expect(await put(store, { 'a/2.html': undefined })).toMatchObject(refused)
    expect(await put(store, { 'a/1.html': 'mine', 'a/2.html': undefined })).toMatchObject({ committed: false, problem: { code: 'row-refused' } })
    expect(await heldBy(trial)).toEqual(held)
    expect(await put(store, { 'a/3.html': undefined })).toMatchObject({ committed: true })
  })

  test('a trigger that waits for it and changes the row is found', async () => {
    const store = await openFresh(trial, `${THREE} create function late() returns trigger language plpgsql as $f$ begin
      update pages set body = upper(body) where slug = new.slug and body <> upper(body); return null; end $f$;
      create constraint trigger late after update on pages deferrable initially deferred for each row execute function late();`)
    expect(await put(store, { 'a/1.html': 'mine' })).toMatchObject({ committed: false, problem: { code: 'not-stored', path: 'a/1.html' } })
    expect(await heldBy(trial)).toEqual(held)
  })

  test('a column that gets another type meanwhile is written', async () => {
    const store = await openFresh(trial, THREE)
    for (const body of ['1', '2', '3']) await put(store, { 'a/1.html': body })
    expect(await store.find(['a/1.html'])).toMatchObject([{ row: { content: '3' } }])
    await trial.execute('alter table pages alter body type varchar(100)')
    const applied = store.apply([{ path: 'a/1.html', collection: 'pages', key: ['a', '1'], expected: digestOf('3'), content: new TextEncoder().encode('4') }], () => {})
    expect(await applied).toMatchObject({ committed: true, outcomes: [{ kind: 'done', written: true }] })
  })
}, ['postgres'])
