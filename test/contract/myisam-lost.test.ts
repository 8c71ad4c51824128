import { expect, test } from 'vitest'
import { changeAt } from '../store/fixtures.ts'
import { describeEach } from '../support/servers.ts'
import { wireTo } from '../support/wire.ts'
import { makeBoard } from './mybb-board.ts'
import { heldBy, openOn } from './shelf.ts'

const THREE = "create table pages (site varchar(50), slug varchar(50), body text, primary key (site, slug)) engine=MyISAM; insert into pages values ('a', '1', 'one'), ('a', '2', 'two'), ('a', '3', 'three')"
const failed = (words: string): object => ({ kind: 'failed', problem: { code: 'write-failed', message: expect.stringContaining(words) as string } })

describeEach('a connection that is lost amid rows that cannot be taken back', (trial) => {
  test.each(['lock tables', 'for update'])('before any is written is made again: %s', async (words) => {
    await trial.fresh(THREE)
    const wire = await wireTo(trial.url)
    const store = await openOn(trial, { url: wire.url })
    const changes = [await changeAt(store, 'a/1.html', 'mine'), await changeAt(store, 'a/2.html', undefined)]
    wire.cut('before', new RegExp(words))
    expect(await store.apply(changes, () => {})).toMatchObject({ committed: true, outcomes: [{ kind: 'done', written: true }, { kind: 'done', written: true }] })
    expect(wire.isCut).toBe(true)
    expect(await heldBy(trial)).toEqual([['a', '1', 'mine'], ['a', '3', 'three']])
  })

  test.each(['before', 'after'] as const)('at the first one: nobody can tell of that, and of the others it is told, %s', async (when) => {
    await trial.fresh(THREE)
    const wire = await wireTo(trial.url)
    const store = await openOn(trial, { url: wire.url })
    const changes = [await changeAt(store, 'a/1.html', 'mine'), await changeAt(store, 'a/2.html', 'mine')]
    wire.cut(when, /update  ?`pages`/)
    expect(await store.apply(changes, () => {})).toMatchObject({ committed: true, outcomes: [failed('nobody can tell'), failed('not reached')] })
    expect(await heldBy(trial)).toEqual([['a', '1', when === 'after' ? 'mine' : 'one'], ['a', '2', 'two'], ['a', '3', 'three']])
  })

  test('before the lists of its theme are made: the stylesheet is named', async () => {
    await makeBoard(trial, 'MyISAM')
    const wire = await wireTo(trial.url)
    const store = await openOn(trial, { url: wire.url, preset: 'mybb' })
    const changes = [await changeAt(store, 'styles/Default/b.css', 'mine'), await changeAt(store, 'template_sets/One/Ungrouped Templates/c.html', 'mine')]
    wire.cut('before', /stylesheets, allowedgroups|select tid, pid, def/)
    const applied = await store.apply(changes, () => {})
    expect(wire.isCut).toBe(true)
    expect(applied).toMatchObject({ committed: true, outcomes: [{ kind: 'done', written: true }, { kind: 'done', written: true }] })
    expect(applied).toMatchObject({ problems: [{ path: 'styles/Default/b.css', code: 'cache-stale', message: expect.stringContaining('styles/Default/b.css') as string }] })
  })

  test('lists that cannot be made do not make a written row one that was refused', async () => {
    const board = await makeBoard(trial, 'MyISAM')
    await board.run("update mybb_themes set properties = 'garbage'")
    const applied = await board.store.apply([await changeAt(board.store, 'styles/Default/b.css', 'mine')], () => {})
    expect(await board.rows('select stylesheet from mybb_themestylesheets where sid = 3')).toEqual([['mine']])
    expect(applied).toMatchObject({ committed: true, outcomes: [{ kind: 'done', written: true }], problems: [{ path: 'styles/Default/b.css', code: 'cache-stale' }] })
  })
}, ['mysql'])
