import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/digest.ts'
import { collection, contents, pages, put, readAll } from '../store/fixtures.ts'
import { describeEach } from '../support/servers.ts'
import { shownBytes } from '../support/servers/trial.ts'
import { heldBy, openFresh, PAGES, refusalOf, sorted } from './shelf.ts'

const TEXTS: Readonly<Record<string, string>> = {
  'CRLF': 'a\r\nb\r\n',
  'lone CR': 'a\rb',
  'a BOM': '\uFEFFa',
  'spaces at the end': 'a  \n \t',
  'no newline': 'a',
  'an emoji': '😀é',
  'nothing': '',
  'what looks like a number': '007',
  'quotes': `'a' "b" \`c\` \\n \\' \\\\ $1 ? :a @b -- /* */ %s %_`,
  'U+FFFD': 'a\uFFFD',
  'control characters': '\u0001\u0008\u001A\u007F\u0085\u2028',
  'combining marks': 'é é',
  'much': 'x\u{1F98A}'.repeat(50_000),
}

function digests(all: Readonly<Record<string, string | Uint8Array>>): unknown {
  return Object.fromEntries(Object.entries(all).map(([path, content]) => [path, digestOf(content)]))
}

describeEach('contents', (trial) => {
  test('survive byte for byte, in new rows and in old ones', async () => {
    const store = await openFresh(trial, PAGES)
    const names = Object.keys(TEXTS)
    expect(await put(store, Object.fromEntries(names.map((name) => [`old/${name}.html`, 'old'])))).toMatchObject({ committed: true })
    const files = Object.fromEntries(names.flatMap((name) => [[`new/${name}.html`, TEXTS[name]!], [`old/${name}.html`, TEXTS[name]!]]))
    expect(await put(store, files)).toEqual({ committed: true, outcomes: Object.values(files).map((content) => ({ kind: 'done', written: true, digest: digestOf(content) })) })
    const { rows, problems } = await readAll(store)
    expect(problems).toEqual([])
    expect(Object.fromEntries(rows.map(({ key, content }) => [key.join('/'), content]))).toEqual(
      Object.fromEntries(names.flatMap((name) => [[`new/${name}`, TEXTS[name]], [`old/${name}`, TEXTS[name]]])),
    )
    expect(await store.find(rows.map(({ path }) => path))).toEqual(rows.map((row) => ({ kind: 'row', row })))
    expect((await heldBy(trial)).map((record) => record[2])).toEqual((await heldBy(trial)).map((record) => TEXTS[record[1]!]))
  })

  test('of bytes survive in a column of bytes, and texts as bytes', async () => {
    const store = await openFresh(trial, 'create table pages (site $key not null, slug $key not null, body $bytes, primary key (site, slug))')
    const every = new Uint8Array(256).map((_, index) => index)
    expect(await put(store, { 'a/any.html': every, 'a/invalid.html': new Uint8Array([0x61, 0xff]), 'a/sub.html': 'a\0b', 'a/text.html': 'é\n', 'a/void.html': '' })).toMatchObject({ committed: true })
    expect((await heldBy(trial)).map(([, slug, body]) => [slug, body])).toEqual([
      ['any', shownBytes(every)], ['invalid', "x'61FF'"], ['sub', "x'610062'"], ['text', "x'C3A90A'"], ['void', "x''"],
    ])
    const { rows } = await readAll(store)
    expect(rows.map(({ content }) => digestOf(content))).toEqual([every, new Uint8Array([0x61, 0xff]), 'a\0b', 'é\n', ''].map((content) => digestOf(content)))
    expect(await put(store, { 'a/text.html': 'é\n' })).toMatchObject({ committed: true, outcomes: [{ kind: 'done', written: false }] })
  })

  test.each<[name: string, content: string | Uint8Array, kept: readonly string[]]>([
    ['a NUL', 'a\0é', ['sqlite', 'mysql']],
    ['invalid UTF-8', new Uint8Array([0x61, 0xff, 0x62]), ['sqlite']],
    // MariaDB takes it for a character.
    ['a lone surrogate in UTF-8', new Uint8Array([0xed, 0xa0, 0x80]), ['sqlite', 'mysql']],
  ])('that a text may be unable to hold are kept or refused, never changed: %s', async (_, content, kept) => {
    const store = await openFresh(trial, `${PAGES} insert into pages values ('a', 'old', 'old')`)
    for (const path of ['a/old.html', 'a/new.html']) {
      const applied = await put(store, { 'a/other.html': 'other', [path]: content })
      expect(applied.committed).toBe(kept.includes(trial.kind))
      expect(refusalOf(applied)?.path ?? path).toBe(path)
      expect(refusalOf(applied)?.code ?? 'row-refused').toMatch(/^(row-refused|unsupported-value|not-stored|not-utf8|holds-nul)$/)
    }
    const wanted = kept.includes(trial.kind) ? { 'a/new.html': content, 'a/old.html': content, 'a/other.html': 'other' } : { 'a/old.html': 'old' }
    expect(digests(contents(await readAll(store)))).toEqual(digests(wanted))
  })

  describe('beyond what a column takes are refused, and nothing is cut', () => {
    const limits: [what: string, type: string, fits: string, exceeds: string, only: readonly string[]][] = [
      ['varchar(5)', 'varchar(5)', 'ééééé', 'éééééé', ['mysql', 'postgres']],
      ['varchar(5), by spaces', 'varchar(5)', 'ab   ', 'ab    ', ['mysql', 'postgres']],
      ['tinytext', 'tinytext character set utf8mb4', 'é'.repeat(127), 'é'.repeat(128), ['mysql']],
      ['text', 'text character set utf8mb4', 'x'.repeat(65_535), `${'x'.repeat(65_534)}é`, ['mysql']],
      ['utf8mb3', 'text character set utf8mb3', 'ﷺ', '😀', ['mysql']],
      ['latin1', 'text character set latin1', 'é€', 'ő', ['mysql']],
      ['ascii', 'text character set ascii', 'a', 'é', ['mysql']],
      ['varbinary(3)', 'varbinary(3)', 'abc', 'abcd', ['mysql']],
    ]
    for (const [what, type, fits, exceeds, only] of limits.filter((limit) => limit[4].includes(trial.kind))) {
      test(`${what}`, async () => {
        expect(only).toContain(trial.kind)
        const store = await openFresh(trial, `create table pages (site $key not null, slug $key not null, body ${type}, primary key (site, slug)); insert into pages values ('a', 'old', 'a')`)
        for (const path of ['a/old.html', 'a/new.html']) {
          const refused = await put(store, { 'a/other.html': 'x', [path]: exceeds })
          expect(refused).toMatchObject({ committed: false, problem: { path, code: expect.stringMatching(/^(row-refused|unsupported-value)$/) as string } })
          expect((await heldBy(trial)).map((record) => record[1])).toEqual(['old'])
        }
        expect(await put(store, { 'a/old.html': fits, 'a/new.html': fits })).toMatchObject({ committed: true })
        expect((await readAll(store)).rows.map(({ content }) => digestOf(content))).toEqual([digestOf(fits), digestOf(fits)])
      })
    }

    test('and none is there in SQLite', () => {
      expect(limits.some((limit) => limit[4].includes('sqlite'))).toBe(false)
    })
  })

  test('of a table in another character set are the same texts', async () => {
    const text = trial.kind === 'mysql' ? 'text character set latin1' : '$text'
    const store = await openFresh(trial, `create table pages (site $key not null, slug $key not null, body ${text}, primary key (site, slug)); insert into pages values ('ß', '1', 'é€ü')`)
    expect((await readAll(store)).rows).toMatchObject([{ key: ['ß', '1'], content: 'é€ü' }])
    expect(await put(store, { 'ß/1.html': 'ü€é', 'ß/2.html': 'ü' })).toMatchObject({ committed: true })
    expect(await heldBy(trial)).toEqual([['ß', '1', 'ü€é'], ['ß', '2', 'ü']])
  })

  test('that are NULL become a text, and keep the other columns', async () => {
    const store = await openFresh(trial, "create table notes (id $id, body $text, title $text); insert into notes (id, body, title) values (1, null, 'mine'), (2, null, 'mine')", {
      collections: [collection('notes', ['id'], '{id}', 'body')],
    })
    expect(await put(store, { 1: 'new', 2: '', 3: 'more' })).toMatchObject({ committed: true, outcomes: [{ written: true }, { written: false }, { written: true }] })
    expect(await sorted(trial, 'select id, body, title from notes')).toEqual([['1', 'new', 'mine'], ['2', null, 'mine'], ['3', 'more', null]])
  })

  test('take any place in the path', async () => {
    const store = await openFresh(trial, PAGES, { collections: [{ ...pages, path: '{slug}/of/{site}.txt' }] })
    expect(await put(store, { 'b/of/a.txt': 'text' })).toMatchObject({ committed: true })
    expect(await heldBy(trial)).toEqual([['a', 'b', 'text']])
  })
})
