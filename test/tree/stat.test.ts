import * as fc from 'fast-check'
import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { errnoOf } from '../../src/errors.ts'
import { fstat, isSettled, isThere, lstat, sameStat, stat } from '../../src/tree/stat.ts'
import { temporaryDirectory } from '../support/temporary.ts'

it('lstat tells what stands at a path', () => {
  const directory = temporaryDirectory()
  const at = (name: string): string => join(directory, name)
  writeFileSync(at('file'), 'four')
  chmodSync(at('file'), 0o4640)
  mkdirSync(at('directory'))
  symlinkSync('file', at('link'))
  symlinkSync('nothing', at('dangling'))
  execFileSync('mkfifo', [at('fifo')])
  expect(lstat(at('file'))).toMatchObject({ kind: 'file', size: 4, mode: 0o4640 })
  expect(lstat(at('directory'))?.kind).toBe('directory')
  expect(lstat(at('link'))?.kind).toBe('symlink')
  expect(lstat(at('dangling'))?.kind).toBe('symlink')
  expect(lstat(at('fifo'))?.kind).toBe('special')
  expect(stat(at('link'))).toEqual(lstat(at('file')))
  expect(stat(at('dangling'))).toBeUndefined()
  expect(stat(at('missing'))).toBeUndefined()
  expect(lstat('/dev/null')?.kind).toBe('special')
  expect(lstat(at('missing'))).toBeUndefined()
  expect(lstat(at('missing/file'))).toBeUndefined()
})

it.each([
  ['a file on the way', 'file/x', 'ENOTDIR'],
  ['a circle on the way', 'circle/x', 'ELOOP'],
  ['a name that is too long', 'x'.repeat(256), 'ENAMETOOLONG'],
])('%s is no missing file', (_, path, errno) => {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'file'), '')
  symlinkSync('circle', join(directory, 'circle'))
  for (const look of [lstat, stat]) {
    let thrown: unknown
    try {
      look(join(directory, path))
    } catch (error) {
      thrown = error
    }
    expect(errnoOf(thrown)).toBe(errno)
  }
})

it('lstat and fstat agree, to the millisecond', () => {
  const path = join(temporaryDirectory(), 'file')
  writeFileSync(path, 'four')
  const fd = openSync(path, 'r')
  try {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 4e9, noNaN: true }), (seconds) => {
        utimesSync(path, seconds, seconds)
        expect(fstat(fd)).toEqual(lstat(path))
        expect(Number.isInteger(lstat(path)!.mtime)).toBe(true)
      }),
    )
  } finally {
    closeSync(fd)
  }
})

it.each([
  ['the same', {}, true],
  ['another size', { size: 2 }, false],
  ['another time', { mtime: 2 }, false],
  ['another inode', { inode: 2 }, false],
  ['another mode', { mode: 2 }, true],
])('sameStat: %s', (_, change, same) => {
  const known = { size: 1, mtime: 1, inode: 1 }
  expect(sameStat(known, { ...known, ...change })).toBe(same)
})

it.each<[name: string, mtime: number, now: number, settled: boolean]>([
  ['long ago', 1_000_001, 2_000_000, true],
  ['within the tick of the clock', 1_000_001, 1_000_001, false],
  ['a tick before', 1_000_001, 1_000_002, true],
  ['in the future', 2_000_001, 1_000_000, false],
])('isSettled: %s', (_, mtime, now, settled) => {
  expect(isSettled(mtime, now)).toBe(settled)
})

it('isThere takes only the system\'s word that nothing is there', () => {
  const file = join(temporaryDirectory(), 'file')
  writeFileSync(file, '')
  symlinkSync('nowhere', `${file}-link`)
  expect([file, `${file}-other`, `${file}/below`, `${file}-link`].map(isThere)).toEqual([true, false, false, false])
  expect(() => isThere(`${file}${'x'.repeat(300)}`)).toThrow('ENAMETOOLONG')
})
