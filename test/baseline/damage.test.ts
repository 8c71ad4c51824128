import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { sql } from '../support/tables.ts'
import { IS_DENO } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { enter, entry, open, overwritten, store, storedAt, textAt } from './fixtures.ts'

const INVALID = expect.objectContaining({ code: 'baseline-invalid' })

/** A baseline of two entries and a record, with the numbers of what lies where they say. */
function sample(): string {
  const path = join(temporaryDirectory(), 'baseline.db')
  const baseline = open(path)
  baseline.begin()
  enter(baseline, { a: 'first', b: 'second' })
  baseline.record([overwritten('a', { before: store(baseline, ['earlier'])[0] })])
  baseline.commit()
  baseline.close()
  return path
}

it('keeps inodes that are larger than what the driver gives back of an integer', () => {
  const path = sample()
  const baseline = open(path)
  for (const inode of [2 ** 53 + 2, 2 ** 60, 2 ** 63, 2 ** 64 - 2048]) {
    const before = baseline.find(['a']).get('a')!
    const stat = { size: 5, mtime: 1, inode }
    baseline.put({ ...entry('a', storedAt(baseline, 'a')!), stat }, before)
    expect(baseline.find(['a']).get('a')?.stat).toEqual(stat)
  }
  baseline.close()
})

it('finds the records of an operation although the index of them has lost them', () => {
  const path = sample()
  const db = new DatabaseSync(path)
  const { page_size: size } = db.prepare('pragma page_size').get() as { page_size: number }
  const { rootpage } = db.prepare(`select rootpage from sqlite_schema where name = 'history_by_operation'`).get() as { rootpage: number }
  db.close()
  const bytes = readFileSync(path)
  // The number of cells on the page, see the SQLite file format, section 1.6.
  bytes.writeUInt16BE(0, (rootpage - 1) * size + 3)
  writeFileSync(path, bytes)
  const baseline = open(path)
  expect(baseline.records(baseline.operations(1)[0]!.id).map((record) => record.path)).toEqual(['a'])
  baseline.close()
})

it.each([
  ['bytes of a pack', `update packs set bytes = cast('fiRst' || substr(bytes, 6) as blob) where id = 1`],
  ['a pack that is text', 'update packs set bytes = cast(bytes as text) where id = 1'],
  ['a pack that is cut', 'update packs set bytes = substr(bytes, 1, 3) where id = 1'],
  ['a pack that is gone', 'delete from packs where id = 1'],
  ['an offset', `update entries set offset = 1 where path = 'a'`],
  ['a size', `update entries set size = 4 where path = 'a'`],
  ['a digest', `update entries set digest = (select digest from entries where path = 'b') where path = 'a'`],
])('gives no content whose bytes are not those that it was given: %s', (_, damage) => {
  const path = sample()
  sql(path, damage)
  const baseline = open(path)
  const stored = storedAt(baseline, 'a')!
  expect(baseline.holds(stored)).toBe(false)
  expect(() => baseline.content(stored)).toThrow(INVALID)
  baseline.close()
})

it('gives a content that others of its pack have survived', () => {
  const path = sample()
  sql(path, `update packs set bytes = cast('fiRst' || substr(bytes, 6) as blob) where id = 1`)
  const baseline = open(path)
  expect(baseline.holds(storedAt(baseline, 'b')!)).toBe(true)
  expect(textAt(baseline, 'b')).toBe('second')
  baseline.close()
})

it.each([
  `path = '../a'`, `path = '/a'`, `path = 'x/../a'`, `path = 'x//a'`, `path = x'61'`,
  // Deno cuts a text at its NUL, and what is left is a sound path; only the end of the list tells.
  ...(IS_DENO ? [] : [`path = 'a' || char(0)`]), `path = 'z' || char(0)`,
  `key = '[1]'`, `key = '{'`, `key = x'5b5d'`, `digest = 'short'`, `digest = upper(digest)`, `source = 'no'`,
  'size = -1', `size = 'NaN'`, 'size = 9223372036854775807', 'offset = -1', 'offset = 0.5', `pack = 'one'`, 'mtime = 1e300', `inode = 1e999`,
])('refuses an entry that nobody can have written: %s', (damage) => {
  const path = sample()
  sql(path, `update entries set ${damage} where path = 'a'`)
  const baseline = open(path)
  expect(() => baseline.find([...baseline.paths()])).toThrow(INVALID)
  baseline.close()
})

it.each([`path = '../a'`, `side = 'moon'`, `key = 'a'`, `before_size = -1`, `after_digest = 'x'`, `rest = 'text'`, 'before_pack = 9007199254740993'])(
  'refuses a record that nobody can have written: %s',
  (damage) => {
    const path = sample()
    sql(path, `update history set ${damage}`)
    const baseline = open(path)
    expect(() => baseline.records(1)).toThrow(INVALID)
    baseline.close()
  },
)

it.each([
  ['undecided', `insert into undecided (path, kind, code, message, since) values ('../a', 'hold', 'undone', 'x', 1)`],
  ['merges', `insert into merges (path, store, tree) values ('../a', 'x', 'x')`],
] as const)('takes no path for one below the tree that is none: %s', (what, damage) => {
  const path = sample()
  sql(path, damage)
  const baseline = open(path)
  expect(() => baseline[what]()).toThrow(INVALID)
  baseline.close()
})
