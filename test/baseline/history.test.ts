import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Baseline } from '../../src/baseline/baseline.ts'
import { digestOf } from '../../src/digest.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { enter, open, overwritten, packsOf, query, store, storedAt, text, textAt } from './fixtures.ts'

const DAY = 24 * 60 * 60 * 1000
const big = (letter: string): string => letter.repeat(1024 * 1024)
const FOREVER = { maxAge: Infinity, maxSize: Infinity }

function database(): string {
  return join(temporaryDirectory(), 'baseline.db')
}

/** Runs one operation that overwrites files with these contents, and expires what is too old or too much. */
function operate(path: string, at: number, contents: Readonly<Record<string, string>>, retention = FOREVER): void {
  const baseline = open(path, { command: 'export', clock: () => at })
  baseline.begin()
  baseline.record(Object.entries(contents).map(([name, before]) => overwritten(name, { before: store(baseline, [before])[0] })))
  baseline.expire(retention)
  baseline.commit()
  baseline.close()
}

function ids(path: string): number[] {
  const baseline = open(path)
  const found = baseline.operations(100).map(({ id }) => id)
  baseline.close()
  return found
}

it('gives back records with all that undo takes, in the order of their paths', () => {
  const path = database()
  const first = open(path, { command: 'sync', clock: () => 1234 })
  first.begin()
  enter(first, { b: 'old' })
  const before = storedAt(first, 'b')
  const [base] = store(first, ['agreed'])
  const deleted = overwritten('b', { before, base })
  const created = overwritten('a', { side: 'store', collection: 'styles', key: '["x","ü"]', after: digestOf('new') })
  expect(first.record([deleted])).toHaveLength(1)
  expect(new Set(first.record([created, overwritten('b', { side: 'store' })])).size).toBe(2)
  first.commit()
  first.close()

  const second = open(path)
  expect(second.operations(10)).toEqual([{ id: 1, at: 1234, command: 'sync', records: 3, bytes: 9, undoneBy: undefined }])
  expect(second.records(1)).toEqual([created, deleted, overwritten('b', { side: 'store' })])
  expect(second.records(2)).toEqual([])
  second.close()
})

it('keeps the rest of a row, and counts its bytes', () => {
  const path = database()
  const baseline = open(path)
  baseline.begin()
  const [before] = store(baseline, ['one'])
  const kept = overwritten('a', { side: 'store', before, rest: new Uint8Array([0, 255, 7]) })
  const [first] = baseline.record([kept, overwritten('b', { rest: new Uint8Array(10) })])
  baseline.commit()
  expect(baseline.records(1)[0]).toEqual(kept)
  expect(baseline.operations(1)).toMatchObject([{ records: 2, bytes: 16 }])
  baseline.begin()
  baseline.retract([first!])
  baseline.commit()
  expect(baseline.operations(1)).toMatchObject([{ records: 1, bytes: 10 }])
  baseline.close()
})

it('keeps a replaced content without a copy', () => {
  const path = database()
  const baseline = open(path)
  baseline.begin()
  enter(baseline, { a: 'old', b: 'other' })
  baseline.commit()
  baseline.begin()
  const before = storedAt(baseline, 'a')
  enter(baseline, { a: 'newer' })
  // What both sides had agreed on is what is overwritten, mostly: it counts once.
  baseline.record([overwritten('a', { before, base: before })])
  baseline.commit()
  baseline.begin()
  baseline.remove(baseline.find(['b']).get('b')!)
  baseline.commit()
  expect(packsOf(path)).toEqual({ packs: [{ id: 1, size: 8, live: 3 }, { id: 2, size: 5, live: 5 }], strays: 0 })
  const [record] = baseline.records(1)
  expect([text(baseline, record!.before), text(baseline, record!.base), textAt(baseline, 'a')]).toEqual(['old', 'old', 'newer'])
  expect(baseline.operations(1)[0]!.bytes).toBe(3)
  baseline.close()
})

it.each([
  ['recorded first', ['record', 'remove']],
  ['removed first', ['remove', 'record']],
  ['removed, and recorded after a checkpoint', ['remove', 'checkpoint', 'record']],
  ['recorded, retracted, and recorded again', ['record', 'remove', 'retract', 'record']],
] as const)('keeps a content whose last entry goes: %s', (_, steps) => {
  const path = database()
  const baseline = open(path)
  baseline.begin()
  enter(baseline, { a: 'one' })
  baseline.commit()
  baseline.begin()
  const entry = baseline.find(['a']).get('a')!
  const before = storedAt(baseline, 'a')
  let records: number[] = []
  const run = {
    record: () => {
      records = baseline.record([overwritten('a', { before })])
    },
    remove: () => baseline.remove(entry),
    retract: () => baseline.retract(records),
    checkpoint: () => baseline.checkpoint(),
  }
  for (const step of steps) run[step]()
  baseline.commit()
  expect(text(baseline, baseline.records(1)[0]!.before)).toBe('one')
  expect(packsOf(path)).toEqual({ packs: [{ id: 1, size: 3, live: 3 }], strays: 0 })
  baseline.close()
})

