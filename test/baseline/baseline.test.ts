import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../../src/digest.ts'
import { RowtreeError } from '../../src/errors.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { enter, entry, open, packsOf, store, storedAt, textAt } from './fixtures.ts'

const big = (letter: string): string => letter.repeat(1024 * 1024)

describe('baseline', () => {
  it('gives back what was committed, after it was opened again', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const first = open(path)
    first.begin()
    enter(first, { 'a/é.html': 'éa', 'a/empty.html': '', 'b/long.html': 'x'.repeat(100_000) })
    first.commit()
    first.close()

    const second = open(path)
    expect(second.count()).toBe(3)
    expect([...second.paths()]).toEqual(['a/empty.html', 'a/é.html', 'b/long.html'])
    expect(second.find(['a/é.html', 'nowhere']).get('a/é.html')).toEqual({
      path: 'a/é.html',
      collection: 'pages',
      key: '["a/é.html"]',
      digest: digestOf('éa'),
      source: '',
      stat: { size: 3, mtime: 1_700_000_000_123, inode: 42 },
      settled: true,
      place: { pack: 1, offset: 0 },
    })
    expect(textAt(second, 'a/é.html')).toBe('éa')
    expect(textAt(second, 'a/empty.html')).toBe('')
    expect(textAt(second, 'b/long.html')).toBe('x'.repeat(100_000))
    second.close()
  })

  it('forgets everything since begin on rollback', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const baseline = open(path)
    baseline.begin()
    enter(baseline, { a: 'old' })
    baseline.commit()
    baseline.begin()
    enter(baseline, { a: 'new', b: 'new' })
    baseline.rollback()
    expect(textAt(baseline, 'a')).toBe('old')
    expect(baseline.count()).toBe(1)
    // The accounts were rolled back too: the next commit must not drop what is still used.
    baseline.begin()
    enter(baseline, { c: 'other' })
    baseline.commit()
    expect(textAt(baseline, 'a')).toBe('old')
    baseline.close()
  })

  it('keeps what a checkpoint committed, also packs without references yet', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const baseline = open(path)
    baseline.begin()
    const [staged] = store(baseline, ['staged'])
    baseline.checkpoint()
    baseline.put(entry('a', staged!))
    baseline.commit()
    expect(textAt(baseline, 'a')).toBe('staged')
    baseline.close()
  })

  it('keeps the accounts that a checkpoint committed, and drops what a killed process left', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const first = open(path)
    first.begin()
    enter(first, { a: 'kept' })
    store(first, ['left'])
    first.checkpoint()
    enter(first, { b: 'lost' })
    first.close()

    const second = open(path)
    second.begin()
    second.commit()
    expect(packsOf(path)).toEqual({ packs: [{ id: 1, size: 4, live: 4 }], strays: 0 })
    expect(textAt(second, 'a')).toBe('kept')
    expect(second.count()).toBe(1)
    second.close()
  })

  it('drops a pack with its last content', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const baseline = open(path)
    baseline.begin()
    enter(baseline, { a: 'one', b: 'two' })
    baseline.commit()
    baseline.begin()
    enter(baseline, { a: 'ONE' })
    baseline.commit()
    expect(packsOf(path).packs).toEqual([{ id: 1, size: 6, live: 3 }, { id: 2, size: 3, live: 3 }])
    baseline.begin()
    baseline.remove(baseline.find(['b']).get('b')!)
    baseline.commit()
    expect(packsOf(path)).toEqual({ packs: [{ id: 2, size: 3, live: 3 }], strays: 0 })
    expect(textAt(baseline, 'a')).toBe('ONE')
    baseline.close()
  })

  it('copies the living together when most bytes are dead', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const baseline = open(path)
    baseline.begin()
    enter(baseline, { a: 'small', b: big('b'), c: big('c'), d: big('d'), e: big('e'), f: big('f'), z: '' })
    enter(baseline, { g: 'whole' })
    baseline.commit()
    baseline.begin()
    enter(baseline, { b: 'B', c: 'C', d: 'D', e: 'E', f: 'F' })
    baseline.commit()
    const sizes = packsOf(path).packs.map(({ size }) => size)
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(100)
    for (const [name, content] of [['a', 'small'], ['b', 'B'], ['f', 'F'], ['g', 'whole'], ['z', '']] as const) {
      expect(textAt(baseline, name)).toBe(content)
    }
    baseline.close()
  })

  it('finds damage when a content is read', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const baseline = open(path)
    baseline.begin()
    enter(baseline, { a: 'one' })
    baseline.commit()
    const db = new DatabaseSync(path)
    db.exec("update packs set bytes = x'00'")
    db.close()
    expect(() => textAt(baseline, 'a')).toThrow(`Cannot open the baseline ${path}: its pack 1 is damaged`)
    baseline.close()
  })

  it('counts entries by collection', () => {
    const baseline = open(join(temporaryDirectory(), 'baseline.db'))
    expect([baseline.isEmpty(), baseline.count(), baseline.counts()]).toEqual([true, 0, new Map()])
    baseline.begin()
    enter(baseline, { a: 'one', b: 'two', c: 'three' })
    baseline.put({ ...entry('d', storedAt(baseline, 'a')!), collection: 'styles' })
    baseline.commit()
    expect([baseline.isEmpty(), baseline.count(), baseline.counts()]).toEqual([false, 4, new Map([['pages', 3], ['styles', 1]])])
    baseline.close()
  })

  it('remembers the digest of a structured row', () => {
    const baseline = open(join(temporaryDirectory(), 'baseline.db'))
    baseline.begin()
    const [stored] = store(baseline, ['a: 1 # one'])
    baseline.put({ ...entry('a', stored!), source: digestOf('a: 1') })
    baseline.commit()
    expect(baseline.find(['a']).get('a')!.source).toBe(digestOf('a: 1'))
    baseline.close()
  })

  it('updates a stat without touching the content', () => {
    const baseline = open(join(temporaryDirectory(), 'baseline.db'))
    baseline.begin()
    enter(baseline, { a: 'one' })
    baseline.refresh('a', { size: 3, mtime: 7, inode: 8 }, false)
    baseline.commit()
    expect(baseline.find(['a']).get('a')).toMatchObject({ stat: { size: 3, mtime: 7, inode: 8 }, settled: false })
    expect(textAt(baseline, 'a')).toBe('one')
    baseline.close()
  })
})

