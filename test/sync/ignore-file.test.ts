import { execFileSync } from 'node:child_process'
import { lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ConfigInput, type Engine, openEngine, type Summary, type WatchEvent } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { type Site, site } from '../support/site.ts'
import { createPages, insertPages, pagesConfig } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const FILE = '.rowtreeignore'
const A = 'north/page-000000.html'
const B = 'south/page-000001.html'
const C = 'north/page-000002.html'

const NOTHING = { exported: 0, imported: 0, adopted: 0, removed: 0, deleted: 0, pending: 0, conflicts: [], holds: [], problems: [], deletions: [], untracked: [] }
const ALL = ['in-sync', 'store-changed', 'tree-changed', 'store-only', 'tree-only', 'conflict', 'held', 'untracked']

/** A site of twelve pages, exported, whose tree then gets an ignore file. */
async function ignoring(content: string | Uint8Array, input: Partial<ConfigInput> = {}): Promise<Site> {
  const one = await site(undefined, input)
  one.setFile(FILE, content)
  return one
}

/** Every command that could do something, with all leave there is. */
const COMMANDS: [name: string, run: (one: Site) => Promise<Summary>][] = [
  ['export', ({ engine }) => engine.export({ prune: true })],
  ['import', ({ engine }) => engine.import({ delete: true })],
  ['sync', ({ engine }) => engine.sync({ prune: true, delete: true })],
]

describe('rows and files at ignored paths', () => {
  it.each(COMMANDS)('are left alone by %s, whatever happened to them', async (_, run) => {
    const one = await ignoring('north/\n')
    const [d, e, f] = ['north/page-000004.html', 'north/page-000006.html', 'north/page-000008.html'] as const
    one.setFile(A, 'edited')
    one.setRow(C, 'edited')
    one.setFile(d, undefined)
    one.setRow(e, undefined)
    one.setFile(f, 'edited')
    one.setRow(f, 'otherwise')
    one.setFile('north/new.html', 'new')
    one.setRow('north/fresh.html', 'fresh')
    const before = one.file(C)
    expect(await run(one)).toMatchObject({ ...NOTHING, unchanged: 6 })
    expect(await one.engine.status()).toMatchObject({ counts: { ...Object.fromEntries(ALL.map((state) => [state, 0])), 'in-sync': 6 }, items: [], problems: [] })
    expect([one.row(A) === 'edited', one.file(C) === before, one.row(d) === undefined, one.file(e) === undefined]).toEqual([false, true, false, false])
    expect([one.row(f), one.file(f), one.row('north/new.html'), one.file('north/fresh.html')]).toEqual(['otherwise', 'edited', undefined, undefined])
  })

  it.each(COMMANDS)('are left alone by %s also where all of them are gone', async (_, run) => {
    const one = await ignoring('north/\n')
    rmSync(join(one.root, 'north'), { recursive: true })
    expect(await run(one)).toMatchObject({ ...NOTHING, unchanged: 6 })
    for (let index = 0; index < 12; index += 2) one.setRow(`north/page-${String(index).padStart(6, '0')}.html`, undefined)
    expect(await run(one)).toMatchObject({ ...NOTHING, unchanged: 6 })
  })

  it('are left alone where they are named', async () => {
    const one = await ignoring('north/\n')
    one.setFile(A, 'edited')
    one.setFile(C, undefined)
    expect(await one.engine.import({ paths: [A, C], delete: true })).toMatchObject(NOTHING)
    expect(await one.engine.import({ paths: ['north'], delete: true })).toMatchObject(NOTHING)
    expect(one.row(A)).not.toBe('edited')
    expect(one.row(C)).toBeDefined()
  })

  it('do not count where the rest is judged', async () => {
    const one = await ignoring('north/\n')
    rmSync(join(one.root, 'north'), { recursive: true })
    one.setFile(B, undefined)
    // One of twelve is no accident, whatever became of the six that take no part.
    expect(await one.engine.import({ delete: true })).toMatchObject({ ...NOTHING, deleted: 1, unchanged: 5 })
    expect(one.row(B)).toBeUndefined()
  })

  it('are compared with what they last agreed on once they take part again', async () => {
    const one = await ignoring(`${A}\n${B}\n${C}\n`)
    one.setFile(A, 'edited')
    one.setRow(B, 'edited')
    one.setFile(C, 'one')
    one.setRow(C, 'other')
    expect(await one.engine.sync()).toMatchObject({ ...NOTHING, unchanged: 9 })
    one.setFile(FILE, `${B}\n`)
    expect(await one.engine.sync()).toMatchObject({ ...NOTHING, imported: 1, conflicts: [{ path: C, code: 'changed-on-both-sides' }] })
    expect(one.row(A)).toBe('edited')
    one.setFile(FILE, undefined)
    expect(await one.engine.sync()).toMatchObject({ ...NOTHING, exported: 1, conflicts: [{ path: C }] })
    expect(one.file(B)).toBe('edited')
  })

  it('keep their conflicts and holds to themselves', async () => {
    const one = await site()
    one.setFile(A, 'one')
    one.setRow(A, 'other')
    one.setFile(B, '')
    expect(await one.engine.sync()).toMatchObject({ conflicts: [{ path: A }], holds: [{ path: B }] })
    one.setFile(FILE, '*\n!*/\n!page-000002.html\n')
    expect(await one.engine.sync()).toMatchObject({ ...NOTHING, unchanged: 1 })
    expect(await one.engine.status()).toMatchObject({ items: [], counts: { 'in-sync': 1, conflict: 0, held: 0 } })
    one.setFile(FILE, undefined)
    expect(await one.engine.status()).toMatchObject({ counts: { 'in-sync': 10, conflict: 1, held: 1 } })
  })
})