it('keeps an empty content apart from an absent one', () => {
  const path = database()
  const baseline = open(path)
  baseline.begin()
  const [empty] = store(baseline, [''])
  baseline.record([overwritten('a', { before: empty })])
  baseline.commit()
  const [record] = baseline.records(1)
  expect(record).toMatchObject({ before: { digest: digestOf(''), size: 0 }, base: undefined })
  expect(text(baseline, record!.before)).toBe('')
  // Nothing has to be kept for it.
  expect(packsOf(path)).toEqual({ packs: [], strays: 0 })
  baseline.close()
})

it('keeps a content that starts where an empty one lies', () => {
  const path = database()
  const baseline = open(path)
  baseline.begin()
  const [before, base] = store(baseline, ['', 'one'])
  const records = baseline.record([overwritten('a', { before, base }), overwritten('b', { before: base, base: before })])
  baseline.commit()
  expect(baseline.records(1).map((record) => [text(baseline, record.before), text(baseline, record.base)])).toEqual([['', 'one'], ['one', '']])
  expect(packsOf(path).packs).toEqual([{ id: 1, size: 3, live: 6 }])
  baseline.begin()
  baseline.retract(records)
  baseline.commit()
  expect(packsOf(path)).toEqual({ packs: [], strays: 0 })
  baseline.close()
})

it('gives dead bytes back although others are referred to many times', () => {
  const path = database()
  const baseline = open(path, { slack: 0 })
  baseline.begin()
  enter(baseline, { a: 'small', b: 'b'.repeat(1000) })
  const [before] = store(baseline, ['x'.repeat(100)])
  baseline.record(Array.from({ length: 6 }, () => overwritten('a', { before })))
  baseline.commit()
  baseline.begin()
  baseline.remove(baseline.find(['b']).get('b')!)
  baseline.commit()
  expect(packsOf(path).packs.map(({ size, live }) => [size, live])).toEqual([[100, 600], [5, 5]])
  expect(textAt(baseline, 'a')).toBe('small')
  baseline.close()
})

it('moves the contents of records and of entries together when most bytes are dead', () => {
  const path = database()
  const baseline = open(path)
  baseline.begin()
  enter(baseline, { a: 'small', b: big('b'), c: big('c'), d: big('d'), e: big('e'), f: big('f'), z: '' })
  const [before, base, empty] = ['b', 'c', 'z'].map((name) => storedAt(baseline, name))
  baseline.record([overwritten('b', { before, base: before }), overwritten('c', { before: storedAt(baseline, 'a'), base })])
  baseline.record([overwritten('z', { before: empty })])
  enter(baseline, { b: 'B', c: 'C', d: 'D', e: 'E', f: 'F' })
  baseline.commit()
  expect(packsOf(path).packs[0]!.size).toBe(5 * 1024 * 1024 + 5)

  const slack = open(path, { slack: 0 })
  slack.begin()
  slack.commit()
  slack.close()
  // Each of the living contents once, however often it is referred to.
  expect(packsOf(path)).toEqual({
    packs: [{ id: 2, size: 5, live: 5 }, { id: 3, size: 2 * 1024 * 1024 + 5, live: 2 * 1024 * 1024 + 10 }],
    strays: 0,
  })
  const texts = baseline.records(1).map((record) => [text(baseline, record.before), text(baseline, record.base)])
  expect(texts).toEqual([[big('b'), big('b')], ['small', big('c')], ['', undefined]])
  expect(['a', 'b', 'f', 'z'].map((name) => textAt(baseline, name))).toEqual(['small', 'B', 'F', ''])
  baseline.close()
})

it('takes records back whose effect did not take place', () => {
  const path = database()
  const baseline = open(path)
  baseline.begin()
  const [one, two] = [store(baseline, ['one'])[0], store(baseline, ['two'])[0]]
  const records = baseline.record([overwritten('a', { before: one }), overwritten('b', { before: two, base: two }), overwritten('c')])
  baseline.checkpoint()
  baseline.retract([records[0]!, records[2]!])
  baseline.commit()
  expect(baseline.operations(10)).toMatchObject([{ records: 1, bytes: 3 }])
  expect(baseline.records(1).map(({ path: name }) => name)).toEqual(['b'])
  expect(packsOf(path).packs).toEqual([{ id: 2, size: 3, live: 3 }])
  baseline.begin()
  baseline.retract([records[1]!])
  baseline.commit()
  expect(baseline.operations(10)).toEqual([])
  expect(packsOf(path)).toEqual({ packs: [], strays: 0 })
  baseline.close()
})

it('enters an operation only when there is something to record', () => {
  const path = database()
  const baseline = open(path)
  baseline.begin()
  enter(baseline, { a: 'one' })
  expect(baseline.record([])).toEqual([])
  baseline.commit()
  expect(query(path, 'select * from operations')).toEqual([])
  baseline.close()
})