function refusal(path: string, tree = '../tree'): RowtreeError {
  try {
    open(path, { tree }).close()
  } catch (error) {
    if (error instanceof RowtreeError) return error
    throw error
  }
  throw new Error('it opened')
}

describe('a baseline that cannot be used', () => {
  it.each([
    ['garbage', 'this is no database at all, '.repeat(100)],
    ['half a header', 'SQLite format 3\0'],
  ])('is refused and left alone: %s', (_, content) => {
    const path = join(temporaryDirectory(), 'baseline.db')
    writeFileSync(path, content)
    expect(refusal(path)).toMatchObject({ code: 'baseline-invalid', path })
    expect(readFileSync(path, 'latin1')).toBe(content)
  })

  it('is refused when another program made it', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const db = new DatabaseSync(path)
    db.exec('create table bookmarks (url text)')
    db.close()
    expect(refusal(path).message).toContain('it is not a baseline')
  })

  it('is refused when a newer version made it', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    open(path).close()
    const db = new DatabaseSync(path)
    db.exec('pragma user_version = 99')
    db.close()
    expect(refusal(path).code).toBe('baseline-newer')
  })

  it('is refused for another tree', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    open(path).close()
    expect(refusal(path, '../other')).toMatchObject({ code: 'baseline-foreign' })
  })

  it('is refused in a directory that does not exist, which is not created', () => {
    const path = join(temporaryDirectory(), 'missing', 'baseline.db')
    expect(refusal(path).code).toBe('read-only')
    expect(existsSync(path)).toBe(false)
  })
})
