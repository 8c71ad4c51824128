import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, rmdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openEngine } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { bindMount, CAN_MOUNT, mountTmpfs, unmountFrom } from '../support/mounts.ts'
import { type Site, site } from '../support/site.ts'
import { type Page, pagesConfig, samplePages, sql } from '../support/tables.ts'
import { type WatchedSite, watchSite } from '../support/watched-site.ts'

const [A, B, C] = ['north/a.html', 'north/b.html', 'south/c.html']

const PAGES: readonly Page[] = [
  { site: 'north', slug: 'a', body: 'one\ntwo\nthree\n' },
  { site: 'north', slug: 'b', body: 'b' },
  { site: 'south', slug: 'c', body: 'c' },
  { site: 'south', slug: 'd', body: 'd' },
]

async function begun(options: Parameters<typeof watchSite>[1] = {}, input: Parameters<typeof site>[1] = {}): Promise<WatchedSite> {
  return await watchSite(await pages(input), options)
}

async function pages(input: Parameters<typeof site>[1] = {}): Promise<Site> {
  return await site(PAGES, input)
}

/** Events that are about this path. */
function about(one: WatchedSite, path: string): string[] {
  return one.events.filter((event) => ('paths' in event ? event.paths.includes(path) : 'path' in event && event.path === path)).map(({ event }) => event)
}

describe('a session', () => {
  it('takes what changed on both sides while nobody watched', async () => {
    const before = await pages()
    before.setFile(A, 'edited')
    before.setRow(B, 'changed')
    const one = await watchSite(before)
    expect([one.row(A), one.file(B)]).toEqual(['edited', 'changed'])
  })

  it('brings out what a program changes in the store, and takes in what a person saves', async () => {
    const one = await begun()
    one.setRow(A, 'by a program')
    await eventually('the row is exported', () => one.file(A) === 'by a program')
    one.setFile(A, 'by a person')
    await eventually('the file is imported', () => one.row(A) === 'by a person')
    one.setRow(C, 'by a program')
    await eventually('the row is exported', () => one.file(C) === 'by a program' && about(one, C).length > 0)
    expect([about(one, A), about(one, C)]).toEqual([['exported', 'imported'], ['exported']])
  })

  it('leaves a file that is gone away while rows change, and does not delete its row unasked', async () => {
    const one = await begun({ delete: undefined })
    one.setFile(A, undefined)
    await eventually('it is told', () => about(one, A).includes('pending'))
    one.setRow(B, 'changed')
    await eventually('the other row is exported', () => one.file(B) === 'changed')
    expect([one.file(A), one.row(A)]).toEqual([undefined, 'one\ntwo\nthree\n'])
  })

  it('deletes the row of a file that is gone when it is asked to, and brings neither back', async () => {
    const one = await begun({ delete: true }, { guards: { maxDelete: 2 } })
    one.setFile(A, undefined)
    await eventually('the row is deleted', () => one.row(A) === undefined)
    expect(about(one, A)).toEqual(['deleted'])
  })

  it('holds a mass deletion, however it is spread over batches', async () => {
    const before = await site(samplePages(40))
    const one = await watchSite(before, { delete: true, maxBatch: 2 })
    const paths = samplePages(20).map((page) => `${page.site}/${page.slug}.html`)
    for (const path of paths) one.setFile(path, undefined)
    await eventually('all are held', () => paths.every((path) => about(one, path).includes('held')))
    expect(paths.filter((path) => one.row(path) === undefined)).toEqual([])
  })

  it('holds a mass deletion in small steps: files, but for those that came back', async () => {
    const one = await begun({ delete: true, poll: 'off' })
    for (const [path, content] of [[A, undefined], [A, 'back'], [A, undefined]] as const) {
      one.setFile(path, content)
      await one.session.flush()
    }
    expect(about(one, A)).toEqual(['deleted', 'imported', 'deleted'])
    one.setFile(B, undefined)
    await one.session.flush()
    expect(one.events.at(-1)).toMatchObject({ event: 'held', path: B, code: 'mass-deletion', message: expect.stringContaining('2 of 4 files of pages are gone (1 of them a short while ago)') })
    expect(one.row(B)).toBe('b')
    expect(await one.engine.resolve([B], { prefer: 'tree' })).toMatchObject({ deleted: 1, holds: [] })
    one.setFile(C, 'edited')
    await one.session.flush()
    expect([one.row(B), one.row(C), about(one, C)]).toEqual([undefined, 'edited', ['imported']])
  })

  it('holds a mass deletion in small steps: directories', async () => {
    const one = await watchSite(await site(['a', 'b', 'c', 'd', 'e'].flatMap((name) => [{ site: name, slug: '1', body: '1' }, { site: name, slug: '2', body: '2' }])), { delete: true, poll: 'off' })
    for (const directory of ['a', 'b']) {
      rmSync(join(one.root, directory), { recursive: true })
      await one.session.flush()
    }
    const counts = { deleted: ['a/1.html', 'a/2.html'], held: ['b/1.html', 'b/2.html'] }
    for (const [event, paths] of Object.entries(counts)) expect(paths.map((path) => about(one, path))).toEqual(paths.map(() => [event]))
  })

  it('holds a mass deletion in small steps: rows', async () => {
    const one = await begun({ prune: true, oneWay: 'store' })
    one.setRow(A, undefined)
    await eventually('the file is removed', () => one.file(A) === undefined)
    one.setRow(B, undefined)
    await eventually('it is held', () => about(one, B).includes('held'))
    expect(one.file(B)).toBe('b')
  })

  it('is echo-free: an export of another engine causes nothing', async () => {
    const one = await begun({ poll: 'off' })
    const other = await openEngine(pagesConfig(one.directory, { export: { fsync: 'off' } }))
    one.setRow(A, 'by a program')
    one.setRow('south/new.html', 'new')
    expect(await other.export()).toMatchObject({ exported: 2 })
    await one.session.flush()
    await other.close()
    expect(one.events.filter(({ event }) => event !== 'ready' && event !== 'rescan')).toEqual([])
  })
})