it('is one operation for the life of an object, whatever is committed in between', () => {
  const path = database()
  for (const command of ['import', 'sync']) {
    const baseline = open(path, { command })
    baseline.begin()
    baseline.record([overwritten('a')])
    baseline.checkpoint()
    baseline.record([overwritten('b')])
    baseline.commit()
    baseline.begin()
    baseline.record([overwritten('c')])
    baseline.commit()
    baseline.close()
  }
  const baseline = open(path)
  expect(baseline.operations(10)).toMatchObject([{ id: 2, command: 'sync', records: 3 }, { id: 1, command: 'import', records: 3 }])
  expect(baseline.operations(1)).toMatchObject([{ id: 2 }])
  baseline.close()
})

it.each([
  ['its first record', (baseline: Baseline): unknown => baseline.record([overwritten('lost')])],
  ['its first mark', (baseline: Baseline): unknown => baseline.markUndone(1)],
])('enters its operation again when %s was rolled back', (_, first) => {
  const path = database()
  operate(path, 1, { a: 'x' })
  const baseline = open(path)
  baseline.begin()
  first(baseline)
  baseline.rollback()
  baseline.begin()
  baseline.record([overwritten('kept')])
  baseline.commit()
  expect(baseline.operations(10)).toMatchObject([{ id: 2, records: 1 }, { id: 1, undoneBy: undefined }])
  expect(baseline.records(2).map(({ path: name }) => name)).toEqual(['kept'])
  baseline.close()
})

it('knows its operation after a rollback to a checkpoint', () => {
  const path = database()
  const baseline = open(path)
  baseline.begin()
  baseline.record([overwritten('a')])
  baseline.checkpoint()
  baseline.record([overwritten('lost')])
  baseline.rollback()
  baseline.begin()
  baseline.record([overwritten('b')])
  baseline.commit()
  expect(baseline.operations(10)).toMatchObject([{ id: 1, records: 2 }])
  baseline.close()
})

it('notes which operation took another back', () => {
  const path = database()
  operate(path, 1, { a: 'one' })
  operate(path, 2, { b: 'two' })
  const baseline = open(path, { command: 'undo' })
  baseline.begin()
  baseline.markUndone(1)
  baseline.record([overwritten('a')])
  baseline.commit()
  expect(baseline.operations(10)).toMatchObject([
    { id: 3, command: 'undo', undoneBy: undefined },
    { id: 2, undoneBy: undefined },
    { id: 1, undoneBy: 3 },
  ])
  baseline.close()
})

it.each([
  ['nothing that is young and small enough', { maxAge: 10 * DAY, maxSize: 100 }, [4, 3, 2, 1]],
  ['nothing of exactly that age and size', { maxAge: 9 * DAY, maxSize: 10 }, [4, 3, 2, 1]],
  ['what is too old', { maxAge: 9 * DAY - 1, maxSize: 100 }, [4, 3, 2]],
  ['all that is too old', { maxAge: DAY, maxSize: 100 }, [4, 3]],
  ['the oldest beyond the size', { maxAge: 10 * DAY, maxSize: 9 }, [4, 3, 2]],
  ['all beyond the size, also what is small enough by itself', { maxAge: 10 * DAY, maxSize: 6 }, [4, 3]],
  ['all but the newest, whatever its age and size', { maxAge: -1, maxSize: 0 }, [4]],
])('drops %s', (_, retention, left) => {
  const path = database()
  operate(path, 0, { a: '1' })
  operate(path, 3 * DAY, { a: '22', b: '22' })
  operate(path, 8 * DAY, { a: '333' })
  operate(path, 9 * DAY, { a: '44' }, retention)
  expect(ids(path)).toEqual(left)
  const kept = new Map([[1, 1], [2, 4], [3, 3], [4, 2]])
  expect(packsOf(path).packs.reduce((sum, { live }) => sum + live, 0)).toBe(left.reduce((sum, id) => sum + kept.get(id)!, 0))
  expect(query(path, 'select distinct operation as id from history order by id desc').map(({ id }) => id)).toEqual(left)
})

it('drops operations that nothing is left of, but never gives their numbers again', () => {
  const path = database()
  operate(path, 1, { a: 'one' })
  const undo = open(path, { command: 'undo', clock: () => 2 })
  undo.begin()
  undo.markUndone(1)
  undo.expire({ maxAge: 0, maxSize: 0 })
  undo.commit()
  undo.begin()
  undo.retract(undo.record([overwritten('b')]))
  undo.commit()
  undo.close()
  expect(query(path, 'select id from operations order by id').map(({ id }) => id)).toEqual([1, 2])
  const other = open(path)
  other.begin()
  other.expire({ maxAge: -1, maxSize: 0 })
  other.commit()
  other.close()
  expect(query(path, 'select id from operations').map(({ id }) => id)).toEqual([1])
  operate(path, 3, { c: 'three' })
  expect(ids(path)).toEqual([3, 1])
})
