import { expect, test } from 'vitest'
import { collection, put } from '../store/fixtures.ts'
import { describeEach } from '../support/servers.ts'
import { heldBy, openFresh, openOn, refusalOf, sorted } from './shelf.ts'

describeEach("a server's limits", (trial) => {
  test.each(['InnoDB', 'MyISAM'])('a file that is larger than a packet is refused alone, and by name: %s', async (engine) => {
    const store = await openFresh(trial, `create table pages (site varchar(50), slug varchar(50), body longtext, primary key (site, slug)) engine=${engine}; insert into pages values ('a', '1', 'one'), ('a', '2', 'two')`)
    const [[limit]] = (await trial.query('select @@max_allowed_packet')) as [[string]]
    const large = 'x'.repeat(Number(limit))
    expect(refusalOf(await put(store, { 'a/2.html': large }))).toMatchObject({ path: 'a/2.html', code: 'row-refused', message: expect.stringContaining('max_allowed_packet') as string })
    expect(await heldBy(trial)).toEqual([['a', '1', 'one'], ['a', '2', 'two']])
    const fits = 'é'.repeat(Math.floor(Number(limit) / 2) - 1_000)
    expect(await put(store, { 'a/1.html': 'ONE', 'a/2.html': fits })).toMatchObject({ committed: true })
    expect((await heldBy(trial)).map(([, , body]) => body!.length)).toEqual([3, fits.length])
  })

  test.each(['InnoDB', 'MyISAM'])('a key of 0 is a key: %s', async (engine) => {
    await trial.fresh(`create table notes (id int auto_increment primary key, body text) engine=${engine}; insert into notes (body) values ('x')`)
    const store = await openOn(trial, { collections: [collection('notes', ['id'], '{id}.html', 'body')] })
    expect(await put(store, { '0.html': 'zero' })).toMatchObject({ committed: true, outcomes: [{ kind: 'done', written: true }] })
    expect(await sorted(trial, 'select id, body from notes')).toEqual([['0', 'zero'], ['1', 'x']])
  })
}, ['mysql'])
