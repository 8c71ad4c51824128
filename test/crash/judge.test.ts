import { rmSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { tempName, tempPrefix } from '../../src/tree/temp.ts'
import { type Errand, perform } from './errand.ts'
import { judge } from './judge.ts'
import { pathOf, type Scene, setUp, textOf } from './scene.ts'
import { sql } from '../support/tables.ts'
import { withEngine } from '../support/with-engine.ts'

const [A, B] = [pathOf(0), pathOf(1)]
const SYNC: Errand = { operation: 'sync', options: { prune: true, delete: true } }

/** One row and one file were changed, and one of each is gone. */
async function changed(): Promise<Scene> {
  return await setUp({
    errand: SYNC,
    prepare({ setRow, setFile }) {
      setRow(A, textOf(A, 'row'))
      setRow(pathOf(2), undefined)
      setFile(B, textOf(B, 'file'))
      setFile(pathOf(3), undefined)
    },
  })
}

const baseline = (directory: string, statements: string): void => {
  const db = new DatabaseSync(join(directory, '.rowtree/baseline.db'))
  db.exec(statements)
  db.close()
}

/** A temp of a process that lives: ours. */
const temp = tempName(tempPrefix(), 0, '.tmp')

/** Makes the store change what is written to it. */
function refuse(directory: string): void {
  sql(join(directory, 'site.sqlite'), `create trigger other after update on pages when new.body not like '%other' begin update pages set body = 'other' where rowid = new.rowid; end`)
  writeFileSync(join(directory, 'tree', A), 'edited')
}

/** What could be found after a crash if rowtree were worse, and how the judge calls it. */
const BAD: readonly (readonly [what: string, spoil: (directory: string) => void, said: RegExp])[] = [
  ['half a file', (at) => truncateSync(join(at, 'tree', A), 10), /page-000000.html: its file holds .* neither old nor new/],
  ['a file that is gone', (at) => unlinkSync(join(at, 'tree', B)), /page-000001.html: its file is gone, neither old nor new/],
  ['a file from nowhere', (at) => writeFileSync(join(at, 'tree/north/x.html'), 'x'), /x.html: its file holds "x" .* neither old nor new/],
  ['half a row', (at) => sql(join(at, 'site.sqlite'), `update pages set body = substr(body, 1, 9) where slug = 'page-000001'`), /page-000001.html: its row holds .* neither old nor new/],
  ['a row that is gone', (at) => sql(join(at, 'site.sqlite'), `delete from pages where slug = 'page-000000'`), /page-000000.html: its row is gone, neither old nor new/],
  ['a history that knows nothing', (at) => baseline(at, 'delete from history; delete from operations'), /page-000002.html: what its file held is nowhere, nor in history/],
  ['a history of too little', (at) => baseline(at, `delete from history where path = '${B}'`), /page-000001.html: its row holds .* after the undo/],
  ['a baseline that is no database', (at) => writeFileSync(join(at, '.rowtree/baseline.db'), 'x'.repeat(50_000)), /cannot go on: .*baseline/],
  ['a damaged baseline', (at) => baseline(at, 'update packs set bytes = zeroblob(length(bytes))'), /the baseline holds another content than it says|cannot go on/],
  ['accounts that are wrong', (at) => baseline(at, 'update accounts set live = live + 1'), /is kept for other bytes than are in use/],
  ['a row that cannot be written', (at) => refuse(at), /page-000000.html: not-stored is told in vain/],
  ['a temp in the tree', (at) => writeFileSync(join(at, 'tree/north', temp), 'x'), /north\/\.rowtree-.* is left/],
  ['a temp in the state', (at) => writeFileSync(join(at, '.rowtree', temp), 'x'), /\.rowtree-.* is left/],
  ['a store that is gone', (at) => rmSync(join(at, 'site.sqlite')), /no such table|gone|cannot go on/i],
]

test('the judge finds nothing where nothing was struck, before and after', async () => {
  const scene = await changed()
  const [untouched, done] = [scene.copy(), scene.copy()]
  await withEngine(done, (engine) => perform(engine, scene.errand))
  expect(await judge(scene, untouched)).toEqual([])
  expect(await judge(scene, done)).toEqual([])
})

test('the judge finds whatever is wrong', async () => {
  const scene = await changed()
  for (const [what, spoil, said] of BAD) {
    const directory = scene.copy()
    await withEngine(directory, (engine) => perform(engine, scene.errand))
    spoil(directory)
    expect.soft((await judge(scene, directory)).join('\n'), what).toMatch(said)
    scene.discard(directory)
  }
})