/** Which of three new files become rows. */
async function taken(content: string | Uint8Array, config: string[], flags: string[]): Promise<string[]> {
  const one = await ignoring(content, { ignore: config })
  const files = ['new/a.html', 'new/b.html', 'new/c.html']
  for (const path of files) one.setFile(path, 'new')
  expect((await one.engine.import({ ignore: flags })).problems).toEqual([])
  return files.filter((path) => one.row(path) !== undefined).map((path) => path.slice(4, 5))
}

describe('patterns', () => {
  it.each<[name: string, content: string, config: string[], flags: string[], letters: string]>([
    ['none', '', [], [], 'abc'],
    ['of the file', 'a.html', [], [], 'bc'],
    ['of all three', 'b.html', ['a.html'], ['c.html'], ''],
    ['the file takes back what the config ignores', '!b.html', ['*.html'], [], 'b'],
    ['a flag takes back what the file ignores', '*.html', [], ['!c.html'], 'c'],
    ['a flag takes back what the config ignores', '', ['*.html'], ['!c.html'], 'c'],
    ['a flag ignores what the file took back', '!b.html', ['*.html'], ['b.html'], ''],
    ['the config takes nothing back from the file', 'b.html', ['!b.html'], [], 'ac'],
    ['the file takes nothing back from a flag', '!b.html', [], ['b.html'], 'ac'],
    ['within the file the last one counts', '*.html\n!a.html\n!b.html\nb.html', [], [], 'a'],
    ['below a directory that is excluded nothing is taken back', 'new/\n!new/a.html', [], ['!new/b.html'], ''],
    ['a byte order mark is no part of the first', '\uFEFF!b.html\n', ['*.html'], [], 'b'],
    ['lines end with CRLF', 'a.html\r\n\r\n!b.html\r\nc.html\r\n', [], [], 'b'],
    ['comments and blank lines are none', '# a.html\n\n   \nb.html\n', [], [], 'ac'],
    ['white space at the end is none', 'a.html   \nb.html \r\n', [], [], 'c'],
  ])('%s', async (_, content, config, flags, letters) => {
    expect((await taken(content, config, flags)).join('')).toBe(letters)
  })

  it('are read anew by each cycle', async () => {
    const one = await ignoring('new/\n')
    one.setFile('new/a.html', 'new')
    expect(await one.engine.import()).toMatchObject({ imported: 0 })
    one.setFile(FILE, 'other/\n')
    expect(await one.engine.import()).toMatchObject({ imported: 1 })
  })
})

/** An engine for rows whose files lie in the root, their names with a dot in front. */
async function dotted(slugs: readonly string[]): Promise<{ engine: Engine; store: string; path: string }> {
  const directory = temporaryDirectory()
  const store = createPages(directory, slugs.map((slug) => ({ site: '', slug, body: '*' })))
  const collections = { pages: { table: 'pages', key: 'slug', path: '.{slug}', content: 'body' } }
  const engine = await openEngine(pagesConfig(directory, { export: { fsync: 'off' }, collections }))
  onTestFinished(() => engine.close())
  return { engine, store, path: join(directory, 'tree', FILE) }
}

