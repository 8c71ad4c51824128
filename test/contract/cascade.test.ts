import { expect, test } from 'vitest'
import { changeAt, collection } from '../store/fixtures.ts'
import { describeEach } from '../support/servers.ts'
import { openFresh, sorted } from './shelf.ts'

const FAMILY = `create table parents (id int primary key, body varchar(100)) $transactional;
  create table kids (id int primary key, parent int, body varchar(100), foreign key (parent) references parents (id) on delete cascade) $transactional;
  insert into parents values (1, 'p1'), (2, 'p2'); insert into kids values (1, 1, 'k1'), (2, 2, 'k2');`
const collections = [collection('parents', ['id'], 'parents/{id}', 'body'), collection('kids', ['id'], 'kids/{id}', 'body')]

describeEach('rows that a foreign key takes along', (trial) => {
  test('are deleted with theirs, and history is told all that they held', async () => {
    const store = await openFresh(trial, FAMILY, { collections })
    const changes = [await changeAt(store, 'parents/1', undefined), await changeAt(store, 'kids/1', undefined)]
    const told: { previous: readonly unknown[]; rests: readonly (Uint8Array | undefined)[] }[] = []
    const applied = await store.apply(changes, (previous, _, rests) => void told.push({ previous, rests }))
    expect(applied).toMatchObject({ committed: true, outcomes: [{ kind: 'done', written: true }, { kind: 'done', written: true }] })
    expect(await sorted(trial, 'select id, parent, body from kids')).toEqual([['2', '2', 'k2']])
    expect(told.map(({ previous }) => previous)).toEqual([['p1', 'k1']])
    const back = changes.map((change, index) => ({ ...change, expected: undefined, content: new TextEncoder().encode(['p1', 'k1'][index]), rest: told[0]!.rests[index] }))
    expect(await store.apply(back, () => {})).toMatchObject({ committed: true })
    expect(await sorted(trial, 'select id, parent, body from kids')).toEqual([['1', '1', 'k1'], ['2', '2', 'k2']])
  })

  test('are not taken along where they are written in the same batch', async () => {
    const store = await openFresh(trial, FAMILY, { collections })
    const changes = [await changeAt(store, 'parents/1', undefined), await changeAt(store, 'kids/1', 'mine')]
    expect(await store.apply(changes, () => {})).toMatchObject({ committed: false, problem: { path: 'kids/1' } })
    expect(await sorted(trial, 'select body from kids')).toEqual([['k1'], ['k2']])
  })
}, ['mysql', 'postgres'])
