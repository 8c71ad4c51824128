import { chmodSync, copyFileSync, existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it } from 'vitest'
import { openEngine, resolveConfig } from '../src/index.ts'
import { temporaryDirectory } from './support/temporary.ts'

const BOARD = new URL('../../shared/data/mybb-1.8.37/board.sqlite', import.meta.url)
const absent = !existsSync(BOARD)

/** The files below a directory, by path. */
function files(root: string): Map<string, { bytes: Buffer; mtime: number }> {
  const found = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    found.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(root.length + 1), { bytes: readFileSync(path), mtime: lstatSync(path).mtimeMs }]
    }),
  )
}

/** What the board shows: by file name, the bytes that SQL alone finds. */
function shown(store: string): Map<string, Uint8Array> {
  const db = new DatabaseSync(store, { readOnly: true })
  const rows = db
    .prepare(`
      select title || '.html' as name, cast(template as blob) as bytes from mybb_templates t
      where sid = (select max(sid) from mybb_templates where title = t.title and sid in (-2, -1, 1))
      union all
      select name, cast(stylesheet as blob) from mybb_themestylesheets s
      where tid = (select max(tid) from mybb_themestylesheets where name = s.name and tid in (1, 2))`)
    .all() as unknown as { name: string; bytes: Uint8Array }[]
  db.close()
  return new Map(rows.map(({ name, bytes }) => [name, bytes]))
}

it.skipIf(absent)(`a stock MyBB board becomes 991 files, byte for byte${absent ? ' (skipped: the board is not there)' : ''}`, async () => {
  const directory = temporaryDirectory()
  const store = join(directory, 'board.sqlite')
  copyFileSync(BOARD, store)
  chmodSync(store, 0o644)
  const engine = await openEngine(resolveConfig({ store: { url: 'sqlite:board.sqlite', preset: 'mybb' }, tree: './board' }, directory))
  expect(await engine.export()).toMatchObject({ exported: 991, unchanged: 0, bytes: 549_366, problems: [], conflicts: [] })

  const written = files(join(directory, 'board'))
  expect(written.size).toBe(991)
  const expected = shown(store)
  expect(expected.size).toBe(991)
  for (const [path, { bytes }] of written) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    expect([path, Buffer.compare(bytes, expected.get(name) ?? Buffer.from('no such row'))]).toEqual([path, 0])
  }

  expect(await engine.export()).toMatchObject({ exported: 0, unchanged: 991, bytes: 0 })
  await engine.close()
  const after = files(join(directory, 'board'))
  expect([...after].map(([path, { mtime }]) => [path, mtime])).toEqual([...written].map(([path, { mtime }]) => [path, mtime]))
})
