import { expect, test } from 'vitest'
import { changeAt } from '../store/fixtures.ts'
import { describeEach } from '../support/servers.ts'
import { eventually } from '../support/eventually.ts'
import { makeBoard } from './mybb-board.ts'
import { somebody } from './shelf.ts'

describeEach('a board that somebody else changes meanwhile', (trial) => {
  test('keeps their stylesheet in its lists', async () => {
    const { store, rows } = await makeBoard(trial, 'InnoDB')
    // From here on a transaction looks at the tables when it begins.
    await store.token()
    const change = await changeAt(store, 'styles/Default/b.css', 'mine')
    const other = await somebody(trial)
    await other.execute("begin; insert into mybb_themestylesheets (name, tid, attachedto, stylesheet, cachefile) values ('theirs.css', 2, '', 'theirs', 'theirs.css')")
    const applied = store.apply([change], () => {})
    await eventually('the store waits', async () => (await trial.waiting()) > 0)
    await other.execute('commit')
    expect(await applied).toMatchObject({ committed: true, outcomes: [{ kind: 'done', written: true }] })
    const [lists] = await rows('select stylesheets, properties from mybb_themes where tid = 2')
    expect(lists).toEqual([expect.stringContaining('theirs.css'), expect.stringContaining('theirs.css')])
  })
}, ['mysql', 'postgres'])