it('the watcher leaves alone what the config, the tree and the caller leave out', async () => {
  const before = await pages({ ignore: ['south/c.html'] })
  before.setFile('.rowtreeignore', 'south/d.html\n')
  const one = await watchSite(before, { ignore: ['north/a.*'] })
  // All that is watched: the ignore file and one page.
  expect(one.events).toMatchObject([{ event: 'ready', files: 2 }])
})

describe('rows that are gone', () => {
  const GONE = samplePages(20).map((page) => `${page.site}/${page.slug}.html`)

  async function without(options: Parameters<typeof watchSite>[1]): Promise<WatchedSite> {
    const one = await watchSite(await site(samplePages(40)), options)
    sql(one.store, `delete from pages where site || '/' || slug || '.html' in (${GONE.map((path) => `'${path}'`).join(', ')})`)
    return one
  }

  it('are told, and their files stay, unless they may go', async () => {
    const one = await without({ prune: undefined })
    await eventually('all are told', () => GONE.every((path) => about(one, path).includes('pending')))
    expect(GONE.filter((path) => one.file(path) === undefined)).toEqual([])
  })

  it('are held where they are too many', async () => {
    const one = await without({ prune: true })
    await eventually('all are held', () => GONE.every((path) => about(one, path).includes('held')))
    expect(GONE.filter((path) => one.file(path) === undefined)).toEqual([])
  })
})

it('a session whose tree is gone when it begins makes none, and begins when it is back', async () => {
  const before = await pages()
  renameSync(before.root, `${before.root}.away`)
  const session = before.engine.watch({ poll: 100 })
  const events: string[] = []
  const over = (async () => {
    for await (const event of session) events.push('code' in event ? `${event.event} ${event.code}` : event.event)
  })()
  await eventually('it is told', () => events.includes('problem tree-missing'))
  expect(existsSync(before.root)).toBe(false)
  renameSync(`${before.root}.away`, before.root)
  await eventually('it begins', () => events.includes('ready'))
  await session.stop()
  await over
  expect(events).toEqual(['problem tree-missing', 'ready', 'recovered tree-missing', 'stopped'])
})

describe('one way', () => {
  it('tree: rows stay where they are', async () => {
    const one = await begun({ oneWay: 'tree' })
    one.setRow(A, 'by a program')
    one.setFile(B, 'by a person')
    await eventually('the file is imported', () => one.row(B) === 'by a person')
    await one.session.flush()
    expect(one.file(A)).toBe('one\ntwo\nthree\n')
  })

  it('store: files stay where they are, and one that is gone is written again', async () => {
    const one = await begun({ oneWay: 'store' })
    one.setFile(A, 'by a person')
    one.setFile(C, undefined)
    one.setRow(B, 'by a program')
    await eventually('the row is exported', () => one.file(B) === 'by a program')
    expect([one.row(A), one.file(C)]).toEqual(['one\ntwo\nthree\n', 'c'])
  })
})

