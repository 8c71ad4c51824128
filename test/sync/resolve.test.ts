import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Summary } from '../../src/index.ts'
import { site } from '../support/site.ts'

const A = 'north/page-000000.html'
const B = 'south/page-000001.html'
const C = 'north/page-000002.html'
const NEW = 'north/mine.html'

const codes = (list: Summary['problems']): string[] => list.map(({ path, code }) => `${path} ${code}`)
const QUIET = { problems: [], conflicts: [], holds: [], deletions: [] }

describe.each<[what: string, paths: readonly string[], all: boolean]>([
  ['all', [], true],
  ['a directory', ['north'], false],
  ['the whole tree as a directory', [''], false],
])('resolving %s', (_, paths, all) => {
  it.each<[name: string, content: string, code: string]>([
    ['that is no text', 'a\0b', 'holds-nul'],
    ['that is blank', ' \n', 'file-emptied'],
  ])('leaves a new file %s, with and without leave to delete', async (__, content, code) => {
    const { engine, setFile, file } = await site()
    setFile(NEW, content)
    expect(codes((await engine.sync()).holds)).toEqual([`${NEW} ${code}`])
    for (const leave of [false, true]) {
      const summary = await engine.resolve(paths, { prefer: 'store', all, delete: leave })
      expect(summary).toMatchObject({ removed: 0 })
      expect(codes(summary.holds)).toEqual([`${NEW} ${code}`])
    }
    expect(file(NEW)).toBe(content)
    expect(await engine.resolve([NEW], { prefer: 'store' })).toMatchObject({ removed: 1, ...QUIET })
    expect(file(NEW)).toBeUndefined()
  })

  it('leaves a file whose import was undone', async () => {
    const { engine, setFile, file } = await site()
    setFile(NEW, 'mine')
    await engine.import()
    await engine.undo()
    expect(codes((await engine.resolve(paths, { prefer: 'store', all })).holds)).toEqual([`${NEW} undone`])
    expect(file(NEW)).toBe('mine')
  })

  it('deletes a row whose deletion was undone only with leave', async () => {
    const { engine, setFile, row } = await site()
    setFile(A, undefined)
    await engine.import({ delete: true })
    await engine.undo()
    expect(codes((await engine.resolve(paths, { prefer: 'tree', all })).holds)).toEqual([`${A} undone`])
    expect(row(A)).toBeDefined()
    expect(await engine.resolve(paths, { prefer: 'tree', all, delete: true })).toMatchObject({ deleted: 1, ...QUIET })
    expect(row(A)).toBeUndefined()
  })

  it('removes an edited file whose row is gone only with leave', async () => {
    const { engine, setFile, setRow, file } = await site()
    setFile(A, 'mine')
    setRow(A, undefined)
    expect(codes((await engine.resolve(paths, { prefer: 'store', all })).conflicts)).toEqual([`${A} deleted-in-store`])
    expect(file(A)).toBe('mine')
    expect(await engine.resolve(paths, { prefer: 'store', all, delete: true })).toMatchObject({ removed: 1, ...QUIET })
    expect(file(A)).toBeUndefined()
  })

  it('settles conflicts and holds, and leaves alone what only differs', async () => {
    const { engine, setFile, setRow, row, file } = await site()
    setFile(A, 'mine')
    setRow(A, 'theirs')
    setFile(C, '')
    setFile('north/page-000004.html', 'edited')
    setFile('north/page-000006.html', undefined)
    setRow('north/unseen.html', 'unseen')
    expect(await engine.resolve(paths, { prefer: 'tree', all, delete: true })).toMatchObject({ imported: 2, exported: 0, deleted: 0, ...QUIET })
    expect([row(A), row(C), row('north/unseen.html'), file('north/unseen.html')]).toEqual(['mine', '', 'unseen', undefined])
    expect(row('north/page-000004.html')).not.toBe('edited')
    expect(row('north/page-000006.html')).toBeDefined()
  })

  it('merges conflicts alone', async () => {
    const { engine, setFile, setRow, row, file } = await site([
      { site: 'north', slug: 'page-000000', body: '1\n2\n3\n4\n5\n' },
      { site: 'north', slug: 'page-000002', body: 'second' },
      { site: 'north', slug: 'page-000004', body: 'third' },
    ])
    setFile(A, '1 mine\n2\n3\n4\n5\n')
    setRow(A, '1\n2\n3\n4\n5 theirs\n')
    setFile(C, undefined)
    setRow('north/page-000004.html', undefined)
    expect(await engine.resolve(paths, { prefer: 'merge', all })).toMatchObject({ imported: 1, exported: 1, deleted: 0, removed: 0, ...QUIET })
    expect(row(A)).toBe('1 mine\n2\n3\n4\n5 theirs\n')
    expect([row(C), file('north/page-000004.html')]).toEqual(['second', 'third'])
  })
})

