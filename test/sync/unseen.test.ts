import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Site, site } from '../support/site.ts'

const A = 'north/page-000000.html'
const B = 'south/page-000001.html'
const LONG = `${'x'.repeat(300)}.txt`

/** A site with paths where nothing can be looked at. */
async function obstructed(): Promise<Site> {
  const one = await site()
  writeFileSync(join(one.root, 'notes'), 'a file')
  symlinkSync('circle', join(one.root, 'circle'))
  return one
}

function absent(path: string): object {
  return { path, code: 'read-failed', message: `Cannot find ${path}: there is neither such a file nor such a row` }
}

describe('a path that fits no collection', () => {
  it('below a file is absent', async () => {
    const { engine } = await obstructed()
    const { problems } = await engine.import({ paths: ['notes/x.txt', 'nothing/x.txt'] })
    expect(problems).toEqual([absent('notes/x.txt'), absent('nothing/x.txt')])
  })

  it.each([
    ['circle/x.txt', 'ELOOP'],
    [LONG, 'ENAMETOOLONG'],
  ])('that cannot be looked at is a problem of its own: %s', async (path, errno) => {
    const { engine, setFile, row } = await obstructed()
    setFile(A, 'edited')
    const summary = await engine.import({ paths: [path, A] })
    expect(summary).toMatchObject({ imported: 1, problems: [{ path, code: 'read-failed', errno }] })
    expect(row(A)).toBe('edited')
  })
})

it.each(['notes/x.txt', 'circle/x.txt', LONG])('a path that cannot be looked at has its place in the tree: %s', async (path) => {
  const { engine, root } = await obstructed()
  expect([engine.pathOf(path, root), engine.pathOf(join(root, path), '/'), engine.pathOf(path, '/')]).toEqual([path, path, path])
})

it.each<[name: string, obstruct: (path: string) => void]>([
  ['a file', (path) => writeFileSync(path, 'a file')],
  ['a link to itself', (path) => symlinkSync('north', path)],
])('a hold of an emptied tree stays where %s stands in the place of a directory', async (_, obstruct) => {
  const { engine, root, row } = await site()
  for (const directory of ['north', 'south']) renameSync(join(root, directory), `${root}.${directory}`)
  expect((await engine.import({ delete: true, paths: [A] })).holds).toMatchObject([{ path: A, code: 'tree-emptied' }])
  obstruct(join(root, 'north'))
  mkdirSync(join(root, 'south'))
  writeFileSync(join(root, 'south/page-000003.html'), 'back')
  expect((await engine.import({ delete: true, paths: [B] })).holds).toMatchObject([{ path: B, code: 'tree-emptied' }])
  expect(row(B)).toBeDefined()
  rmSync(join(root, 'north'))
})