describe('both sides changed', () => {
  it('is told once as a conflict, which ends when a person settles it', async () => {
    const one = await begun({ poll: 'off' })
    one.setRow(A, 'by a program')
    one.setFile(A, 'by a person')
    await eventually('the conflict is told', () => about(one, A).includes('conflict'))
    await one.engine.resolve([A], { prefer: 'tree' })
    await one.session.flush()
    one.setFile(A, 'and again')
    await eventually('the file is imported', () => one.row(A) === 'and again')
    expect(about(one, A)).toEqual(['conflict', 'imported'])
  })

  it('is merged where that is the rule', async () => {
    const one = await begun({}, { onConflict: 'merge' })
    one.setRow(A, 'ONE\ntwo\nthree\n')
    one.setFile(A, 'one\ntwo\nTHREE\n')
    await eventually('the file has both changes', () => one.file(A) === 'ONE\ntwo\nTHREE\n')
    expect(one.row(A)).toBe('ONE\ntwo\nTHREE\n')
  })
})

describe('the surroundings', () => {
  it('a database that is replaced is read and written from then on', async () => {
    const one = await begun()
    const backup = await pages()
    backup.setRow(C, 'from the backup')
    renameSync(backup.store, one.store)
    await eventually('its rows are exported', () => one.file(C) === 'from the backup')
    one.setFile(A, 'edited')
    await eventually('the file is imported', () => one.row(A) === 'edited')
    expect(one.row(C)).toBe('from the backup')
  })

  it('a database that is replaced twice between two polls is read again', async () => {
    const one = await begun()
    for (const body of ['first backup', 'second backup']) {
      const backup = await pages()
      backup.setRow(C, body)
      renameSync(backup.store, one.store)
      await eventually('its rows are exported', () => one.file(C) === body)
    }
    expect(one.events.filter(({ event }) => event === 'problem')).toEqual([])
  })

  it('a database that is gone is waited for; what was saved meanwhile is taken when it is back', async () => {
    const one = await begun()
    renameSync(one.store, `${one.store}.away`)
    one.setFile(A, 'edited')
    await eventually('it is told', () => one.events.some((event) => event.event === 'problem' && event.code === 'store-missing'))
    await expect(one.session.flush()).rejects.toMatchObject({ code: 'store-missing' })
    renameSync(`${one.store}.away`, one.store)
    await eventually('the file is imported', () => one.row(A) === 'edited')
    await eventually('that is told', () => one.events.some((event) => event.event === 'recovered' && event.code === 'store-missing'))
    expect(one.events.filter(({ event }) => event === 'problem')).toHaveLength(1)
  })

  it('a tree that is gone is waited for: nothing is deleted, and none is made in its place', async () => {
    const one = await begun({ delete: true, poll: 100 })
    renameSync(one.root, `${one.root}.away`)
    // The next poll is sooner than the next look at the root.
    one.setRow(B, 'by a program')
    await eventually('it is told', () => one.events.some((event) => event.event === 'problem' && event.code === 'tree-missing'))
    writeFileSync(join(`${one.root}.away`, A), 'edited')
    await expect(one.session.flush()).rejects.toMatchObject({ code: 'tree-missing' })
    expect(existsSync(one.root)).toBe(false)
    renameSync(`${one.root}.away`, one.root)
    await eventually('the file is imported', () => one.row(A) === 'edited')
    await eventually('the row is exported', () => one.file(B) === 'by a program')
    expect([one.row('south/d.html'), one.trail().filter(({ body }) => body === null)]).toEqual(['d', []])
  })

  it('a baseline that is gone is made anew: only what was just saved is in doubt', async () => {
    const one = await begun({ poll: 'off' })
    rmSync(join(one.directory, '.rowtree'), { recursive: true })
    one.setFile(A, 'edited')
    await eventually('the conflict is told', () => about(one, A).includes('conflict'))
    one.setFile(B, 'edited')
    await eventually('it is told', () => about(one, B).length > 0)
    expect([about(one, B), one.row(B)]).toEqual([['imported'], 'edited'])
  })

  it('a tree that is a link which comes to lead elsewhere is left alone until it leads back', async () => {
    const before = await pages()
    const [first, second] = ['first', 'second'].map((name) => join(before.directory, name)) as [string, string]
    renameSync(before.root, first)
    cpSync(first, second, { recursive: true })
    symlinkSync(first, before.root)
    const one = await watchSite({ ...before, engine: await openEngine(pagesConfig(before.directory, { export: { fsync: 'off' }, state: './.other' })) }, { delete: true })
    const lead = (to: string): void => {
      symlinkSync(to, `${one.root}.new`)
      renameSync(`${one.root}.new`, one.root)
    }
    lead(second)
    await eventually('it is told', () => one.events.some((event) => event.event === 'problem' && event.code === 'tree-replaced'))
    one.setFile(A, 'edited elsewhere')
    one.setRow(B, 'by a program')
    await expect(one.session.flush()).rejects.toMatchObject({ code: 'tree-replaced' })
    lead(first)
    await eventually('the row is exported', () => one.file(B) === 'by a program')
    expect(one.row(A)).toBe('one\ntwo\nthree\n')
  })

  it('a directory that becomes a file takes what was below it away', async () => {
    const one = await begun({ poll: 'off' })
    one.setFile('notes/deep/x.txt', 'x')
    await one.session.flush()
    rmSync(join(one.root, 'notes'), { recursive: true })
    one.setFile('notes', 'notes')
    await one.session.flush()
    one.setFile(A, 'edited')
    await one.session.flush()
    expect([one.row(A), one.events.filter(({ event }) => event === 'problem')]).toEqual(['edited', []])
  })

  it('another directory in the place of the tree is left alone until the tree is back', async () => {
    const one = await begun({ delete: true, poll: 100 })
    renameSync(one.root, `${one.root}.away`)
    mkdirSync(one.root)
    await eventually('it is told', () => one.events.some((event) => event.event === 'problem' && event.code === 'tree-replaced'))
    one.setRow(B, 'by a program')
    await expect(one.session.flush()).rejects.toMatchObject({ code: 'tree-replaced' })
    expect(readdirSync(one.root)).toEqual([])
    rmdirSync(one.root)
    renameSync(`${one.root}.away`, one.root)
    await eventually('the row is exported', () => one.file(B) === 'by a program')
    await one.session.flush()
    expect(one.events.filter(({ event }) => event !== 'ready' && event !== 'rescan').map(({ event }) => event)).toEqual(['problem', 'recovered', 'exported'])
    expect([A, B, C].filter((path) => one.row(path) === undefined)).toEqual([])
  })

  it.skipIf(!CAN_MOUNT)('a filesystem inside the tree that is unmounted deletes nothing (needs root)', async () => {
    const before = await pages()
    const disk = mountTmpfs(65_536)
    bindMount(disk, join(before.root, 'south'))
    before.setFile(C, 'c')
    before.setFile('south/d.html', 'd')
    const one = await watchSite(before, { delete: true })
    unmountFrom(join(one.root, 'south'))
    unlinkSync(join(one.root, 'south/d.html'))
    one.setFile(C, 'below it')
    await one.session.flush()
    expect([one.row(C), one.row('south/d.html')]).toEqual(['below it', 'd'])
    bindMount(disk, join(one.root, 'south'))
    await one.session.flush()
    expect([one.row(C), one.row('south/d.html')]).toEqual(['c', 'd'])
    expect(one.events.filter(({ event }) => event === 'deleted')).toEqual([])
  })
})

it.each([{ poll: 0 }, { poll: Number.NaN }, { rescan: 0 }, { maxBatch: 0 }, { settle: -1 }, { settle: 1e6 }])('refuses %j', async (options) => {
  const one = await pages()
  expect(() => one.engine.watch(options)).toThrow(expect.objectContaining({ code: 'usage' }))
})

describe('stop', () => {
  it('leaves what was not taken for the next session', async () => {
    const one = await begun({ settle: 60_000 })
    one.setFile(A, 'edited')
    await one.session.stop()
    expect(one.row(A)).not.toBe('edited')
    const next = await watchSite(one)
    expect(next.row(A)).toBe('edited')
  })

  it('ends a session whose engine is closed', async () => {
    const one = await begun()
    await one.engine.close()
    await eventually('the session is over', () => one.events.some(({ event }) => event === 'stopped'))
    await expect(one.session.flush()).rejects.toMatchObject({ code: 'cancelled' })
  })
})
