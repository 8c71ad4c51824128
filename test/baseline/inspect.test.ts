import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished } from 'vitest'
import { type Inspection, inspectBaseline } from '../../src/baseline/inspect.ts'
import { RowtreeError } from '../../src/index.ts'
import { listing } from '../support/files.ts'
import { site } from '../support/site.ts'
import { sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** The baseline of a site that was exported and edited once. */
async function edited(): Promise<string> {
  const { directory, engine, setFile } = await site()
  setFile('north/page-000000.html', 'mine')
  await engine.import()
  return join(directory, '.rowtree', 'baseline.db')
}

function inspect(path: string, tree = '../tree'): Inspection {
  return inspectBaseline(path, tree) as Inspection
}

function codeOf(path: string, tree?: string): string {
  try {
    inspect(path, tree)
    return 'none'
  } catch (error) {
    return (error as RowtreeError).code
  }
}

it('counts what is there, and leaves it as it was', async () => {
  const path = await edited()
  const before = listing(join(path, '..'))
  expect(inspect(path)).toEqual({ version: 2, old: false, size: expect.any(Number) as number, entries: 12, compared: 12, damage: [], conflicts: 0, holds: 0, operations: 1, kept: expect.any(Number) as number })
  expect(listing(join(path, '..'))).toEqual(before)
})

it('finds none, and makes none', () => {
  const path = join(temporaryDirectory(), 'baseline.db')
  expect(inspectBaseline(path, '../tree')).toBe('absent')
  expect(existsSync(path)).toBe(false)
})

it('takes an empty file for what a command left that was killed at its beginning', () => {
  const path = join(temporaryDirectory(), 'baseline.db')
  writeFileSync(path, '')
  expect(inspect(path)).toMatchObject({ version: 0, entries: 0, damage: [] })
})

it.each([
  ['a content that is not what it was', "update packs set bytes = cast(replace(cast(bytes as text), '<h1>3<', '<h1>4<') as blob)", ['the content of south/page-000003.html is not what it was']],
  ['a pack that is gone', 'delete from packs where id = (select pack from entries where path like \'%000002%\')', expect.arrayContaining(['the content of north/page-000002.html is missing'])],
  ['a pack that was cut', 'update packs set bytes = substr(bytes, 1, 1)', expect.arrayContaining(['the content of south/page-000001.html is missing'])],
])('finds %s', async (_, change, damage) => {
  const path = await edited()
  sql(path, change)
  expect(inspect(path).damage).toEqual(damage)
})

it('finds pages that are damaged', async () => {
  const path = await edited()
  const db = new DatabaseSync(path)
  const { rootpage } = db.prepare("select rootpage from sqlite_schema where name = 'history_by_operation'").get() as { rootpage: number }
  db.close()
  const bytes = readFileSync(path)
  bytes.fill(255, (rootpage - 1) * 16_384, rootpage * 16_384)
  writeFileSync(path, bytes)
  expect(inspect(path).damage.join()).toMatch(/btreeInitPage|page/i)
})

it.each([
  ['no database', 'baseline-invalid', (path: string) => writeFileSync(path, 'no database at all, but long enough to be looked at as if it were one'.repeat(100))],
  ['a database of another program', 'baseline-invalid', (path: string) => {
    rmSync(path)
    sql(path, 'create table bookmarks (url text)')
  }],
  ['one of a newer rowtree', 'baseline-newer', (path: string) => sql(path, 'pragma user_version = 99')],
  ['one of another tree', 'baseline-foreign', (path: string) => sql(path, "update meta set value = '../other'")],
])('refuses %s', async (_, code, change) => {
  const path = await edited()
  change(path)
  expect(codeOf(path)).toBe(code)
})

it('tells that somebody writes it just now', async () => {
  const path = await edited()
  const other = new DatabaseSync(path)
  onTestFinished(() => other.close())
  other.exec('begin exclusive')
  expect(inspectBaseline(path, '../tree')).toBe('busy')
  other.exec('rollback')
  expect(inspect(path).entries).toBe(12)
})

it('tells that somebody died while he wrote it', async () => {
  const path = await edited()
  const copy = join(temporaryDirectory(), 'baseline.db')
  const other = new DatabaseSync(path)
  // What is on the disk amid a transaction is what a crash leaves.
  other.exec("pragma cache_size = 1; pragma cache_spill = 1; begin; update entries set collection = hex(randomblob(3000)); update packs set bytes = randomblob(90000)")
  for (const suffix of ['', '-journal']) copyFileSync(path + suffix, copy + suffix)
  other.exec('rollback')
  other.close()
  expect(inspectBaseline(copy, '../tree')).toBe('left')
  sql(copy, 'pragma user_version')
  sql(copy, 'select count(*) from entries')
  expect(inspect(copy)).toMatchObject({ entries: 12, compared: 12, damage: [] })
})

it('counts what waits', async () => {
  const { directory, engine, setFile, setRow } = await site()
  setFile('north/page-000000.html', 'mine')
  setRow('north/page-000000.html', 'theirs')
  setFile('south/page-000001.html', '')
  await engine.sync()
  expect(inspect(join(directory, '.rowtree', 'baseline.db'))).toMatchObject({ conflicts: 1, holds: 1 })
})
