import { expect, test, describe } from 'vitest'
import { collection, contents, failure, pages, readAll } from '../store/fixtures.ts'
import type { TableCollection } from '../../src/store/open.ts'
import { describeEach } from '../support/servers.ts'
import { inserted, LOOSE, openFresh, openOn, PAGES, somebody, THREE, values } from './shelf.ts'

describeEach('reading', (trial) => {
  describe('rows', () => {
    test('come with key, path and content, and are counted', async () => {
      const store = await openFresh(trial, `${PAGES} insert into pages values ('b', 'x', '2'), ('a', 'y/z', '1'), ('a', 'x', 'é😀')`)
      expect((await readAll(store)).chunks).toEqual([{
        rows: [
          { collection: 'pages', key: ['a', 'x'], path: 'a/x.html', content: 'é😀' },
          { collection: 'pages', key: ['a', 'y/z'], path: 'a/y%2Fz.html', content: '1' },
          { collection: 'pages', key: ['b', 'x'], path: 'b/x.html', content: '2' },
        ],
        problems: [],
      }])
      expect(await store.count()).toBe(3)
    })

    test.each([['an index', PAGES], ['none', LOOSE]])('come in small chunks, and in the same order again, with %s', async (_, table) => {
      const store = await openFresh(trial, table + inserted('pages', values(1000, (index) => `'s${index % 3}', 'p${index}', 'content ${index}'`)))
      const { chunks, rows } = await readAll(store)
      expect(Math.max(...chunks.map((chunk) => chunk.rows.length))).toBeLessThanOrEqual(65)
      expect(chunks.length).toBeGreaterThan(10)
      expect(new Set(rows.map(({ path }) => path)).size).toBe(1000)
      expect(rows.every(({ key, content }) => content === `content ${key[1]!.slice(1)}`)).toBe(true)
      expect((await readAll(store)).rows).toEqual(rows)
    })

    test('of several collections follow each other; an empty table has none', async () => {
      const store = await openFresh(trial, `${PAGES} create table notes (id $id, body $text); insert into notes values (7, 'seven')`, {
        collections: [pages, collection('notes', ['id'], 'notes/{id}.md', 'body')],
      })
      expect((await readAll(store)).chunks).toEqual([{ rows: [{ collection: 'notes', key: ['7'], path: 'notes/7.md', content: 'seven' }], problems: [] }])
      expect(await store.count()).toBe(1)
    })

    test('come from views, computed columns and any names', async () => {
      const store = await openFresh(trial, `create table $name(select from) ($name(the site) $key, $name(order) $key, body $text);
        insert into $name(select from) values ('s', 'o', 'text');
        create view v as select $name(the site) as site, $name(order) as slug, upper(body) as body from $name(select from)`, {
        collections: [{ ...collection('quoted', ['order'], '{order}', 'body'), table: 'select from' }, { ...pages, table: 'v', path: '{slug}/{site}' }],
      })
      expect(contents(await readAll(store))).toEqual({ o: 'text', 'o/s': 'TEXT' })
    })

    test('have number keys as SQL writes them', async () => {
      const store = await openFresh(trial, "create table n (id bigint primary key, body $text); insert into n values (9007199254740993, 'a'), (9223372036854775807, 'b'), (-1, 'c')", {
        collections: [collection('n', ['id'], '{id}', 'body')],
      })
      expect((await readAll(store)).rows.map(({ key }) => key[0])).toEqual(['-1', '9007199254740993', '9223372036854775807'])
    })
  })

  describe('contents', () => {
    test('are texts, or empty for NULL', async () => {
      const store = await openFresh(trial, `${PAGES} insert into pages values ('a', 'empty', ''), ('a', 'null', null), ('a', 'space', ' x '), ('a', 'text', 'ü😀\uFFFD\uFEFF')`)
      expect(contents(await readAll(store))).toEqual({ 'a/empty.html': '', 'a/null.html': '', 'a/space.html': ' x ', 'a/text.html': 'ü😀\uFFFD\uFEFF' })
    })

    test('are bytes where the column holds bytes', async () => {
      const store = await openFresh(trial, `create table pages (site $key, slug $key, body $bytes); insert into pages values
        ('a', 'any', $hex(00ff61)), ('a', 'none', $hex()), ('a', 'null', null)`)
      const all = Object.entries(contents(await readAll(store))).map(([path, content]) => [path, content instanceof Uint8Array ? [...content] : content])
      expect(all).toEqual([['a/any.html', [0, 255, 97]], ['a/none.html', []], ['a/null.html', '']])
    })

    test('that are numbers are problems', async () => {
      const store = await openFresh(trial, "create table pages (site $key, slug $key, body int); insert into pages values ('a', 'b', 7)")
      const { rows, problems } = await readAll(store)
      expect(rows).toEqual([])
      expect(problems).toMatchObject([{ path: 'a/b.html', code: 'unsupported-value', message: expect.stringContaining('Cannot read pages(site="a", slug="b"): the column "body" holds') as string }])
    })
  })

  describe('keys', () => {
    test('that are NULL are problems', async () => {
      const store = await openFresh(trial, `${LOOSE} insert into pages values ('a', null, ''), (null, null, ''), ('a', 'ok', '')`)
      const { rows, problems } = await readAll(store)
      expect(rows.map(({ path }) => path)).toEqual(['a/ok.html'])
      expect(problems.toSorted((a, b) => (a.message < b.message ? -1 : 1))).toEqual([
        { path: 'pages', code: 'null-key', message: 'Cannot read pages(site="a", slug=NULL): the key column "slug" is NULL. Give it a value' },
        { path: 'pages', code: 'null-key', message: 'Cannot read pages(site=NULL, slug=NULL): the key column "site" is NULL. Give it a value' },
      ])
    })

    test('that make too long a name are problems', async () => {
      const store = await openFresh(trial, `${PAGES} insert into pages values ('a', '${'一'.repeat(84)}', ''), ('a', '${'一'.repeat(83)}', '')`)
      const { rows, problems } = await readAll(store)
      expect(rows.map(({ key }) => key[1]!.length)).toEqual([83])
      expect(problems.map(({ code }) => code)).toEqual(['name-too-long'])
    })

    test.each([1, 600])('that occur twice are problems, also over the border of a chunk (%i more)', async (copies) => {
      const store = await openFresh(trial, LOOSE + inserted('pages', values(1000, (index) => `'a', '${String(index).padStart(4, '0')}', '${index}'`))
        + inserted('pages', values(copies, () => "'a', '0256', 'copy'")) + inserted('pages', ["'a', '0999', 'x'", "'A', '0001', ''"]))
      const { rows, problems } = await readAll(store)
      expect(rows.length).toBe(999)
      expect(problems.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
        { path: 'a/0256.html', code: 'duplicate-row', message: `Cannot read pages(site="a", slug="0256"): ${copies + 1} rows have this key. Name the columns in key that tell them apart` },
        { path: 'a/0999.html', code: 'duplicate-row', message: 'Cannot read pages(site="a", slug="0999"): 2 rows have this key. Name the columns in key that tell them apart' },
      ])
    })

    test('are compared exactly, whatever the collation', async () => {
      const store = await openFresh(trial, `create table pages (site $caseless, slug $caseless, body $text); insert into pages values
        ('a', 'x', '1'), ('A', 'X', '2'), ('a', 'x', '3'), ('A', 'x', '4'), ('a', 'x ', '5'), ('a', 'ä', '6'), ('a', 'a', '7')`)
      const { rows, problems } = await readAll(store)
      expect(rows.map(({ key, content }) => [...key, content].join('|')).toSorted()).toEqual(['A|X|2', 'A|x|4', 'a|a|7', 'a|x |5', 'a|ä|6'])
      expect(problems.map(({ code, path }) => [code, path])).toEqual([['duplicate-row', 'a/x.html']])
    })
  })

  test('rows are named in messages', async () => {
    const store = await openFresh(trial, PAGES)
    expect(store.describe({ collection: 'pages', key: ['a', 'say "b"'] })).toBe('pages(site="a", slug="say \\"b\\"")')
    expect(store.describe({ collection: 'gone', key: ['a', 'b'] })).toBe('gone("a", "b")')
  })

  describe('a mapping that does not fit', () => {
    const columns = 'Its columns are "site", "slug", "body"'
    test.each<[Partial<TableCollection>, string, string]>([
      [{ table: 'pagse' }, 'table-missing', 'the table "pagse" does not exist. Did you mean "pages"?'],
      [{ content: ['boby'] }, 'column-missing', `the table "pages" has no column "boby". Did you mean "body"? ${columns}`],
      [{ content: ['body', 'boby'], structured: true }, 'column-missing', `the table "pages" has no column "boby". Did you mean "body"? ${columns}`],
      [{ set: { boby: 'now' } }, 'column-missing', `the table "pages" has no column "boby". Did you mean "body"? ${columns}`],
      [{ key: ['sites', 'slug'], path: '{slug}' }, 'column-missing', `the table "pages" has no column "sites". Did you mean "site"? ${columns}`],
      [{ path: '{site}/{slag}' }, 'config-invalid', '{slag} is not among its key columns "site", "slug"'],
      [{ path: '{slug}' }, 'config-invalid', 'the key column "site" has no placeholder. Add {site}'],
    ])('is refused: %o', async (change, code, state) => {
      await trial.fresh(`${PAGES} create table zebra (a int)`)
      const error = await failure(openOn(trial, { collections: [{ ...pages, ...change }] }))
      expect(error).toMatchObject({ code, message: expect.stringMatching(/collection "pages"/) as string })
      expect(error.message).toContain(state)
    })

    test('is refused when the database is empty', async () => {
      await trial.fresh('')
      expect((await failure(openOn(trial))).message).toMatch(/: the table "pages" does not exist\. The database has no tables$/)
    })
  })

  describe('one moment', () => {
    const many = PAGES + inserted('pages', values(1000, (index) => `'a', '${String(index).padStart(4, '0')}', '${'x'.repeat(1000)}'`))

    test('is what all rows are of', async () => {
      const wal = trial.kind === 'sqlite' ? 'pragma journal_mode = wal;' : ''
      const store = await openFresh(trial, `${wal} ${many} create table later (id $id, body $text)`, { collections: [pages, collection('later', ['id'], 'later/{id}', 'body')] })
      const other = await somebody(trial)
      let rows = 0
      for await (const chunk of store.read()) {
        if (rows === 0) await other.execute("delete from pages where slug >= '0900'; insert into later values (1, '')")
        rows += chunk.rows.length
      }
      expect(rows).toBe(1000)
      expect((await readAll(store)).rows.length).toBe(901)
    })

    test.each(['a break', 'an error'])('ends with %s, and the store goes on', async (how) => {
      const store = await openFresh(trial, many)
      const visit = async (): Promise<void> => {
        for await (const _ of store.read()) {
          if (how === 'a break') break
          throw new Error('enough')
        }
      }
      expect(await visit().then(() => 'done', (error: unknown) => String(error))).toBe(how === 'a break' ? 'done' : 'Error: enough')
      await trial.execute("delete from pages where slug >= '0900'")
      expect((await readAll(store)).rows.length).toBe(900)
    })

    test('that is cut short by closing is an error, not fewer rows', async () => {
      const store = await openFresh(trial, many)
      const error = await failure((async () => {
        for await (const _ of store.read()) await store.close()
      })())
      expect(error.code).toMatch(/^store-/)
    })
  })

  test('a table that is gone since is an error', async () => {
    const store = await openFresh(trial, THREE)
    await trial.execute('drop table pages')
    for (const attempt of [() => store.count(), () => readAll(store), () => store.find(['a/1.html'])]) expect(await failure(attempt())).toMatchObject({ code: 'store-unreadable' })
  })

  test('a closed store is not opened again', async () => {
    const store = await openFresh(trial, THREE)
    await store.close()
    for (const attempt of [() => store.count(), () => readAll(store), () => store.find(['a/1.html'])]) expect(await failure(attempt())).toMatchObject({ code: 'store-unreadable' })
    expect(store.isCurrent()).toBe(false)
    await store.close()
  })
})
