import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { boardFiles } from '../../src/engine/board-files.ts'
import { temporaryDirectory } from '../support/temporary.ts'

function makeBoard(): string {
  const board = temporaryDirectory()
  mkdirSync(join(board, 'cache/themes'), { recursive: true })
  return board
}

const bytes = Buffer.from('a {}')

it('a file is written, replaced and removed', async () => {
  const board = makeBoard()
  const files = boardFiles(board)
  const path = 'cache/themes/theme7/a.css'
  expect(await files.remove(path)).toBeUndefined()
  expect(await files.write(path, bytes)).toBeUndefined()
  expect(await files.write(path, Buffer.from('b {}'))).toBeUndefined()
  expect(readFileSync(join(board, path), 'utf8')).toBe('b {}')
  // As MyBB makes it.
  expect(readdirSync(join(board, 'cache/themes/theme7')).toSorted()).toEqual(['a.css', 'index.html'])
  expect(await files.remove(path)).toBeUndefined()
  expect(readdirSync(join(board, 'cache/themes/theme7'))).toEqual(['index.html'])
})

it.each([
  'index.php', 'cache/themes/a.css', 'cache/themes/theme7/../../a.css', 'cache/themes/theme7/..', 'cache/themes/theme7/a.php', '/cache/themes/theme7/a.css',
  'cache/themes/theme/a.css', 'cache/themes/theme7/b/a.css', 'cache/themes/theme7\\..\\a.css',
])('nothing else is reached: %s', async (path) => {
  const board = makeBoard()
  expect(await boardFiles(board).write(path, bytes)).toEqual({ message: `${path} is no stylesheet of a board's cache` })
  expect(await boardFiles(board).remove(path)).toEqual({ message: `${path} is no stylesheet of a board's cache` })
  expect(readdirSync(board, { recursive: true })).toEqual(['cache', 'cache/themes'])
})

it.each(['cache', 'cache/themes', 'cache/themes/theme7'])('no symlink is followed: %s', async (link) => {
  const [board, elsewhere] = [temporaryDirectory(), temporaryDirectory()]
  mkdirSync(join(elsewhere, 'themes/theme7'), { recursive: true })
  mkdirSync(join(elsewhere, 'theme7'), { recursive: true })
  mkdirSync(join(board, link, '..'), { recursive: true })
  symlinkSync(elsewhere, join(board, link))
  const fault = { message: `Cannot write into ${link}: it is a symlink and may lead out of the tree; move it away` }
  expect(await boardFiles(board).write('cache/themes/theme7/a.css', bytes)).toEqual(fault)
  expect(await boardFiles(board).remove('cache/themes/theme7/a.css')).toEqual(fault)
  expect(readdirSync(elsewhere, { recursive: true }).filter((name) => String(name).endsWith('.css'))).toEqual([])
})

it('a symlink and a directory in the place of a file stay', async () => {
  const board = makeBoard()
  writeFileSync(join(board, 'secret.css'), 'x')
  mkdirSync(join(board, 'cache/themes/theme7/b.css'), { recursive: true })
  symlinkSync(join(board, 'secret.css'), join(board, 'cache/themes/theme7/a.css'))
  const files = boardFiles(board)
  for (const name of ['a.css', 'b.css']) {
    expect((await files.write(`cache/themes/theme7/${name}`, bytes))?.message).toMatch(/it is a (symlink|directory)/)
    expect((await files.remove(`cache/themes/theme7/${name}`))?.message).toMatch(/is no file$/)
  }
  expect(readFileSync(join(board, 'secret.css'), 'utf8')).toBe('x')
})

it('a directory that is no board stays as it is', async () => {
  const board = temporaryDirectory()
  expect(await boardFiles(board).write('cache/themes/theme7/a.css', bytes)).toEqual({ message: `${board} has no cache/themes; correct mybb.board` })
  expect(existsSync(join(board, 'cache'))).toBe(false)
})