describe('resolving', () => {
  it('takes files and directories at once, the files as they are named', async () => {
    const { engine, setFile, setRow, row } = await site()
    setFile(A, undefined)
    setRow(A, 'theirs')
    setFile(B, undefined)
    setRow('south/unseen.html', 'unseen')
    setFile('south/page-000003.html', 'mine')
    setRow('south/page-000003.html', 'theirs')
    expect(await engine.resolve([A, 'south', 'nope.html'], { prefer: 'tree' })).toMatchObject({ deleted: 1, imported: 1, problems: [{ path: 'nope.html' }] })
    expect([row(A), row('south/page-000003.html'), row('south/unseen.html')]).toEqual([undefined, 'mine', 'unseen'])
    expect(row(B)).toBeDefined()
  })

  it('takes a file that is named beside its directory as it is named', async () => {
    const { engine, setFile, setRow, file } = await site()
    setFile(A, 'mine')
    setRow(A, undefined)
    expect(await engine.resolve(['north', A], { prefer: 'store' })).toMatchObject({ removed: 1, ...QUIET })
    expect(file(A)).toBeUndefined()
  })

  it('deletes a row that never was a file where it is named itself', async () => {
    const { engine, setRow, row } = await site()
    setRow('north/unseen.html', 'unseen')
    expect(await engine.resolve(['north/unseen.html'], { prefer: 'tree' })).toMatchObject({ deleted: 1, ...QUIET })
    expect(row('north/unseen.html')).toBeUndefined()
  })

  it('merges nothing away: a deletion stays pending', async () => {
    const { engine, setFile, row } = await site()
    setFile(A, undefined)
    expect(await engine.resolve([A], { prefer: 'merge' })).toMatchObject({ deleted: 0, pending: 1, problems: [] })
    expect(row(A)).toBeDefined()
  })
})

describe('where the root of the tree is gone', () => {
  it('names its holds, and settles none of them without leave', async () => {
    const { engine, root, row } = await site()
    const place = engine.pathOf(root, root)
    renameSync(root, `${root}-away`)
    for (const prefer of ['store', 'tree'] as const) {
      for (const options of [{ prefer }, { prefer, all: true }]) {
        const summary = await engine.resolve([place], options)
        expect(summary).toMatchObject({ deleted: 0, exported: 0, problems: [], deletions: [] })
        expect(summary.holds.map(({ code }) => code)).toEqual(Array(12).fill('tree-emptied'))
      }
    }
    expect(codes((await engine.resolve([A], { prefer: 'store' })).holds)).toEqual([`${A} tree-emptied`])
    expect((await engine.status({ paths: [place] })).counts).toMatchObject({ held: 12 })
    expect([existsSync(root), row(A)]).toEqual([false, expect.any(String)])
    mkdirSync(root)
    expect(await engine.resolve([place], { prefer: 'store' })).toMatchObject({ exported: 12, ...QUIET })
  })
})
