import { describe, expect, test } from 'vitest'
import { encodeFields } from '../../src/core/codec.ts'
import { digestOf } from '../../src/digest.ts'
import type { Store } from '../../src/store/store.ts'
import { changeAt, collection, findOne, put, readAll } from '../store/fixtures.ts'
import { describeEach } from '../support/servers.ts'
import { COLUMN_TYPES } from './column-types.ts'
import { openFresh, sorted } from './shelf.ts'

const NAMES = ['title', 'size', 'rate', 'body']
const TABLE = 'create table items (id $key primary key, title $key, size bigint, rate $real, body $bytes, updates int, note $key default \'four\') $transactional;'
const items = collection('items', ['id'], '{id}.yaml', NAMES, { updates: 'increment' })
const ONE = "insert into items values ('a', 'Title', 9007199254740993, 2.0, $hex(00ff), 0, 'note');"
const TEXT = 'title: Title\nsize: 9007199254740993\nrate: 2.0\nbody: !!binary "AP8="\n'
const HELD = 'select id, title, size, body, updates, note from items'

/** What the store has at a path, as text. */
async function textAt(store: Store, path: string): Promise<string> {
  const found = await findOne(store, path)
  return found.kind === 'row' ? String(found.row.content) : ''
}

describeEach('structured rows', (trial) => {
  const shelf = (script = ''): Promise<Store> => openFresh(trial, `${TABLE} ${script}`, { collections: [items] })

  test('are one YAML map', async () => {
    const store = await shelf(ONE)
    const row = { collection: 'items', key: ['a'], path: 'a.yaml', content: TEXT, structured: true }
    expect(await readAll(store)).toMatchObject({ rows: [row], problems: [] })
    expect(await store.find(['a.yaml', 'b.yaml'])).toEqual([
      { kind: 'row', row }, { kind: 'vacant', collection: 'items', key: ['b'], binary: false, structured: true },
    ])
  })

  test('are written from any words with their exact types', async () => {
    const store = await shelf(ONE)
    const applied = await put(store, { 'a.yaml': '# first\nrate: -1.5   # less\n\ntitle: |\n  two\n  lines\nbody: ~\nsize: 0x10\n', 'b.yaml': '{ title: x, size: 1, rate: 1.0, body: !!binary AP8= }' })
    const content = 'title: |\n  two\n  lines\nsize: 16\nrate: -1.5\nbody: null\n'
    const fresh = 'title: x\nsize: 1\nrate: 1.0\nbody: !!binary "AP8="\n'
    expect(applied).toEqual({ committed: true, outcomes: [content, fresh].map((text) => ({ kind: 'done', written: true, digest: digestOf(text) })) })
    expect([await textAt(store, 'a.yaml'), await textAt(store, 'b.yaml')]).toEqual([content, fresh])
    expect(await sorted(trial, HELD)).toEqual([['a', 'two\nlines\n', '16', null, '1', 'note'], ['b', 'x', '1', "x'00FF'", '1', 'four']])
  })

  test('that say the same in other words are not written', async () => {
    const store = await shelf(ONE)
    const before = await sorted(trial, HELD)
    expect(await put(store, { 'a.yaml': `# comment\n${TEXT.split('\n').toReversed().join('\n')}` })).toEqual({
      committed: true, outcomes: [{ kind: 'done', written: false, digest: digestOf(TEXT) }],
    })
    expect(await sorted(trial, HELD)).toEqual(before)
  })

  test('are deleted', async () => {
    const store = await shelf(ONE)
    expect(await put(store, { 'a.yaml': undefined })).toMatchObject({ committed: true })
    expect(await sorted(trial, HELD)).toEqual([])
  })

  test.each<[string | Uint8Array, string]>([
    ['title: x\n', 'missing-field'],
    [`${TEXT}other: 1\n`, 'unknown-field'],
    ['title: [\n', 'invalid-yaml'],
    [new Uint8Array([0xff]), 'not-utf8'],
  ])('are refused where a file is no such map: %j', async (content, code) => {
    const store = await shelf(ONE)
    expect(await put(store, { 'a.yaml': content })).toMatchObject({ committed: false, problem: { code, path: 'a.yaml' } })
    expect(await textAt(store, 'a.yaml')).toBe(TEXT)
  })

  test('that changed in any column are left alone', async () => {
    const store = await shelf(ONE)
    const change = await changeAt(store, 'a.yaml', TEXT.replace('Title', 'mine'))
    await trial.execute('update items set size = 8')
    expect(await store.apply([change], () => {})).toEqual({ committed: true, outcomes: [{ kind: 'changed' }] })
    expect(await textAt(store, 'a.yaml')).toBe(TEXT.replace('9007199254740993', '8'))
  })

  test('that changed in a column that is no content are written', async () => {
    const store = await shelf(ONE)
    const change = await changeAt(store, 'a.yaml', TEXT.replace('Title', 'mine'))
    await trial.execute("update items set note = 'theirs', updates = 7")
    expect(await store.apply([change], () => {})).toMatchObject({ committed: true, outcomes: [{ kind: 'done', written: true }] })
    expect(await sorted(trial, HELD)).toEqual([['a', 'mine', '9007199254740993', "x'00FF'", '8', 'theirs']])
  })

  test('of hundreds are one batch', async () => {
    const store = await shelf()
    const texts = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`${index}.yaml`, `title: t${index}\nsize: ${index}\nrate: ${index}.5\nbody: ${index % 3 === 0 ? 'null' : '!!binary "AP8="'}\n`]))
    expect(await put(store, texts)).toMatchObject({ committed: true })
    const wanted = Object.fromEntries(Object.entries(texts).map(([path, text], index) => [path, index % 2 === 0 ? text.replace('title: t', 'title: new ') : text.replace('.5\n', '.25\n')]))
    expect(await put(store, wanted)).toMatchObject({ committed: true })
    expect(Object.fromEntries((await readAll(store)).rows.map(({ path, content }) => [path, content]))).toEqual(wanted)
    expect(await trial.query('select distinct updates from items')).toEqual([['2']])
  })

  describe('of a type', () => {
    for (const { type, holds, refuses } of COLUMN_TYPES.filter(({ only }) => only.includes(trial.kind))) {
      test(`keep its values, and are refused where it would change them: ${type || 'none'}`, async () => {
        const store = await openFresh(trial, `create table things (id $key primary key, v ${type}) $transactional; insert into things values ('old', null)`, {
          collections: [collection('things', ['id'], '{id}.yaml', ['v'])],
        })
        expect(await textAt(store, 'old.yaml')).toBe('v: null\n')
        for (const [value, shown] of holds) {
          const text = encodeFields([['v', value]])
          const put1 = await put(store, { 'new.yaml': text, 'old.yaml': text })
          expect([text, put1]).toEqual([text, { committed: true, outcomes: [1, 2].map(() => ({ kind: 'done', written: true, digest: digestOf(text) })) }])
          expect([await textAt(store, 'new.yaml'), await textAt(store, 'old.yaml')]).toEqual([text, text])
          expect((await trial.query('select v from things')).map(([v]) => (shown === undefined ? v !== null : v === shown))).toEqual([true, true])
          expect(await put(store, { 'old.yaml': `# same\n${text}` })).toMatchObject({ committed: true, outcomes: [{ written: false }] })
          await trial.execute("delete from things where id = 'new'")
          expect(await put(store, { 'old.yaml': 'v: null\n' })).toMatchObject({ committed: true })
        }
        for (const yaml of refuses) {
          for (const path of ['new.yaml', 'old.yaml']) {
            const applied = await put(store, { [path]: `v: ${yaml}\n` })
            expect([yaml, applied]).toMatchObject([yaml, { committed: false, problem: { path, code: expect.stringMatching(/^(unsupported-value|row-refused|not-stored)$/) as string } }])
          }
        }
        expect(await trial.query('select id, v from things')).toEqual([['old', null]])
      })
    }
  })
})