describe('the file itself', () => {
  it('is no file without a row', async () => {
    const one = await ignoring('')
    expect(await one.engine.sync()).toMatchObject({ ...NOTHING, unchanged: 12 })
    expect((await one.engine.status()).items).toEqual([])
    one.setFile('other', '')
    expect((await one.engine.status()).items).toMatchObject([{ path: 'other', state: 'untracked' }])
  })

  it.each(['rowtreeignore', 'RowtreeIgnore'])('is never the file of a row %s', async (slug) => {
    const { engine, path } = await dotted([slug, 'page'])
    const problems = [{ path: `.${slug}`, code: 'path-reserved' }]
    expect(await engine.export()).toMatchObject({ exported: 1, problems })
    writeFileSync(path, '# mine\n')
    for (const run of [() => engine.sync(), () => engine.import(), () => engine.export()]) expect(await run()).toMatchObject({ ...NOTHING, unchanged: 1, problems })
    expect(await engine.resolve([`.${slug}`], { prefer: 'store' })).toMatchObject({ exported: 0 })
    expect(readFileSync(path, 'utf8')).toBe('# mine\n')
  })

  it('never becomes a new row, not even where it is named, and a symlink neither', async () => {
    const { engine, store, path } = await dotted(['page'])
    await engine.export()
    writeFileSync(path, 'x\n')
    const importAll = async (): Promise<void> => {
      expect(await engine.import({ paths: [FILE] })).toMatchObject(NOTHING)
      expect(await engine.sync()).toMatchObject({ ...NOTHING, unchanged: 1 })
    }
    await importAll()
    renameSync(path, join(path, '../../shared'))
    symlinkSync('../shared', path)
    await importAll()
    insertPages(store, [{ site: '', slug: FILE.slice(1), body: '*' }])
    expect(await engine.export()).toMatchObject({ problems: [{ path: FILE, code: 'path-reserved' }] })
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
  })

  it('may be a symlink', async () => {
    const one = await site()
    one.setFile('../shared-ignore', 'new/\n')
    symlinkSync('../shared-ignore', join(one.root, FILE))
    one.setFile('new/a.html', 'new')
    expect(await one.engine.sync()).toMatchObject({ ...NOTHING, unchanged: 12 })
  })
})

describe('a file that cannot be read', () => {
  it.each<[name: string, make: (path: string) => void, words: RegExp]>([
    ['a directory in its place', (path) => mkdirSync(path), /; make it a readable file, or remove it$/],
    ['a symlink that leads nowhere', (path) => symlinkSync('nowhere', path), /; make it a readable file, or remove it$/],
    ['a symlink to itself', (path) => symlinkSync(FILE, path), /; make it a readable file, or remove it$/],
    ['a FIFO, which would keep it waiting', (path) => void execFileSync('mkfifo', [path]), /not a regular file.*; make it a readable file, or remove it$/],
    ['UTF-16', (path) => writeFileSync(path, '\uFEFFnorth/\n', 'utf16le'), /: line 1 is not UTF-8 text; save it as UTF-8, or remove it$/],
    ['another encoding', (path) => writeFileSync(path, '*.html\nf\xFCr/\n', 'latin1'), /: line 2 is not UTF-8 text; /],
  ])('%s stops every command before it does anything', async (_, make, words) => {
    const one = await site()
    make(join(one.root, FILE))
    one.setFile(A, 'edited')
    one.setRow(B, 'edited')
    for (const run of [() => one.engine.sync(), () => one.engine.import(), () => one.engine.export(), () => one.engine.status()]) {
      await expect(run()).rejects.toMatchObject({ code: 'tree-unreadable', path: join(one.root, FILE), message: expect.stringMatching(words) })
    }
    expect([one.row(A) === 'edited', one.file(B) === 'edited']).toEqual([false, false])
    rmSync(join(one.root, FILE), { recursive: true })
    expect(await one.engine.sync()).toMatchObject({ imported: 1, exported: 1 })
  })
})

describe('a session', () => {
  it('notices new patterns, also when the old ones leave out the file itself', async () => {
    const one = await ignoring('*\n!*/\n!south/*\n')
    one.setFile(A, 'ignored')
    const session = one.engine.watch({ settle: 10, poll: 'off', rescan: 'off' })
    const events: WatchEvent[] = []
    const over = (async () => {
      for await (const event of session) events.push(event)
    })()
    await eventually('the session is ready', () => events.some(({ event }) => event === 'ready'))
    expect(one.row(A)).not.toBe('ignored')
    one.setFile(FILE, 'south/\n')
    await eventually('the new patterns are taken', () => one.row(A) === 'ignored')
    one.setFile(B, 'edited')
    one.setFile(C, 'edited')
    await session.flush()
    expect([one.row(B) === 'edited', one.row(C)]).toEqual([false, 'edited'])
    await session.stop()
    await over
    expect(events).toContainEqual(expect.objectContaining({ event: 'rescan', reason: 'rules-changed' }))
    expect(events.filter(({ event }) => event === 'untracked' || event === 'problem')).toEqual([])
  })

  it('goes by what the file said until it has been quiet: an editor may be writing it', async () => {
    const one = await ignoring('north/\n')
    const session = one.engine.watch({ settle: 60_000, poll: 100, rescan: 'off' })
    const exported: string[] = []
    let ready = false
    const over = (async () => {
      for await (const event of session) {
        ready ||= event.event === 'ready'
        if (event.event === 'exported') exported.push(...event.paths)
      }
    })()
    await eventually('the session is ready', () => ready)
    one.setFile(FILE, '')
    one.setRow(A, 'ignored')
    one.setRow(B, 'changed')
    await eventually('the other row is exported', () => one.file(B) === 'changed')
    await session.stop()
    await over
    expect([exported, one.file(A) === 'ignored']).toEqual([[B], false])
  })
})
