import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { site } from '../support/site.ts'
import { samplePages, sql } from '../support/tables.ts'

const A = 'north/page-000000.html'
const B = 'south/page-000001.html'

/** All that a table holds, as SQL literals. */
function held(store: string): unknown[] {
  const db = new DatabaseSync(store, { readOnly: true })
  const names = db.prepare("select name from pragma_table_info('pages')").all().map(({ name }) => String(name))
  const rows = db.prepare(`select ${names.map((name) => `quote(${name}) as ${name}`).join()} from pages order by site, slug`).all()
  db.close()
  return rows.map((row) => ({ ...row }))
}

const WIDER = `create table wider (id integer primary key, site text, slug text, body text, title text not null, hits int not null default 4, unique (site, slug));
  insert into wider (site, slug, body, title) select site, slug, body, 'dear ' || slug from pages order by slug; update wider set hits = id * 7;
  drop table pages; alter table wider rename to pages`

describe('the undo of a deletion', () => {
  it('gives the row back with all its columns', async () => {
    const { engine, store, setFile } = await site()
    sql(store, `${WIDER}; update pages set body = null where slug = 'page-000001'`)
    await engine.sync()
    const before = held(store)
    setFile(A, undefined)
    setFile(B, undefined)
    expect(await engine.import({ delete: true })).toMatchObject({ deleted: 2 })
    expect(await engine.undo()).toMatchObject({ rows: [A, B], conflicts: [], problems: [] })
    expect(held(store)).toEqual(before)
  })

  it('can be undone, again and again', async () => {
    const { engine, store, setFile, row } = await site()
    sql(store, WIDER)
    const before = held(store)
    setFile(A, undefined)
    await engine.import({ delete: true })
    for (let times = 0; times < 3; times++) {
      expect(await engine.undo()).toMatchObject({ rows: [A], problems: [] })
      expect(held(store)).toEqual(before)
      const [last] = await engine.operations(1)
      expect(await engine.undo({ operation: last!.id })).toMatchObject({ rows: [A], problems: [] })
      expect(row(A)).toBeUndefined()
    }
  })

  it('works for the undo of a row that was made', async () => {
    const { engine, store, setFile } = await site()
    setFile('west/new.html', 'new')
    await engine.import()
    sql(store, "alter table pages add column title text; update pages set title = 'dear'")
    const before = held(store)
    await engine.undo()
    expect(held(store)).toHaveLength(12)
    const [last] = await engine.operations(1)
    expect(await engine.undo({ operation: last!.id })).toMatchObject({ rows: ['west/new.html'], problems: [] })
    expect(held(store)).toEqual(before)
  })

  it('gives an id back that another row of the same operation had got', async () => {
    // More than an undo does at once.
    const { engine, store, setFile } = await site(samplePages(1200))
    sql(store, `create table other (id integer primary key, site text, slug text, body text, unique (site, slug));
      insert into other (site, slug, body) select site, slug, body from pages order by slug desc; drop table pages; alter table other rename to pages`)
    const before = held(store)
    for (let index = 2; index < 1200; index += 2) setFile(`north/page-${String(index).padStart(6, '0')}.html`, 'edited')
    setFile(A, undefined)
    setFile('west/new.html', 'new')
    expect(await engine.import({ delete: true })).toMatchObject({ imported: 600, deleted: 1 })
    expect(held(store).filter((row) => (row as { id: string }).id === '1200')).toMatchObject([{ slug: "'new'" }])
    expect(await engine.undo()).toMatchObject({ conflicts: [], problems: [] })
    expect(held(store)).toEqual(before)
  })

  it('leaves a row alone where its id was given away', async () => {
    const { engine, store, setFile, row } = await site()
    sql(store, WIDER)
    const before = held(store)
    setFile(A, undefined)
    await engine.import({ delete: true })
    sql(store, "insert into pages (id, site, slug, body, title) values (1, 'west', 'theirs', '', '')")
    expect(await engine.undo()).toMatchObject({ rows: [], problems: [{ path: A, code: 'row-refused' }] })
    expect(row(A)).toBeUndefined()
    sql(store, "delete from pages where slug = 'theirs'")
    expect(await engine.undo()).toMatchObject({ rows: [A], problems: [] })
    expect(held(store)).toEqual(before)
  })
})
