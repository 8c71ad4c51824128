import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type ConfigInput, type Engine, openEngine, resolveConfig, type Summary } from '../../src/index.ts'
import { finished } from '../support/cli.ts'
import { type Call, CAN_INJECT, Faults } from '../support/faults/index.ts'
import { CAN_MOUNT } from '../support/mounts.ts'
import { source, startScript } from '../support/script.ts'
import { type Site, site } from '../support/site.ts'
import { sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const A = 'north/a.html'
const MARKED = `${A}.rowtree-merge`
const BASE = '1\n2\n3\n4\n5\n'
const STORE = '1 theirs\n2\n3\n4\n5\n'
const TREE = '1\n2\n3\n4\n5 mine\n'
const BOTH = '1 theirs\n2\n3\n4\n5 mine\n'
/** Changes the line that `STORE` changes. */
const CLASH = '1 mine\n2\n3\n4\n5\n'
const QUIET = { problems: [], conflicts: [], holds: [], deletions: [] }

/** One page that both sides changed. */
async function conflict(tree: string = TREE, store: string = STORE, base: string = BASE, input: Partial<ConfigInput> = {}): Promise<Site> {
  const one = await site([{ site: 'north', slug: 'a', body: base }, { site: 'south', slug: 'b', body: 'other\n' }], input)
  one.setRow(A, store)
  one.setFile(A, tree)
  return one
}

/** A text as Windows has it. */
const windows = (text: string): string => `\uFEFF${text.replaceAll('\n', '\r\n')}`
/** The lines of a text below one that is none. */
const bytes = (text: string): Uint8Array => Buffer.concat([Buffer.of(0xff, 0x0a), Buffer.from(text)])

const merge = async ({ engine }: Pick<Site, 'engine'>): Promise<Summary> => await engine.resolve([A], { prefer: 'merge' })
const codes = ({ conflicts, holds, problems }: Summary): string[] => [...conflicts, ...holds, ...problems].map(({ path, code }) => `${path} ${code}`)
const UNCLEAN = [`${A} merge-unclean`]

/** Both sides are this, nothing else is left to do, and nothing is left beside. */
async function expectMerged({ engine, row, file }: Site, content: string): Promise<void> {
  expect([row(A), file(A), file(MARKED)]).toEqual([content, content, undefined])
  expect(await engine.sync()).toMatchObject({ unchanged: 2, adopted: 0, imported: 0, exported: 0, ...QUIET })
}

describe('a clean merge', () => {
  it('goes to both sides, and its undo brings both back, and the conflict', async () => {
    const one = await conflict()
    expect(await merge(one)).toMatchObject({ imported: 1, exported: 1, bytes: BOTH.length, ...QUIET })
    await expectMerged(one, BOTH)
    expect(await one.engine.undo()).toMatchObject({ rows: [A], files: [A], conflicts: [], problems: [] })
    expect([one.row(A), one.file(A)]).toEqual([STORE, TREE])
    expect(codes(await one.engine.sync())).toEqual([`${A} changed-on-both-sides`])
    await merge(one)
    await expectMerged(one, BOTH)
  })

  it('keeps line ends and the byte order mark as they are', async () => {
    const one = await conflict(windows(TREE), windows(STORE), windows(BASE))
    expect(await merge(one)).toMatchObject(QUIET)
    await expectMerged(one, windows(BOTH))
  })

  it.each([
    ['the row', '1 theirs\n2\n3\n4\n5 too\n', '1\n2\n3\n4\n5 too\n', { exported: 1 }],
    ['the file', STORE, '1 theirs\n2\n3\n4\n5 too\n', { imported: 1, exported: 0 }],
  ])('may come to %s as it is', async (_, store, tree, done) => {
    const one = await conflict(tree, store)
    expect(await merge(one)).toMatchObject({ ...done, ...QUIET })
    await expectMerged(one, '1 theirs\n2\n3\n4\n5 too\n')
    await one.engine.undo()
    expect([one.row(A), one.file(A)]).toEqual([store, tree])
    expect(codes(await one.engine.sync())).toEqual([`${A} changed-on-both-sides`])
  })

  it('that leaves nothing waits for a person', async () => {
    const one = await conflict('\n2\n', '1\n\n', '1\n\n2\n')
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    expect([one.row(A), one.file(A), one.file(MARKED)]).toEqual(['1\n\n', '\n2\n', undefined])
  })

  it('leaves a file alone that has the name of one with conflict markers', async () => {
    const one = await conflict()
    one.setFile(MARKED, 'dear\n')
    expect(await merge(one)).toMatchObject(QUIET)
    expect([one.row(A), one.file(A), one.file(MARKED)]).toEqual([BOTH, BOTH, 'dear\n'])
  })

  it('is not made of what is not text', async () => {
    const directory = temporaryDirectory()
    const store = join(directory, 'site.sqlite')
    sql(store, 'create table pictures (name text primary key, body blob)')
    const set = (content: Uint8Array): void => sql(store, `insert or replace into pictures values ('a', x'${Buffer.from(content).toString('hex')}')`)
    set(bytes(BASE))
    const config = resolveConfig({ store: { url: 'sqlite:site.sqlite' }, tree: './tree', onConflict: 'merge', collections: { pictures: { table: 'pictures', key: 'name', path: '{name}.bin', content: 'body' } } }, directory)
    const engine = await openEngine(config)
    onTestFinished(() => engine.close())
    await engine.export()
    set(bytes(STORE))
    const at = join(config.tree, 'a.bin')
    writeFileSync(at, bytes(TREE))
    expect(codes(await engine.sync())).toEqual(['a.bin merge-unclean'])
    expect(readFileSync(at)).toEqual(Buffer.from(bytes(TREE)))
    expect(await engine.resolve(['a.bin'], { prefer: 'store' })).toMatchObject({ exported: 1, ...QUIET })
    expect(readFileSync(at)).toEqual(Buffer.from(bytes(STORE)))
  })

  it('needs a base: what differs without one is marked', async () => {
    const one = await conflict()
    one.setRow('north/new.html', '1\n2\n')
    one.setFile('north/new.html', '1\n2\n3\n')
    expect(await one.engine.resolve(['north/new.html'], { prefer: 'merge' })).toMatchObject({ conflicts: [{ code: 'merge-unclean' }] })
    expect(one.file('north/new.html.rowtree-merge')).toBe('1\n2\n<<<<<<< store\n=======\n3\n>>>>>>> tree\n')
  })
})

describe('a file with conflict markers', () => {
  it('becomes both sides when a person has mended it, and its undo brings both back', async () => {
    const one = await conflict(CLASH)
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    expect(one.file(MARKED)).toBe('<<<<<<< store\n1 theirs\n||||||| baseline\n1\n=======\n1 mine\n>>>>>>> tree\n2\n3\n4\n5\n')
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    one.setFile(MARKED, 'mended\n')
    expect(await merge(one)).toMatchObject({ imported: 1, exported: 1, ...QUIET })
    await expectMerged(one, 'mended\n')
    await one.engine.undo()
    expect([one.row(A), one.file(A)]).toEqual([STORE, CLASH])
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    expect(one.file(MARKED)).toContain('<<<<<<< store\n')
  })

  it.each([
    ['the row', STORE],
    ['the file', CLASH],
    ['what both had before', BASE],
    ['something of Windows', 'mended\r\n'],
  ])('may be mended to %s', async (_, content) => {
    const one = await conflict(CLASH)
    await merge(one)
    one.setFile(MARKED, content)
    expect(await merge(one)).toMatchObject(QUIET)
    await expectMerged(one, content)
    await one.engine.undo()
    expect([one.row(A), one.file(A)]).toEqual([STORE, CLASH])
    expect(codes(await one.engine.sync())).toEqual([`${A} changed-on-both-sides`])
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    expect(one.file(MARKED)).toContain('||||||| baseline\n1\n')
  })

  it.each<[name: string, content: string | Uint8Array]>([
    ['is empty', ''],
    ['is blank', ' \n'],
    ['holds a NUL', 'a\0b'],
    ['is not UTF-8', Uint8Array.of(0x61, 0xff)],
    ['is too large', 'x'.repeat(301)],
  ])('is not taken when it %s', async (_, content) => {
    const one = await conflict(CLASH, STORE, BASE, { guards: { maxFileSize: 300 } })
    await merge(one)
    one.setFile(MARKED, content)
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    expect([one.row(A), one.file(A)]).toEqual([STORE, CLASH])
    one.setFile(MARKED, 'mended\n')
    await merge(one)
    await expectMerged(one, 'mended\n')
  })

  it.each([
    ['row', (one: Site) => one.setRow(A, 'newer\n'), ['newer\n', CLASH]],
    ['file', (one: Site) => one.setFile(A, 'newer\n'), [STORE, 'newer\n']],
  ])('is never taken once the %s changed again, however often that is asked', async (_, change, kept) => {
    const one = await conflict(CLASH, STORE, BASE, { onConflict: 'merge' })
    await one.engine.sync()
    one.setFile(MARKED, 'mended\n')
    change(one)
    for (const ask of [merge, merge, () => one.engine.sync(), () => one.engine.sync(), () => one.engine.import(), merge]) {
      expect((await ask(one)).conflicts).toHaveLength(1)
      expect([one.row(A), one.file(A), one.file(MARKED)]).toEqual([...kept, 'mended\n'])
    }
    one.setFile(MARKED, undefined)
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    one.setFile(MARKED, 'mended anew\n')
    await merge(one)
    await expectMerged(one, 'mended anew\n')
  })

  it('stays good whatever else is done before it is mended', async () => {
    const one = await conflict(CLASH)
    const { engine } = one
    await merge(one)
    one.setFile('south/b.html', 'edited\n')
    for (const other of [() => engine.sync(), () => engine.sync({ only: ['south'] }), () => engine.export(), () => engine.import({ paths: ['south'] }), () => engine.status()]) await other()
    one.setFile(MARKED, 'mended\n')
    one.setRow('south/b.html', 'changed\n')
    for (const other of [() => engine.sync(), () => engine.sync({ dryRun: true }), () => engine.undo(), () => engine.resolve(['south/b.html'], { prefer: 'store' })]) await other()
    expect(await merge(one)).toMatchObject({ imported: 1, exported: 1, ...QUIET })
    await expectMerged(one, 'mended\n')
  })

  it('stays good while the tree is not there', async () => {
    const one = await conflict(CLASH)
    await merge(one)
    one.setFile(MARKED, 'mended\n')
    const away = `${one.root}.away`
    execFileSync('mv', [one.root, away])
    await one.engine.sync()
    execFileSync('mv', [away, one.root])
    expect(await merge(one)).toMatchObject(QUIET)
    await expectMerged(one, 'mended\n')
  })

  it('is made anew when both moved on and nobody touched it', async () => {
    const one = await conflict(CLASH, STORE, BASE, { onConflict: 'merge' })
    await one.engine.sync()
    one.setRow(A, '1 newer\n2\n3\n4\n5\n')
    expect(codes(await one.engine.sync())).toEqual(UNCLEAN)
    expect(one.file(MARKED)).toContain('1 newer\n')
    one.setFile(A, TREE)
    expect(await one.engine.sync()).toMatchObject(QUIET)
    await expectMerged(one, '1 newer\n2\n3\n4\n5 mine\n')
  })

  it.each(['store', 'tree'] as const)('goes when the conflict is settled otherwise: %s', async (prefer) => {
    const one = await conflict(CLASH)
    await merge(one)
    expect(await one.engine.resolve([A], { prefer })).toMatchObject(QUIET)
    await expectMerged(one, prefer === 'store' ? STORE : CLASH)
  })

  it('stays when it was touched and the conflict is settled otherwise, and counts for nothing then', async () => {
    const one = await conflict(CLASH)
    await merge(one)
    one.setFile(MARKED, 'half mended\n')
    await one.engine.resolve([A], { prefer: 'store' })
    expect([one.row(A), one.file(A), one.file(MARKED)]).toEqual([STORE, STORE, 'half mended\n'])
    one.setRow(A, BASE)
    one.setFile(A, CLASH)
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    expect([one.row(A), one.file(A), one.file(MARKED)]).toEqual([BASE, CLASH, 'half mended\n'])
    one.setFile(MARKED, undefined)
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    expect(one.file(MARKED)).toContain('<<<<<<<')
  })

  it('does not replace what stands at its place, nor takes it for mended', async () => {
    const one = await conflict(CLASH)
    one.setFile(MARKED, 'dear\n')
    for (let count = 0; count < 3; count++) expect(codes(await merge(one))).toEqual(UNCLEAN)
    expect([one.row(A), one.file(A), one.file(MARKED)]).toEqual([STORE, CLASH, 'dear\n'])
    unlinkSync(join(one.root, MARKED))
    mkdirSync(join(one.root, MARKED))
    expect(codes(await merge(one))).toEqual(UNCLEAN)
  })

  it('is a file of its own, not what a symlink leads to', async () => {
    const one = await conflict(CLASH)
    await merge(one)
    unlinkSync(join(one.root, MARKED))
    writeFileSync(join(one.directory, 'elsewhere'), 'foreign\n')
    symlinkSync(join(one.directory, 'elsewhere'), join(one.root, MARKED))
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    expect([one.row(A), one.file(A)]).toEqual([STORE, CLASH])
  })

  it('that was removed without mending is no merge to go on with', async () => {
    const one = await conflict(CLASH)
    await merge(one)
    one.setFile(MARKED, undefined)
    await one.engine.sync()
    one.setFile(MARKED, 'dear\n')
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    expect([one.row(A), one.file(A), one.file(MARKED)]).toEqual([STORE, CLASH, 'dear\n'])
  })

  it('may be read by nobody who may not read the target', async () => {
    const one = await conflict(CLASH)
    chmodSync(join(one.root, A), 0o600)
    await merge(one)
    expect(statSync(join(one.root, MARKED)).mode & 0o777).toBe(0o600)
  })
})

describe('onConflict: merge', () => {
  it('merges, waits for a person, takes what is mended, and goes on', async () => {
    const one = await conflict(TREE, STORE, BASE, { onConflict: 'merge' })
    const { engine } = one
    expect(await engine.sync()).toMatchObject({ imported: 1, exported: 1, ...QUIET })
    await expectMerged(one, BOTH)
    one.setFile(A, `${BOTH}mine\n`)
    one.setRow(A, `${BOTH}theirs\n`)
    for (let count = 0; count < 3; count++) expect(codes(await engine.sync())).toEqual(UNCLEAN)
    one.setFile(MARKED, `${BOTH}ours\n`)
    expect(await engine.sync()).toMatchObject({ imported: 1, exported: 1, ...QUIET })
    await expectMerged(one, `${BOTH}ours\n`)
    await engine.undo()
    expect([one.row(A), one.file(A)]).toEqual([`${BOTH}theirs\n`, `${BOTH}mine\n`])
    expect(codes(await engine.sync())).toEqual([`${A} undone`])
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    expect(codes(await engine.sync())).toEqual(UNCLEAN)
  })
})

/** What a merge comes to, and how a person gets it there. */
const MERGES: readonly (readonly [name: string, tree: string, mended: string | undefined, result: string])[] = [
  ['that is clean', TREE, undefined, BOTH],
  ['that was mended', CLASH, 'mended\n', 'mended\n'],
  ['that was mended to what both had before', CLASH, BASE, BASE],
]

/** Sets a conflict up so that the next merge writes both sides. */
async function ready(tree: string, mended: string | undefined): Promise<Site> {
  const one = await conflict(tree)
  if (mended === undefined) return one
  await merge(one)
  one.setFile(MARKED, mended)
  return one
}

/** The row holds the result and the file does not: it is a conflict whoever looks, and the merge can be finished. */
async function expectTorn(one: Site, tree: string, result: string): Promise<void> {
  for (const look of [() => one.engine.sync(), () => one.engine.export(), () => one.engine.import()]) {
    expect((await look()).conflicts).toHaveLength(1)
    expect([one.row(A), one.file(A)]).toEqual([result, tree])
  }
  expect(await merge(one)).toMatchObject({ exported: 1, ...QUIET })
  await expectMerged(one, result)
  // Its operation told of the file, the one before of the row.
  await one.engine.undo()
  await one.engine.undo()
  expect([one.row(A), one.file(A)]).toEqual([STORE, tree])
  expect(codes(await one.engine.sync())).toEqual([`${A} changed-on-both-sides`])
}

/** Merges while the target's directory takes no writing. */
async function mergeReadOnly(one: Site): Promise<Summary> {
  const home = dirname(join(one.root, A))
  execFileSync('mount', ['--bind', home, home])
  try {
    execFileSync('mount', ['-o', 'remount,ro,bind', home])
    return await merge(one)
  } finally {
    execFileSync('umount', [home])
  }
}

describe.skipIf(!CAN_MOUNT)('a merge whose file cannot be written (needs root and mounts)', () => {
  it.each(MERGES)('%s, leaves a conflict that can be merged', async (_, tree, mended, result) => {
    const one = await ready(tree, mended)
    expect(codes(await mergeReadOnly(one))).toEqual([`${A} write-failed`])
    expect(await one.engine.operations()).toMatchObject([{ command: 'resolve', records: 1 }])
    await expectTorn(one, tree, result)
  })

  it('takes another result when a person mends it again', async () => {
    const one = await ready(CLASH, 'mended\n')
    await mergeReadOnly(one)
    one.setFile(MARKED, 'mended again\n')
    await mergeReadOnly(one)
    expect([one.row(A), one.file(A)]).toEqual(['mended again\n', CLASH])
    one.setFile(MARKED, 'and again\n')
    expect(await merge(one)).toMatchObject({ imported: 1, exported: 1, ...QUIET })
    await expectMerged(one, 'and again\n')
  })

  it('merges an edit of the file that came since', async () => {
    const one = await ready(TREE, undefined)
    await mergeReadOnly(one)
    one.setFile(A, TREE.replace('3', '3 more'))
    expect(await merge(one)).toMatchObject(QUIET)
    await expectMerged(one, BOTH.replace('3', '3 more'))
  })

  it('keeps no record of a file with conflict markers that was not made', async () => {
    const one = await conflict(CLASH)
    expect(codes(await mergeReadOnly(one))).toEqual([`${A} write-failed`])
    one.setFile(MARKED, 'dear\n')
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    expect([one.row(A), one.file(A), one.file(MARKED)]).toEqual([STORE, CLASH, 'dear\n'])
  })
})

const MERGE = `
  const [directory, config, path] = process.argv.slice(2)
  const engine = await openEngine(resolveConfig(JSON.parse(config), directory))
  await engine.resolve([path], { prefer: 'merge' })
`

/** Merges in a process that is killed when it makes one of these calls at the place. */
async function killAt(directory: string, input: object, path: string, call: Call, place: string): Promise<void> {
  const code = `import { openEngine, resolveConfig } from '${source('index.ts')}'\n${MERGE}`
  const faults = new Faults()
  faults.arm({ root: join(directory, 'tree', place), calls: [call], at: 1, fault: 'kill-before' })
  const { signal, stderr } = await finished(startScript(code, [directory, JSON.stringify(input), path], { env: faults.env }))
  expect([signal, stderr]).toEqual(['SIGKILL', ''])
}

/** Merges in a process that is killed right before or after it commits, as soon as this gives another text than at its start. */
async function killOnceSeen(directory: string, input: object, path: string, moment: 'before' | 'after', look: string): Promise<void> {
  const code = `
    import { existsSync } from 'node:fs'
    import { DatabaseSync } from 'node:sqlite'
    import { openEngine, resolveConfig } from '${source('index.ts')}'
    const rows = (table) => {
      const db = new DatabaseSync(process.argv[2] + '/site.sqlite', { readOnly: true })
      const found = JSON.stringify(db.prepare('select * from ' + table).all())
      db.close()
      return found
    }
    const look = () => String(${look})
    const start = look()
    const { exec } = DatabaseSync.prototype
    DatabaseSync.prototype.exec = function (sql) {
      const dies = (moment) => sql === 'commit' && moment === '${moment}' && look() !== start && process.kill(process.pid, 'SIGKILL')
      dies('before')
      exec.call(this, sql)
      dies('after')
    }
    ${MERGE}
  `
  const { signal, stderr } = await finished(startScript(code, [directory, JSON.stringify(input), path]))
  expect([signal, stderr]).toEqual(['SIGKILL', ''])
}

const PAGES = { store: { url: 'sqlite:site.sqlite' }, tree: './tree', export: { fsync: 'off' }, collections: { pages: { table: 'pages', key: ['site', 'slug'], path: '{site}/{slug}.html', content: 'body' } } }

describe('a merge that is killed', () => {
  it.each(MERGES.flatMap((one) => [['before', ...one], ['after', ...one]] as const))('between row and file, %s history tells of the file, %s, leaves a conflict that can be merged', async (moment, _, tree, mended, result) => {
    const one = await ready(tree, mended)
    await killOnceSeen(one.directory, PAGES, A, moment, `rows('pages')`)
    expect([one.row(A), one.file(A)]).toEqual([result, tree])
    await expectTorn(one, tree, result)
  })

  it.skipIf(!CAN_INJECT)('behind the file is done (needs Linux and a C compiler)', async () => {
    const one = await ready(CLASH, 'mended\n')
    await killAt(one.directory, PAGES, A, 'unlink', MARKED)
    expect([one.row(A), one.file(A), one.file(MARKED)]).toEqual(['mended\n', 'mended\n', 'mended\n'])
    expect(await one.engine.sync()).toMatchObject({ adopted: 1, imported: 0, exported: 0, ...QUIET })
    await expectMerged(one, 'mended\n')
  })

  it('when the file with conflict markers is there can be mended', async () => {
    const one = await conflict(CLASH)
    await killOnceSeen(one.directory, PAGES, A, 'before', `existsSync(process.argv[2] + '/tree/${MARKED}')`)
    one.setFile(MARKED, 'mended\n')
    expect(await merge(one)).toMatchObject(QUIET)
    await expectMerged(one, 'mended\n')
  })

  it.skipIf(!CAN_INJECT)('before the file with conflict markers is there can be made again (needs Linux and a C compiler)', async () => {
    const one = await conflict(CLASH)
    await killAt(one.directory, PAGES, A, 'link', MARKED)
    expect(one.file(MARKED)).toBeUndefined()
    expect(codes(await merge(one))).toEqual(UNCLEAN)
    one.setFile(MARKED, 'mended\n')
    await merge(one)
    await expectMerged(one, 'mended\n')
  })
})

const SHOP = {
  store: { url: 'sqlite:site.sqlite' },
  tree: './tree',
  export: { fsync: 'off' as const },
  collections: { products: { table: 'products', key: 'sku', path: '{sku}.yaml', content: ['name', 'stock', 'price', 'note'] } },
}

/** An edit of a product's file. */
const comment = (text: string): string => `# mine\n${text.replace('note: none', 'note: some # dear')}`

interface Shop {
  readonly directory: string
  readonly engine: Engine
  readonly at: string
  readonly base: string
  file(): string
  row(): unknown
  merge(): Promise<Summary>
}

/** A product whose stock the store changed, and whose file says `edit`. */
async function shop(edit: (text: string) => string): Promise<Shop> {
  const directory = temporaryDirectory()
  const store = join(directory, 'site.sqlite')
  sql(store, `create table products (sku text primary key, name text, stock integer, price real, note text);
    insert into products values ('lamp', 'Lamp', 9, 12.5, 'none')`)
  const config = resolveConfig(SHOP, directory)
  const engine = await openEngine(config)
  onTestFinished(() => engine.close())
  await engine.export()
  const at = join(config.tree, 'lamp.yaml')
  const file = (): string => readFileSync(at, 'utf8')
  const base = file()
  writeFileSync(at, edit(base))
  sql(store, 'update products set stock = 3')
  const row = (): unknown => {
    const db = new DatabaseSync(store, { readOnly: true })
    const found = db.prepare('select name, stock, price, note from products').get()
    db.close()
    return { ...found }
  }
  return { directory, engine, at, file, row, base, merge: () => engine.resolve(['lamp.yaml'], { prefer: 'merge' }) }
}

describe('a merge of several columns', () => {
  it('keeps the comments, and its undo brings both back', async () => {
    const { engine, file, row, base, merge: mergeBoth } = await shop(comment)
    expect(await mergeBoth()).toMatchObject({ imported: 1, exported: 1, ...QUIET })
    expect(file()).toBe(comment(base).replace('stock: 9', 'stock: 3'))
    expect(row()).toEqual({ name: 'Lamp', stock: 3, price: 12.5, note: 'some' })
    expect(await engine.sync()).toMatchObject({ unchanged: 1, ...QUIET })
    await engine.undo()
    expect(file()).toBe(comment(base))
    expect(row()).toEqual({ name: 'Lamp', stock: 3, price: 12.5, note: 'none' })
    expect(await engine.sync()).toMatchObject({ conflicts: [{ code: 'changed-on-both-sides' }] })
  })

  it('leaves a faulty document alone', async () => {
    const { file, row, base, merge: mergeBoth } = await shop((text) => text.replace('note: none', 'note: ['))
    expect(await mergeBoth()).toMatchObject({ imported: 0, exported: 0, problems: [{ code: 'invalid-yaml' }] })
    expect(file()).toBe(base.replace('note: none', 'note: ['))
    expect(row()).toEqual({ name: 'Lamp', stock: 3, price: 12.5, note: 'none' })
  })

  it.each<[name: string, edit: (text: string) => string, mended: ((text: string) => string) | undefined, result: (text: string) => string, row: object]>([
    ['that is clean', comment, undefined, (text) => comment(text).replace('stock: 9', 'stock: 3'), { stock: 3, note: 'some' }],
    ['in other words of the same lines', (text) => text.replace('note: none', 'note: "some" # dear'), undefined, (text) => text.replace('note: none', 'note: "some" # dear').replace('stock: 9', 'stock: 3'), { stock: 3, note: 'some' }],
    ['that was mended', (text) => text.replace('stock: 9', 'stock: 7'), (text) => text.replace('stock: 9', 'stock: 5 # both'), (text) => text.replace('stock: 9', 'stock: 5 # both'), { stock: 5 }],
    ['that was mended to what both had before', (text) => text.replace('stock: 9', 'stock: 7'), (text) => `# as before\n${text}`, (text) => `# as before\n${text}`, { stock: 9 }],
  ])('can be finished when it is killed between row and file: %s', async (_, edit, mended, result, values) => {
    const { directory, engine, at, file, row, base, merge: mergeBoth } = await shop(edit)
    if (mended) {
      await mergeBoth()
      writeFileSync(`${at}.rowtree-merge`, mended(base))
    }
    await killOnceSeen(directory, SHOP, 'lamp.yaml', 'after', `rows('products')`)
    expect(row()).toMatchObject(values)
    expect(await engine.sync()).toMatchObject({ imported: 0, exported: 0, adopted: 0, conflicts: [{ path: 'lamp.yaml' }] })
    expect(file()).toBe(edit(base))
    expect(await mergeBoth()).toMatchObject({ exported: 1, ...QUIET })
    expect(file()).toBe(result(base))
    expect(row()).toMatchObject(values)
    expect(await engine.sync()).toMatchObject({ unchanged: 1, imported: 0, exported: 0, ...QUIET })
  })
})
