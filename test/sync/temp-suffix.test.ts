import { describe, expect, it } from 'vitest'
import type { ConfigInput, Summary } from '../../src/index.ts'
import { type Site, site } from '../support/site.ts'
import { samplePages } from '../support/tables.ts'

/** Files of any name fit the collection. */
const PLAIN: Partial<ConfigInput> = { collections: { pages: { table: 'pages', key: ['site', 'slug'], path: '{site}/{slug}', content: 'body' } } }
const NEW = 'north/x.tmp'

const COMMANDS: [name: string, run: (one: Site) => Promise<Summary>][] = [
  ['import', ({ engine }) => engine.import({ delete: true })],
  ['import of its directory', ({ engine }) => engine.import({ paths: ['north'] })],
  ['sync', ({ engine }) => engine.sync({ prune: true, delete: true })],
  ['export', ({ engine }) => engine.export({ prune: true })],
]

describe('a file that ends as temps do', () => {
  it.each(COMMANDS)('and that no row has is left alone by %s', async (_, run) => {
    const one = await site(samplePages(4), PLAIN)
    one.setFile(NEW, 'half')
    expect(await run(one)).toMatchObject({ imported: 0, exported: 0, removed: 0, deleted: 0, pending: 0, untracked: [], problems: [], conflicts: [] })
    expect(one.row(NEW)).toBeUndefined()
    expect(one.file(NEW)).toBe('half')
    expect(await one.engine.status()).toMatchObject({ items: [], counts: { 'in-sync': 4, untracked: 0 } })
  })

  it('becomes a row where it is named', async () => {
    const one = await site(samplePages(4), PLAIN)
    one.setFile(NEW, 'whole')
    expect(await one.engine.import({ paths: [NEW] })).toMatchObject({ imported: 1 })
    expect(one.row(NEW)).toBe('whole')
  })

  it('is kept the same as any other where a row has its path', async () => {
    const one = await site([...samplePages(4), { site: 'north', slug: 'x.tmp', body: 'row' }], PLAIN)
    expect(one.file(NEW)).toBe('row')
    one.setFile(NEW, 'edited')
    expect((await one.engine.status()).items).toMatchObject([{ path: NEW, state: 'tree-changed' }])
    expect(await one.engine.import()).toMatchObject({ imported: 1 })
    expect(one.row(NEW)).toBe('edited')
    one.setRow(NEW, 'again')
    expect(await one.engine.sync()).toMatchObject({ exported: 1 })
    expect(one.file(NEW)).toBe('again')
    // Its row is gone, the baseline knows it: no new file.
    one.setRow(NEW, undefined)
    expect(await one.engine.sync()).toMatchObject({ pending: 1, deletions: [{ path: NEW, code: 'row-deleted' }] })
    expect(await one.engine.sync({ prune: true })).toMatchObject({ removed: 1 })
    expect(one.file(NEW)).toBeUndefined()
  })

  it('is a conflict where somebody made it before its row', async () => {
    const one = await site(samplePages(4), PLAIN)
    one.setFile(NEW, 'mine')
    one.setRow(NEW, 'theirs')
    expect(await one.engine.sync()).toMatchObject({ conflicts: [{ path: NEW, code: 'file-in-the-way' }] })
  })

  it('is any other where the config names another suffix', async () => {
    const one = await site(samplePages(4), { ...PLAIN, export: { fsync: 'off', tempSuffix: '.part' } })
    one.setFile(NEW, 'whole')
    one.setFile('north/y.part', 'half')
    expect(await one.engine.sync()).toMatchObject({ imported: 1 })
    expect(one.row(NEW)).toBe('whole')
    expect(one.row('north/y.part')).toBeUndefined()
  })
})
