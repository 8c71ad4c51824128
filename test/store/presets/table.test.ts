import { expect, test } from 'vitest'
import { describeEach } from '../../support/servers.ts'
import { workshop } from './engines.ts'

describeEach('a collection of some rows', (trial) => {
  test('with front matter', async () => {
    await trial.fresh(`create table texts (lang varchar(5) not null, slug $key not null, kind varchar(20) not null, title varchar(100), body $text, primary key (lang, slug, kind));
      insert into texts (lang, slug, kind, title, body) values ('en', 'a', 'page', 'A', '---'), ('en', 'a', 'mail', 'Mail', 'mail'), ('de', 'a', 'page', 'B', null), ('en', 'b', 'page', null, 'b');`)
    const pages = { table: 'texts', key: ['lang', 'slug'], path: '{lang}/{slug}.md', content: ['title', 'body'], format: 'front-matter', where: { kind: 'page' } } as const
    const { engine, files, setFile } = await workshop({ url: trial.url }, { collections: { pages } })
    expect(await engine.export()).toMatchObject({ exported: 3, problems: [] })
    expect(files()).toEqual({ 'de/a.md': '---\ntitle: B\n---\n', 'en/a.md': '---\ntitle: A\n---\n---', 'en/b.md': '---\ntitle: null\n---\nb' })
    setFile('de/a.md', '---\ntitle: C\n---\n')
    setFile('en/a.md', '---\ntitle: A2\n---\nnew')
    setFile('en/c.md', '---\ntitle: D\n---\n---\r\n')
    expect(await engine.import()).toMatchObject({ imported: 3, problems: [] })
    const held = 'select lang, slug, kind, title, body from texts order by lang, slug, kind'
    const rows = [
      ['de', 'a', 'page', 'C', null], ['en', 'a', 'mail', 'Mail', 'mail'], ['en', 'a', 'page', 'A2', 'new'], ['en', 'b', 'page', null, 'b'], ['en', 'c', 'page', 'D', '---\r\n'],
    ]
    expect(await trial.query(held)).toEqual(rows)
    for (const path of Object.keys(files())) setFile(path, undefined)
    await engine.import({ delete: true })
    await engine.sync({ delete: true })
    setFile('en/z.md', '---\ntitle: z\n---\n')
    expect(await engine.sync({ delete: true })).toMatchObject({ problems: [] })
    expect(await trial.query("select count(*) from texts where kind = 'mail'")).toEqual([['1']])
  })

  test('a deleted row comes back, also its NULL', async () => {
    await trial.fresh(`create table texts (slug $key not null primary key, title varchar(100), body $text, note varchar(10));
      insert into texts values ('a', 'A', null, 'n'), ('b', 'B', 'b', 'm');`)
    const texts = { table: 'texts', key: 'slug', path: '{slug}.md', content: ['title', 'body'], format: 'front-matter' } as const
    const { engine, setFile } = await workshop({ url: trial.url }, { collections: { texts } })
    await engine.export()
    setFile('a.md', undefined)
    expect(await engine.import({ delete: true })).toMatchObject({ deleted: 1 })
    expect(await engine.undo()).toMatchObject({ rows: ['a.md'], problems: [] })
    expect(await trial.query("select * from texts where slug = 'a'")).toEqual([['a', 'A', null, 'n']])
  })
})
