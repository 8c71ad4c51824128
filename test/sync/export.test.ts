import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { storedIn } from '../../src/baseline/baseline.ts'
import { openBaseline } from '../../src/baseline/sqlite.ts'
import { type Config, type ConfigInput, type ExportOptions, openEngine, type Summary } from '../../src/index.ts'
import { createPages, insertPages, type Page, pagesConfig, samplePages, sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'

async function exportOnce(config: Config, options: ExportOptions = {}): Promise<Summary> {
  const engine = await openEngine(config)
  try {
    return await engine.export(options)
  } finally {
    await engine.close()
  }
}

/** Every file below a directory, with its content. */
function tree(root: string, directory = ''): Record<string, string> {
  const files: Record<string, string> = {}
  for (const entry of readdirSync(join(root, directory), { withFileTypes: true })) {
    const path = directory ? `${directory}/${entry.name}` : entry.name
    if (entry.isDirectory()) Object.assign(files, tree(root, path))
    else files[path] = entry.isFile() ? readFileSync(join(root, path), 'utf8') : '(no file)'
  }
  return files
}

function board(pages: readonly Page[], input: Partial<ConfigInput> = {}) {
  const directory = temporaryDirectory()
  const store = createPages(directory, pages)
  const config = pagesConfig(directory, { export: { fsync: 'off' }, ...input })
  return { directory, store, config, root: config.tree }
}

const TWO: Page[] = [
  { site: 'north', slug: 'home', body: 'Home' },
  { site: 'south', slug: 'home', body: 'Süd' },
]

/** What history holds, one line a record. */
function historyOf(directory: string): string[] {
  const baseline = openBaseline(join(directory, '.rowtree/baseline.db'), { tree: '../tree', durable: false, command: 'test' })
  const lines = baseline.operations(10).flatMap(({ id, command }) =>
    baseline.records(id).map(({ path, before }) => `${command}: ${path} was ${before ? new TextDecoder().decode(baseline.content(before)) : 'not there'}`),
  )
  baseline.close()
  return lines
}

const codes = (list: Summary['problems']): string[] => list.map(({ path, code }) => `${path} ${code}`)

/** Changes a file as an editor would, with a time that is certainly another. */
function edit(path: string, content: string): void {
  writeFileSync(path, content)
  utimesSync(path, 1_800_000_000, 1_800_000_000)
}

describe.each([
  ['in the calling thread', 0],
  ['with two threads', 2],
])('export %s', (_, workers) => {
  it('writes every row and nothing a second time', async () => {
    const pages = samplePages(3_000)
    const { config, root } = board(pages)
    expect(await exportOnce(config, { workers })).toMatchObject({ exported: 3_000, unchanged: 0, problems: [], conflicts: [] })
    const written = tree(root)
    expect(Object.keys(written)).toHaveLength(3_000)
    for (const { site, slug, body } of pages) expect(written[`${site}/${slug}.html`]).toBe(body)
    const times = Object.keys(written).map((path) => lstatSync(join(root, path)).mtimeMs)

    expect(await exportOnce(config, { workers })).toMatchObject({ exported: 0, unchanged: 3_000, bytes: 0 })
    expect(Object.keys(written).map((path) => lstatSync(join(root, path)).mtimeMs)).toEqual(times)
    expect(tree(root)).toEqual(written)
  })

  it('takes several batches for many rows', async () => {
    const { config, root } = board(samplePages(17_000, 24))
    expect(await exportOnce(config, { workers })).toMatchObject({ exported: 17_000, problems: [] })
    expect(Object.keys(tree(root))).toHaveLength(17_000)
    expect(await exportOnce(config, { workers })).toMatchObject({ exported: 0, unchanged: 17_000 })
  })

  it('writes what changed, and only that', async () => {
    const { config, root, store } = board(samplePages(2_500))
    await exportOnce(config, { workers })
    insertPages(store, [{ site: 'north', slug: 'page-000000', body: 'new' }, { site: 'east', slug: 'first', body: '' }])
    expect(await exportOnce(config, { workers })).toMatchObject({ exported: 2, unchanged: 2_499, bytes: 3 })
    expect(tree(root)).toMatchObject({ 'north/page-000000.html': 'new', 'east/first.html': '' })
  })
})

describe('export and files that people wrote', () => {
  it('leaves an edited file alone: it is pending, whatever is flagged but force', async () => {
    const { config, root } = board(TWO)
    await exportOnce(config)
    edit(join(root, 'north/home.html'), 'mine')
    expect(await exportOnce(config, { prune: true })).toMatchObject({ exported: 0, unchanged: 1, pending: 1, conflicts: [] })
    expect(tree(root)['north/home.html']).toBe('mine')
  })

  it('sees an edit of the same size right after the export', async () => {
    const { config, root } = board(TWO)
    await exportOnce(config)
    writeFileSync(join(root, 'north/home.html'), 'Hime')
    expect(await exportOnce(config)).toMatchObject({ pending: 1, unchanged: 1 })
    expect(tree(root)['north/home.html']).toBe('Hime')
  })

  it('does not replace an edited file whose time was set back', async () => {
    const { config, root, store } = board(TWO)
    await exportOnce(config)
    const path = join(root, 'north/home.html')
    utimesSync(path, 1_700_000_000, 1_700_000_000)
    await exportOnce(config)
    writeFileSync(path, 'Hime')
    utimesSync(path, 1_700_000_000, 1_700_000_000)
    insertPages(store, [{ site: 'north', slug: 'home', body: 'theirs' }])
    expect(codes((await exportOnce(config)).conflicts)).toEqual(['north/home.html changed-on-both-sides'])
    expect(tree(root)['north/home.html']).toBe('Hime')
  })

  it.each(['site.sqlite', 'SITE.sqlite', 'site.sqlite-wal', '.rowtree/lock.db', '.rowtree'])('never takes the path of its own %s, also by force', async (path) => {
    const [name, inner] = path.split('/')
    const { config } = board([{ site: inner ?? '', slug: name!.replace(/^\./, ''), body: 'evil' }], {
      tree: '.',
      collections: {
        pages: { table: 'pages', key: inner ? ['site', 'slug'] : ['slug'], path: `${name!.startsWith('.') ? '.' : ''}{slug}${inner ? '/{site}' : ''}`, content: 'body' },
      },
    })
    const summary = await exportOnce(config, { force: true })
    expect(codes(summary.problems)).toEqual([`${path} path-reserved`])
    expect(await exportOnce(config, { force: true })).toMatchObject({ exported: 0 })
  })

  it('exports a row whose path is the name of a collection with a broken row', async () => {
    const { config, root, store } = board([])
    sql(store, "create table loose (slug text, body text); insert into loose values (null, 'no key'), ('loose', 'fine')")
    const own = pagesConfig(config.directory, { collections: { loose: { table: 'loose', key: 'slug', path: '{slug}', content: 'body' } } })
    const summary = await exportOnce(own)
    expect(codes(summary.problems)).toEqual(['loose null-key'])
    expect(tree(root)).toEqual({ loose: 'fine' })
  })

  it('calls it a conflict when both sides changed, and touches neither', async () => {
    const { config, root, store } = board(TWO)
    await exportOnce(config)
    edit(join(root, 'north/home.html'), 'mine')
    insertPages(store, [{ site: 'north', slug: 'home', body: 'theirs' }])
    const summary = await exportOnce(config)
    expect(codes(summary.conflicts)).toEqual(['north/home.html changed-on-both-sides'])
    expect(tree(root)['north/home.html']).toBe('mine')
  })

  it('calls it a conflict when somebody else put a file there', async () => {
    const { config, root } = board(TWO)
    mkdirSync(join(root, 'north'), { recursive: true })
    writeFileSync(join(root, 'north/home.html'), 'mine')
    const summary = await exportOnce(config)
    expect(codes(summary.conflicts)).toEqual(['north/home.html file-in-the-way'])
    expect(tree(root)).toEqual({ 'north/home.html': 'mine', 'south/home.html': 'Süd' })
  })

  it('adopts a file that already has the content', async () => {
    const { config, root } = board(TWO)
    mkdirSync(join(root, 'north'), { recursive: true })
    writeFileSync(join(root, 'north/home.html'), 'Home')
    expect(await exportOnce(config)).toMatchObject({ exported: 1, adopted: 1 })
    expect(await exportOnce(config)).toMatchObject({ unchanged: 2 })
  })

  it('writes a deleted file again', async () => {
    const { config, root } = board(TWO)
    await exportOnce(config)
    unlinkSync(join(root, 'north/home.html'))
    expect(await exportOnce(config)).toMatchObject({ exported: 1, unchanged: 1 })
    expect(tree(root)['north/home.html']).toBe('Home')
  })

  it('keeps the mode of a file that it replaces', async () => {
    const { config, root, store } = board(TWO)
    await exportOnce(config)
    chmodSync(join(root, 'north/home.html'), 0o640)
    insertPages(store, [{ site: 'north', slug: 'home', body: 'theirs' }])
    await exportOnce(config)
    expect(lstatSync(join(root, 'north/home.html')).mode & 0o777).toBe(0o640)
  })

  it('keeps what force replaces in history', async () => {
    const { config, root, directory } = board(TWO)
    await exportOnce(config)
    edit(join(root, 'north/home.html'), 'mine')
    expect(await exportOnce(config, { force: true })).toMatchObject({ exported: 1, unchanged: 1, pending: 0 })
    expect(tree(root)['north/home.html']).toBe('Home')
    expect(historyOf(directory)).toEqual(['export: north/home.html was mine'])
    expect(await exportOnce(config)).toMatchObject({ unchanged: 2 })
  })

  it.each([
    ['a directory', (path: string) => mkdirSync(path), 'target-is-directory'],
    ['a symlink', (path: string) => symlinkSync('/etc/hostname', path), 'target-is-symlink'],
  ])('reports %s in a file\'s place, and exports the rest', async (_, plant, code) => {
    const { config, root } = board(TWO)
    mkdirSync(join(root, 'north'), { recursive: true })
    plant(join(root, 'north/home.html'))
    const summary = await exportOnce(config, { force: true })
    expect(codes(summary.problems)).toEqual([`north/home.html ${code}`])
    expect(summary.exported).toBe(1)
  })

  it('does not enter a symlinked directory', async () => {
    const { config, root, directory } = board(TWO)
    mkdirSync(root)
    mkdirSync(join(directory, 'outside'))
    symlinkSync(join(directory, 'outside'), join(root, 'north'))
    const summary = await exportOnce(config)
    expect(codes(summary.problems)).toEqual(['north/home.html directory-is-symlink'])
    expect(readdirSync(join(directory, 'outside'))).toEqual([])
  })
})

/** Does something once, when the rows are staged and not yet published. */
function meanwhile(act: () => void): ExportOptions {
  let done = false
  return {
    workers: 0,
    onProgress() {
      if (!done) act()
      done = true
    },
  }
}

describe('export of new directories', () => {
  it('shows nothing until they are complete', async () => {
    const { config, root } = board(TWO)
    let seen: string[] = []
    await exportOnce(config, meanwhile(() => (seen = readdirSync(root))))
    expect(seen).toHaveLength(2)
    for (const name of seen) expect(name).toMatch(/^\.rowtree-.*\.tmp$/)
    expect(readdirSync(root).sort()).toEqual(['north', 'south'])
  })

  it('merges with a directory that somebody made meanwhile, and keeps their files', async () => {
    const { config, root } = board([...TWO, { site: 'north', slug: 'news', body: 'News' }])
    const summary = await exportOnce(
      config,
      meanwhile(() => {
        mkdirSync(join(root, 'north'))
        writeFileSync(join(root, 'north/home.html'), 'mine')
      }),
    )
    expect(codes(summary.conflicts)).toEqual(['north/home.html changed-meanwhile'])
    expect(summary.exported).toBe(2)
    expect(tree(root)).toEqual({ 'north/home.html': 'mine', 'north/news.html': 'News', 'south/home.html': 'Süd' })
    // What was not published is not remembered either.
    const again = await exportOnce(config)
    expect(again).toMatchObject({ unchanged: 2, exported: 0, pending: 0 })
    expect(codes(again.conflicts)).toEqual(['north/home.html file-in-the-way'])
  })

  it('does not follow a symlink that somebody put there meanwhile', async () => {
    const { config, root, directory } = board(TWO)
    mkdirSync(join(directory, 'outside'))
    const summary = await exportOnce(config, meanwhile(() => symlinkSync(join(directory, 'outside'), join(root, 'north'))))
    expect(codes(summary.problems)).toEqual(['north/home.html directory-is-symlink'])
    expect(readdirSync(join(directory, 'outside'))).toEqual([])
    expect(tree(root)).toEqual({ north: '(no file)', 'south/home.html': 'Süd' })
  })

  it('leaves no directory behind whose files cannot be written', async () => {
    const { config, root, store } = board([])
    const columns = Array.from({ length: 24 }, (_, index) => `k${index}`)
    sql(store, `create table deep (${columns.join()}, body); insert into deep values (${columns.map((name) => `'${name.repeat(80)}'`).join()}, 'too deep')`)
    const path = columns.map((name) => `{${name}}`).join('/')
    const summary = await exportOnce(pagesConfig(config.directory, { collections: { deep: { table: 'deep', key: columns, path, content: 'body' } } }))
    expect(summary.problems).toMatchObject([{ code: 'write-failed', errno: 'ENAMETOOLONG' }])
    expect(readdirSync(root)).toEqual([])
  })

  it('publishes nothing of a batch when the directory of the tree vanishes', async () => {
    const { config, root } = board(TWO)
    const summary = await exportOnce(config, meanwhile(() => rmSync(root, { recursive: true })))
    expect(summary.exported).toBe(0)
    expect(summary.problems).toHaveLength(2)
    expect(existsSync(root)).toBe(false)
  })
})

describe('files that change while they are exported', () => {
  it.each([
    ['edited', (path: string) => edit(path, 'mine'), { exported: 0, unchanged: 1 }, ['north/home.html changed-on-both-sides']],
    ['edited within the same tick, to the same size', (path: string) => writeFileSync(path, 'Mine'), { exported: 0, unchanged: 1 }, ['north/home.html changed-on-both-sides']],
    ['replaced by the same content', (path: string) => { unlinkSync(path); writeFileSync(path, 'Home') }, { exported: 1, unchanged: 1 }, []],
  ])('are conflicts: %s', async (_, change, counts, conflicts) => {
    const { config, root, store } = board(TWO)
    await exportOnce(config)
    insertPages(store, [{ site: 'north', slug: 'home', body: 'theirs' }])
    const path = join(root, 'north/home.html')
    let after = ''
    const summary = await exportOnce(config, {
      workers: 0,
      onProgress() {
        if (after) return
        change(path)
        after = readFileSync(path, 'utf8')
      },
    })
    expect(codes(summary.conflicts)).toEqual(['north/home.html changed-meanwhile'])
    expect(tree(root)['north/home.html']).toBe(after)
    // The baseline still says what both sides last agreed on.
    const again = await exportOnce(config)
    expect(again).toMatchObject(counts)
    expect(codes(again.conflicts)).toEqual(conflicts)
  })
})

const without = (store: string): void => sql(store, "delete from pages where site = 'north'")

describe('export and rows that are gone', () => {
  it('leaves the file, pending', async () => {
    const { config, root, store } = board(TWO)
    await exportOnce(config)
    without(store)
    expect(await exportOnce(config)).toMatchObject({ unchanged: 1, pending: 1, removed: 0 })
    expect(Object.keys(tree(root))).toEqual(['north/home.html', 'south/home.html'])
  })

  it('removes it with prune, keeps its content in history, and forgets it', async () => {
    const { config, root, store, directory } = board(TWO)
    await exportOnce(config)
    without(store)
    expect(await exportOnce(config, { prune: true })).toMatchObject({ unchanged: 1, removed: 1 })
    expect(Object.keys(tree(root))).toEqual(['south/home.html'])
    expect(await exportOnce(config)).toMatchObject({ unchanged: 1, pending: 0 })
    expect(historyOf(directory)).toEqual(['export: north/home.html was Home'])
  })

  it('never removes a file that was edited', async () => {
    const { config, root, store } = board(TWO)
    await exportOnce(config)
    edit(join(root, 'north/home.html'), 'mine')
    without(store)
    const summary = await exportOnce(config, { prune: true })
    expect(codes(summary.conflicts)).toEqual(['north/home.html deleted-in-store'])
    expect(tree(root)['north/home.html']).toBe('mine')
  })

  it('never removes a file that rowtree did not write', async () => {
    const { config, root } = board(TWO)
    await exportOnce(config)
    writeFileSync(join(root, 'north/notes.html'), 'mine')
    expect(await exportOnce(config, { prune: true })).toMatchObject({ removed: 0 })
    expect(tree(root)['north/notes.html']).toBe('mine')
  })

  it('does not take rows outside the scope for gone', async () => {
    const { config, root, store } = board(TWO)
    await exportOnce(config)
    without(store)
    expect(await exportOnce(config, { prune: true, only: ['south/'] })).toMatchObject({ unchanged: 1, removed: 0 })
    expect(await exportOnce(config, { prune: true, ignore: ['north/'] })).toMatchObject({ unchanged: 1, removed: 0 })
    expect(Object.keys(tree(root))).toEqual(['north/home.html', 'south/home.html'])
  })

  it('does not take a row that cannot be exported for gone', async () => {
    const { config, root, store } = board(TWO)
    await exportOnce(config)
    insertPages(store, [{ site: 'north', slug: 'home', body: new Uint8Array([1]) }])
    sql(store, "update pages set body = 17.5 where site = 'north'; create table keep (x)")
    sql(store, 'create table raw (site, slug, body, primary key (site, slug)); insert into raw select site, slug, 17.5 from pages where site = \'north\'; insert into raw select site, slug, body from pages where site <> \'north\'')
    const raw = pagesConfig(join(config.directory), { export: { fsync: 'off' }, collections: { pages: { table: 'raw', key: ['site', 'slug'], path: '{site}/{slug}.html', content: 'body' } } })
    const summary = await exportOnce(raw, { prune: true })
    expect(codes(summary.problems)).toEqual(['north/home.html unsupported-value'])
    expect(summary).toMatchObject({ removed: 0, pending: 0 })
    expect(tree(root)['north/home.html']).toBe('Home')
  })
})

describe('export of rows whose paths clash', () => {
  it('writes the first and names both', async () => {
    const { config, root } = board([...TWO, { site: 'north', slug: 'HOME', body: 'loud' }])
    const summary = await exportOnce(config)
    expect(Object.values(tree(root)).filter((body) => body !== 'Süd')).toHaveLength(1)
    expect(codes(summary.problems)).toEqual([expect.stringMatching(/^north\/home\.html path-collision$/i)])
    expect(summary.problems[0]!.message).toMatch(/site="north", slug="home"/)
    expect(summary.problems[0]!.message).toMatch(/site="north", slug="HOME"/)
    expect(await exportOnce(config, { prune: true })).toMatchObject({ unchanged: 2, removed: 0 })
  })
})

describe('dry run', () => {
  it('tells what would be done and changes nothing, not even its own state', async () => {
    const { config, directory } = board(samplePages(10))
    expect(await exportOnce(config, { dryRun: true })).toMatchObject({ exported: 10 })
    expect(readdirSync(directory)).toEqual(['site.sqlite'])
  })

  it('does so after an export too', async () => {
    const { config, root, store } = board(TWO)
    await exportOnce(config)
    insertPages(store, [{ site: 'north', slug: 'home', body: 'new' }])
    sql(store, "delete from pages where site = 'south'")
    const before = tree(root)
    expect(await exportOnce(config, { dryRun: true, prune: true })).toMatchObject({ exported: 1, removed: 1 })
    expect(tree(root)).toEqual(before)
    expect(await exportOnce(config, { prune: true })).toMatchObject({ exported: 1, removed: 1 })
  })
})

describe('an export that is stopped', () => {
  it('leaves nothing half-written and can be run again', async () => {
    const { config, root } = board(samplePages(5_000))
    const stopper = new AbortController()
    const stopped = exportOnce(config, { signal: stopper.signal, onProgress: () => stopper.abort() })
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' })
    expect(tree(root)).toEqual({})
    expect(await exportOnce(config)).toMatchObject({ exported: 5_000 })
  })
})

describe('two exports at once', () => {
  it('take turns', async () => {
    const { config, root } = board(samplePages(3_000))
    const [a, b] = await Promise.all([exportOnce(config), exportOnce(config)])
    expect([a.exported, b.exported].sort()).toEqual([0, 3_000])
    expect(Object.keys(tree(root))).toHaveLength(3_000)
  })
})

describe('the baseline of an export', () => {
  it('holds every content, also after changes', async () => {
    const { config, store, directory, root } = board(samplePages(600))
    await exportOnce(config)
    insertPages(store, samplePages(600).slice(100, 300).map((page) => ({ ...page, body: `${String(page.body)}!` })))
    await exportOnce(config)
    const baseline = openBaseline(join(directory, '.rowtree/baseline.db'), { tree: '../tree', durable: false, command: 'test' })
    const files = tree(root)
    for (const path of baseline.paths()) {
      const entry = baseline.find([path]).get(path)!
      expect(new TextDecoder().decode(baseline.content(storedIn(entry)))).toBe(files[path])
    }
    expect(baseline.count()).toBe(600)
    baseline.close()
  })

  it('heals when it is lost: equal files are adopted', async () => {
    const { config, directory } = board(samplePages(50))
    await exportOnce(config)
    rmSync(join(directory, '.rowtree'), { recursive: true })
    expect(await exportOnce(config)).toMatchObject({ adopted: 50, exported: 0, conflicts: [] })
  })

  it('is readable by its owner alone', async () => {
    const { config, directory } = board(TWO)
    await exportOnce(config)
    expect(lstatSync(join(directory, '.rowtree')).mode & 0o777).toBe(0o700)
  })
})

describe('temps', () => {
  it('of killed processes are swept before an export, a hard-linked one too', async () => {
    const { config, root } = board(TWO)
    await exportOnce(config)
    // A process that was killed between link and unlink leaves two names of one file.
    const dead = join(root, 'north', '.rowtree-zzzzz-1-0-0-0.tmp')
    linkSync(join(root, 'north/home.html'), dead)
    writeFileSync(join(root, 'north', 'x.tmp'), 'a person wrote this')
    expect(await exportOnce(config)).toMatchObject({ unchanged: 2 })
    expect(existsSync(dead)).toBe(false)
    expect(tree(root)).toMatchObject({ 'north/home.html': 'Home', 'north/x.tmp': 'a person wrote this' })
  })
})
