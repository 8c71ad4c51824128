import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { attempt, failure } from '../support/attempt.ts'
import { CONFIG, documentOf, filesBelow, type Project, project, tempsBelow } from '../support/project.ts'
import { samplePages } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const FILE = 'north/page-000000.html'

interface Case {
  readonly name: string
  /** Makes the input bad. */
  readonly spoil: (project: Project) => void
  readonly args?: readonly string[]
  readonly env?: Record<string, string>
  readonly code: number
  /** The code in the JSON document. */
  readonly error: string
  /** What the line on stderr says; `<dir>` stands for the project's directory. */
  readonly message: string
}

const config = (text: string) => ({ at }: Project): void => writeFileSync(at('rowtree.yaml'), text)
const replaced = (from: string, to: string) => config(CONFIG.replace(from, to))

const FATAL: readonly Case[] = [
  {
    name: 'a missing database',
    spoil: ({ database }) => rmSync(database),
    code: 78,
    error: 'store-missing',
    message: 'Cannot open the store <dir>/site.sqlite: there is no such file. Correct store.url',
  },
  {
    name: 'a file that is not a database',
    spoil: ({ database }) => writeFileSync(database, 'no database '.repeat(100)),
    code: 78,
    error: 'store-unreadable',
    message: '<dir>/site.sqlite: it is not a SQLite database',
  },
  {
    name: 'a directory as the database',
    spoil: replaced('site.sqlite', 'folder'),
    code: 78,
    error: 'store-unreadable',
    message: '<dir>/folder: it is a directory',
  },
  {
    name: 'another kind of database',
    spoil: replaced('sqlite:site.sqlite', 'oracle://host/db'),
    code: 78,
    error: 'store-unsupported',
    message: 'oracle',
  },
  {
    name: 'a missing table',
    spoil: replaced('table: pages', 'table: page'),
    code: 78,
    error: 'table-missing',
    message: '<dir>/site.sqlite: the table "page" does not exist. Did you mean "pages"?',
  },
  {
    name: 'a missing content column',
    spoil: replaced('content: body', 'content: bdy'),
    code: 78,
    error: 'column-missing',
    message: '<dir>/site.sqlite: the table "pages" has no column "bdy". Did you mean "body"?',
  },
  {
    name: 'a missing key column',
    spoil: config(CONFIG.replaceAll('slug', 'slag')),
    code: 78,
    error: 'column-missing',
    message: 'has no column "slag". Did you mean "slug"?',
  },
  {
    name: 'wrong YAML',
    spoil: config('store: [\ntree: x\n'),
    code: 78,
    error: 'config-invalid',
    message: 'Cannot read <dir>/rowtree.yaml:2:1: ',
  },
  {
    name: 'an empty config',
    spoil: config(''),
    code: 78,
    error: 'config-invalid',
    message: '<dir>/rowtree.yaml:1:1: it is empty',
  },
  {
    name: 'an unknown key',
    spoil: replaced('tree: ./tree', 'tree: ./tree\ncolections: {}'),
    code: 78,
    error: 'config-invalid',
    message: '<dir>/rowtree.yaml:3:1: unknown key "colections"; did you mean "collections"?',
  },
  {
    name: 'an unknown key further down',
    spoil: replaced('fsync: off', 'fsnc: off'),
    code: 78,
    error: 'config-invalid',
    message: '<dir>/rowtree.yaml:3:11: unknown key "fsnc" in export; did you mean "fsync"?',
  },
  {
    name: 'a config that is missing everywhere',
    spoil: ({ at }) => rmSync(at('rowtree.yaml')),
    code: 78,
    error: 'config-missing',
    message: 'Cannot find rowtree.yaml: it is neither in <dir> nor above; name a file with --config',
  },
  {
    name: 'a named config that is missing',
    spoil: () => {},
    args: ['--config', 'other.yaml'],
    code: 78,
    error: 'config-missing',
    message: 'Cannot read <dir>/other.yaml: there is no such file',
  },
  {
    name: 'a directory as the config',
    spoil: () => {},
    args: ['--config', 'folder'],
    code: 78,
    error: 'config-unreadable',
    message: 'Cannot read <dir>/folder: it is a directory',
  },
  {
    name: 'a variable that is not set',
    spoil: replaced('sqlite:site.sqlite', '"sqlite:${BOARD}.sqlite"'),
    code: 78,
    error: 'config-invalid',
    message: '<dir>/rowtree.yaml:1:23: store.url needs the environment variable BOARD, which is not set',
  },
  {
    name: 'a variable that leads to a missing database',
    spoil: replaced('sqlite:site.sqlite', '"sqlite:${BOARD}.sqlite"'),
    env: { BOARD: 'board' },
    code: 78,
    error: 'store-missing',
    message: '<dir>/board.sqlite: there is no such file',
  },
  {
    name: 'a tree that is a file',
    spoil: ({ tree }) => writeFileSync(tree, 'a file'),
    code: 78,
    error: 'tree-not-a-directory',
    message: 'Cannot use the tree <tree>: it is not a directory',
  },
  {
    name: 'a tree below a file',
    spoil: replaced('./tree', './rowtree.yaml/tree'),
    code: 78,
    error: 'tree-not-a-directory',
    message: 'Cannot use the tree <dir>/rowtree.yaml/tree: it is not a directory',
  },
  {
    name: 'a state directory that is a file',
    spoil: ({ at }) => writeFileSync(at('.rowtree'), 'a file'),
    code: 1,
    error: 'tree-unwritable',
    message: 'Cannot create the state directory <dir>/.rowtree: ',
  },
  {
    name: 'a baseline that is none',
    spoil({ at }) {
      mkdirSync(at('.rowtree'))
      writeFileSync(at('.rowtree', 'baseline.db'), 'no database '.repeat(100))
    },
    code: 1,
    error: 'baseline-invalid',
    message: 'Cannot open the baseline <dir>/.rowtree/baseline.db: it is damaged or not a database; move it away',
  },
]

