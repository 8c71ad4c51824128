import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import type { Baseline, BaselineEntry } from '../../src/baseline/baseline.ts'
import { openBaseline } from '../../src/baseline/sqlite.ts'
import { RowtreeError } from '../../src/errors.ts'
import { digestOf } from '../../src/digest.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const OPTIONS = { tree: '../tree', durable: false }
const encoder = new TextEncoder()

function add(baseline: Baseline, contents: Readonly<Record<string, string>>): void {
  const parts = Object.entries(contents).map(([path, content]) => ({ path, bytes: encoder.encode(content) }))
  const pack = baseline.addPack(Buffer.concat(parts.map(({ bytes }) => bytes)))
  const known = baseline.find(Object.keys(contents))
  let offset = 0
  for (const { path, bytes } of parts) {
    baseline.put(entry(path, bytes, pack, offset), known.get(path))
    offset += bytes.length
  }
}

function entry(path: string, bytes: Uint8Array, pack: number, offset: number): BaselineEntry {
  const stat = { size: bytes.length, mtime: 1_700_000_000_123, inode: 42 }
  return { path, collection: 'pages', key: JSON.stringify([path]), digest: digestOf(bytes), stat, settled: true, place: { pack, offset } }
}

function text(baseline: Baseline, path: string): string | undefined {
  const found = baseline.find([path]).get(path)
  return found && new TextDecoder().decode(baseline.content(found))
}

function packsOf(path: string): { id: number; size: number; live: number }[] {
  const db = new DatabaseSync(path, { readOnly: true })
  const packs = db.prepare('select pack as id, size, live from accounts join packs on id = pack order by id').all() as { id: number; size: number; live: number }[]
  db.close()
  return packs.map((pack) => ({ ...pack }))
}

const big = (letter: string): string => letter.repeat(1024 * 1024)

describe('baseline', () => {
  it('gives back what was committed, after it was opened again', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const first = openBaseline(path, OPTIONS)
    first.begin()
    add(first, { 'a/é.html': 'éa', 'a/empty.html': '', 'b/long.html': 'x'.repeat(100_000) })
    first.commit()
    first.close()

    const second = openBaseline(path, OPTIONS)
    expect(second.count()).toBe(3)
    expect([...second.paths()]).toEqual(['a/empty.html', 'a/é.html', 'b/long.html'])
    expect(second.find(['a/é.html', 'nowhere']).get('a/é.html')).toEqual({
      path: 'a/é.html',
      collection: 'pages',
      key: '["a/é.html"]',
      digest: digestOf(encoder.encode('éa')),
      stat: { size: 3, mtime: 1_700_000_000_123, inode: 42 },
      settled: true,
      place: { pack: 1, offset: 0 },
    })
    expect(text(second, 'a/é.html')).toBe('éa')
    expect(text(second, 'a/empty.html')).toBe('')
    expect(text(second, 'b/long.html')).toBe('x'.repeat(100_000))
    second.close()
  })

  it('forgets everything since begin on rollback', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const baseline = openBaseline(path, OPTIONS)
    baseline.begin()
    add(baseline, { a: 'old' })
    baseline.commit()
    baseline.begin()
    add(baseline, { a: 'new', b: 'new' })
    baseline.rollback()
    expect(text(baseline, 'a')).toBe('old')
    expect(baseline.count()).toBe(1)
    // The accounts were rolled back too: the next commit must not drop what is still used.
    baseline.begin()
    add(baseline, { c: 'other' })
    baseline.commit()
    expect(text(baseline, 'a')).toBe('old')
    baseline.close()
  })

  it('keeps what a checkpoint committed, also packs without entries yet', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const baseline = openBaseline(path, OPTIONS)
    baseline.begin()
    const bytes = encoder.encode('staged')
    const pack = baseline.addPack(bytes)
    baseline.keep({ path: 'a', side: 'tree', operation: 'force', bytes: encoder.encode('mine') })
    baseline.checkpoint()
    baseline.put(entry('a', bytes, pack, 0))
    baseline.commit()
    expect(text(baseline, 'a')).toBe('staged')
    baseline.close()
    const db = new DatabaseSync(path)
    expect(db.prepare('select path, side, operation, cast(content as text) as content from history').all().map((row) => ({ ...row }))).toEqual([
      { path: 'a', side: 'tree', operation: 'force', content: 'mine' },
    ])
    db.close()
  })

  it('drops a pack with its last content', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const baseline = openBaseline(path, OPTIONS)
    baseline.begin()
    add(baseline, { a: 'one', b: 'two' })
    baseline.commit()
    baseline.begin()
    add(baseline, { a: 'ONE' })
    baseline.commit()
    expect(packsOf(path)).toEqual([{ id: 1, size: 6, live: 3 }, { id: 2, size: 3, live: 3 }])
    baseline.begin()
    baseline.remove(baseline.find(['b']).get('b')!)
    baseline.commit()
    expect(packsOf(path)).toEqual([{ id: 2, size: 3, live: 3 }])
    expect(text(baseline, 'a')).toBe('ONE')
    baseline.close()
  })

  it('copies the living together when most bytes are dead', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const baseline = openBaseline(path, OPTIONS)
    baseline.begin()
    add(baseline, { a: 'small', b: big('b'), c: big('c'), d: big('d'), e: big('e'), f: big('f'), z: '' })
    add(baseline, { g: 'whole' })
    baseline.commit()
    baseline.begin()
    add(baseline, { b: 'B', c: 'C', d: 'D', e: 'E', f: 'F' })
    baseline.commit()
    const sizes = packsOf(path).map(({ size }) => size)
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(100)
    for (const [name, content] of [['a', 'small'], ['b', 'B'], ['f', 'F'], ['g', 'whole'], ['z', '']] as const) {
      expect(text(baseline, name)).toBe(content)
    }
    baseline.close()
  })

  it('updates a stat without touching the content', () => {
    const baseline = openBaseline(join(temporaryDirectory(), 'baseline.db'), OPTIONS)
    baseline.begin()
    add(baseline, { a: 'one' })
    baseline.refresh('a', { size: 3, mtime: 7, inode: 8 }, false)
    baseline.commit()
    expect(baseline.find(['a']).get('a')).toMatchObject({ stat: { size: 3, mtime: 7, inode: 8 }, settled: false })
    expect(text(baseline, 'a')).toBe('one')
    baseline.close()
  })
})

function open(path: string, tree = '../tree'): RowtreeError {
  try {
    openBaseline(path, { tree, durable: false }).close()
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
    expect(open(path)).toMatchObject({ code: 'baseline-invalid', path })
    expect(readFileSync(path, 'latin1')).toBe(content)
  })

  it('is refused when another program made it', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    const db = new DatabaseSync(path)
    db.exec('create table bookmarks (url text)')
    db.close()
    expect(open(path).message).toContain('it is not a baseline')
  })

  it('is refused when a newer version made it', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    openBaseline(path, OPTIONS).close()
    const db = new DatabaseSync(path)
    db.exec('pragma user_version = 99')
    db.close()
    expect(open(path).code).toBe('baseline-newer')
  })

  it('is refused for another tree', () => {
    const path = join(temporaryDirectory(), 'baseline.db')
    openBaseline(path, OPTIONS).close()
    expect(open(path, '../other')).toMatchObject({ code: 'baseline-foreign' })
  })

  it('is refused in a directory that does not exist, which is not created', () => {
    const path = join(temporaryDirectory(), 'missing', 'baseline.db')
    expect(open(path).code).toBe('read-only')
    expect(existsSync(path)).toBe(false)
  })
})
