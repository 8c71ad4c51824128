import { expect, test } from 'vitest'
import { changeAt } from '../store/fixtures.ts'
import { describeEach } from '../support/servers.ts'
import { heldBy, openFresh, THREE } from './shelf.ts'

describeEach('a table that gets another engine while it is open', (trial) => {
  test('is written row by row, what it held is told before, and what was refused by name', async () => {
    const store = await openFresh(trial, `${THREE} create trigger t before update on pages for each row if new.slug = '2' then signal sqlstate '45000' set message_text = 'closed'; end if;`)
    const changes = [await changeAt(store, 'a/1.html', 'mine'), await changeAt(store, 'a/2.html', 'mine'), await changeAt(store, 'a/3.html', 'mine')]
    await trial.execute('alter table pages engine=MyISAM')
    const told: unknown[] = []
    expect(await store.apply(changes, (previous) => void told.push(previous))).toMatchObject({
      committed: true, outcomes: [{ kind: 'done', written: true }, { kind: 'failed', problem: { path: 'a/2.html', code: 'row-refused' } }, { kind: 'done', written: true }],
    })
    expect(told).toEqual([['one', 'two', 'three']])
    expect(await heldBy(trial)).toEqual([['a', '1', 'mine'], ['a', '2', 'two'], ['a', '3', 'mine']])
    await trial.execute('alter table pages engine=InnoDB')
    expect(await store.apply([await changeAt(store, 'a/1.html', 'again')], () => {})).toMatchObject({ committed: true, outcomes: [{ kind: 'done' }] })
  })
}, ['mysql'])