describe('an export that cannot start', () => {
  it.each(FATAL)('says why: $name', async ({ spoil, args = [], env = {}, code, error, message }) => {
    const bad = project()
    mkdirSync(bad.at('folder'))
    spoil(bad)
    const text = await attempt(bad, args, env)
    const json = await bad.run(['export', '--json', ...args], { env })
    expect(text).toEqual(failure(code, message))
    expect(json).toMatchObject({ code, stderr: '' })
    expect(documentOf(json)).toMatchObject({ command: 'export', ok: false, error: { code: error } })
  })

  it('names every fault of a config, a line each', async () => {
    const { run, at } = project()
    writeFileSync(at('rowtree.yaml'), CONFIG.replace('off', 'sometimes').replace('key:', 'keys:'))
    const done = await run(['export'])
    expect(done).toMatchObject({ code: 78, stdout: '' })
    expect(done.stderr.split('\n')).toEqual([
      `error: Cannot read ${at('rowtree.yaml')}: 3 faults`,
      `  ${at('rowtree.yaml')}:3:18: export.fsync must be batch, file or off`,
      expect.stringContaining(`${at('rowtree.yaml')}:5:3: collections.pages.key is missing`),
      expect.stringContaining('unknown key "keys" in collections.pages; did you mean "key"?'),
      '',
    ])
  })

  it('shows neither password nor stack', async () => {
    const { run, at } = project()
    writeFileSync(at('rowtree.yaml'), CONFIG.replace('sqlite:site.sqlite', '"mysql://me:${SECRET}@127.0.0.1:1/db"'))
    const done = await run(['export', '-v'], { env: { SECRET: 'hunter2' } })
    expect(done.code).toBe(1)
    expect(done.stderr).not.toContain('hunter2')
    const brief = await run(['export'], { env: { SECRET: 'hunter2' } })
    expect(brief.stderr).toMatch(/^error: [^\n]*\n$/)
  })
})

interface Obstacle {
  readonly name: string
  readonly place: (project: Project, outside: string) => void
  readonly code: string
  /** How many of the six rows it keeps from being exported. */
  readonly rows: number
  readonly message: string
}

