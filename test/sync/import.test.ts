import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { openEngine, resolveConfig } from '../../src/index.ts'
import { site } from '../support/site.ts'
import { samplePages, sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const path = (index: number): string => `${index % 2 === 0 ? 'north' : 'south'}/page-${String(index).padStart(6, '0')}.html`

describe('a batch with a bad row', () => {
  it.each<[name: string, trigger: string, code: string]>([
    ['that the database refuses', `select raise(abort, 'no such page wanted') where new.slug = 'page-000003'`, 'row-refused'],
    ['that the database cuts', `update pages set body = substr(body, 1, 3) where site = new.site and slug = new.slug and new.slug = 'page-000003'`, 'not-stored'],
  ])('%s writes all others', async (_, trigger, code) => {
    const { engine, store, row, setFile } = await site()
    sql(store, `create trigger odd after update on pages begin ${trigger}; end`)
    const before = row(path(3))
    for (let index = 0; index < 8; index++) setFile(path(index), `edited ${index}`)
    const summary = await engine.import()
    expect(summary).toMatchObject({ imported: 7, conflicts: [], holds: [], problems: [{ path: path(3), code }] })
    for (let index = 0; index < 8; index++) expect(row(path(index))).toBe(index === 3 ? before : `edited ${index}`)
    // What could not be written is not forgotten.
    expect(await engine.status()).toMatchObject({ items: [{ path: path(3), state: 'tree-changed' }] })
    expect((await engine.import()).problems).toMatchObject([{ path: path(3), code }])
    sql(store, 'drop trigger odd')
    expect(await engine.import()).toMatchObject({ imported: 1, problems: [] })
  })
})

describe('thousands of files', () => {
  it.each([0, 2])('are imported in batches, with %i threads', async (workers) => {
    const { engine, store, root } = await site(samplePages(5_000))
    for (let index = 0; index < 5_000; index++) writeFileSync(join(root, path(index)), `edited ${index}`)
    expect(await engine.import({ workers })).toMatchObject({ imported: 5_000, unchanged: 0, problems: [], conflicts: [], holds: [] })
    const db = new DatabaseSync(store, { readOnly: true })
    const rows = db.prepare('select slug, body from pages').all()
    db.close()
    expect(rows.every(({ slug, body }) => body === `edited ${Number(String(slug).slice(5))}`)).toBe(true)
    expect(await engine.sync({ workers })).toMatchObject({ imported: 0, exported: 0, unchanged: 5_000 })
    expect(await engine.undo()).toMatchObject({ conflicts: [], problems: [] })
    const reader = new DatabaseSync(store, { readOnly: true })
    expect(reader.prepare('select count(*) as n from pages where body like ?').get('<h1>%')).toMatchObject({ n: 5_000 })
    reader.close()
  })

  it('become rows of an empty table', async () => {
    const { engine, root, setFile } = await site([])
    setFile('west/0.html', 'first')
    for (let index = 1; index < 2_000; index++) writeFileSync(join(root, `west/${index}.html`), `new ${index}`)
    expect(await engine.sync()).toMatchObject({ imported: 2_000, problems: [], holds: [] })
    expect(await engine.sync()).toMatchObject({ imported: 0, unchanged: 2_000 })
  })
})

it('keeps the columns that the config says up to date', async () => {
  const directory = temporaryDirectory()
  const file = join(directory, 'site.sqlite')
  sql(file, `create table pages (slug text primary key, body text, version int, changed int, stamp text, editor text);
    insert into pages values ('a', 'old', 6, 0, '', 'somebody'), ('b', 'old', null, 0, '', 'somebody')`)
  const config = resolveConfig({
    store: { url: 'sqlite:site.sqlite' },
    tree: './tree',
    collections: {
      pages: {
        table: 'pages', key: 'slug', path: '{slug}.html', content: 'body',
        set: { version: 'increment', changed: 'now', stamp: 'now', editor: 'rowtree' },
      },
    },
  }, directory)
  const engine = await openEngine(config)
  await engine.export()
  for (const slug of ['a', 'b', 'new']) writeFileSync(join(config.tree, `${slug}.html`), 'edited here')
  const earliest = Math.floor(Date.now() / 1_000)
  expect(await engine.import()).toMatchObject({ imported: 3, problems: [] })
  await engine.close()
  const db = new DatabaseSync(file, { readOnly: true })
  const rows = db.prepare('select * from pages order by slug').all()
  db.close()
  expect(rows.map(({ slug, body, version, editor }) => [slug, body, version, editor])).toEqual([
    ['a', 'edited here', 7, 'rowtree'],
    ['b', 'edited here', 1, 'rowtree'],
    ['new', 'edited here', 1, 'rowtree'],
  ])
  for (const { changed, stamp } of rows) {
    expect(Number(changed)).toBeGreaterThanOrEqual(earliest)
    expect(stamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
  }
})