const OBSTACLES: readonly Obstacle[] = [
  {
    name: 'a directory',
    place: ({ at }) => void mkdirSync(at('tree', FILE), { recursive: true }),
    code: 'target-is-directory',
    rows: 1,
    message: `Cannot write ${FILE}: a directory is in its place; move it away`,
  },
  {
    name: 'a symlink',
    place({ at }, outside) {
      mkdirSync(at('tree', 'north'), { recursive: true })
      symlinkSync(`${outside}/victim`, at('tree', FILE))
    },
    code: 'target-is-symlink',
    rows: 1,
    message: `Cannot write ${FILE}: a symlink is in its place; move it away`,
  },
  {
    name: 'a dangling symlink',
    place({ at }, outside) {
      mkdirSync(at('tree', 'north'), { recursive: true })
      symlinkSync(`${outside}/nothing`, at('tree', FILE))
    },
    code: 'target-is-symlink',
    rows: 1,
    message: `Cannot write ${FILE}: a symlink is in its place; move it away`,
  },
  {
    name: 'a FIFO',
    place({ at }) {
      mkdirSync(at('tree', 'north'), { recursive: true })
      execFileSync('mkfifo', [at('tree', FILE)])
    },
    code: 'target-is-special',
    rows: 1,
    message: `Cannot write ${FILE}: neither a file nor a directory is in its place; move it away`,
  },
  {
    name: 'a file in the place of a directory',
    place({ at, tree }) {
      mkdirSync(tree)
      writeFileSync(at('tree', 'north'), 'mine')
    },
    code: 'directory-is-file',
    rows: 3,
    message: 'Cannot write into north: it is not a directory; move it away',
  },
  {
    name: 'a symlink that leads a directory out of the tree',
    place({ at, tree }, outside) {
      mkdirSync(tree)
      symlinkSync(outside, at('tree', 'north'))
    },
    code: 'directory-is-symlink',
    rows: 3,
    message: 'Cannot write into north: it is a symlink and may lead out of the tree; move it away',
  },
]

describe.skipIf(process.platform === 'win32')('a tree with something in the way', () => {
  it.each(OBSTACLES)('exports the rest: $name', async ({ place, code, rows, message }) => {
    const bad = project()
    const outside = temporaryDirectory()
    writeFileSync(`${outside}/victim`, 'untouched')
    place(bad, outside)
    const done = await bad.run(['export'])
    expect(done).toMatchObject({ code: 1, stdout: expect.stringContaining(`${6 - rows} exported`) })
    expect(done.stderr).toBe(`problem: ${message}\n`.repeat(rows))
    const again = documentOf(await bad.run(['export', '--json', '--force']))
    expect(again).toMatchObject({ exported: 0, unchanged: 6 - rows })
    expect(again['problems']).toHaveLength(rows)
    expect(again['problems']).toContainEqual({ path: FILE, code, message })
    expect(filesBelow(outside)).toEqual(['victim'])
    expect(readFileSync(`${outside}/victim`, 'utf8')).toBe('untouched')
    expect(tempsBelow(bad.directory)).toEqual([])
  })

  it('exports every good row among several bad ones', async () => {
    const pages = [
      ...samplePages(10),
      { site: '..', slug: 'up', body: 'x' },
      { site: 'north', slug: 'a/../../b', body: 'x' },
      { site: 'north', slug: '', body: 'x' },
      { site: 'north', slug: 'twin', body: 'x' },
      { site: 'north', slug: 'TWIN', body: 'x' },
      { site: 'north', slug: 'n'.repeat(300), body: 'x' },
      { site: 'north', slug: null as unknown as string, body: 'x' },
      { site: 'north', slug: 'CON', body: 'x' },
    ]
    const bad = project(pages)
    mkdirSync(bad.at('tree', FILE), { recursive: true })
    const done = await bad.run(['export', '--json'])
    const document = documentOf(done)
    const files = filesBelow(bad.tree)
    expect(done.code).toBe(1)
    expect(document['exported']).toBe(files.length)
    expect(samplePages(10).filter(({ site, slug }) => files.includes(`${site}/${slug}.html`))).toHaveLength(9)
    expect((document['problems'] as { code: string }[]).map(({ code }) => code)).toEqual(
      expect.arrayContaining(['target-is-directory', 'null-key', 'name-too-long', 'path-collision']),
    )
    expect((document['exported'] as number) + (document['problems'] as unknown[]).length).toBe(pages.length)
    expect(filesBelow(dirname(bad.tree)).filter((path) => !/^(tree|\.rowtree)\//.test(path))).toEqual(['rowtree.yaml', 'site.sqlite'])
    expect(tempsBelow(bad.directory)).toEqual([])
  })
})
