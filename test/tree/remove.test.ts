import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesystemClock } from '../../src/tree/clock.ts'
import { digestOf } from '../../src/digest.ts'
import { removeFile, type Seen } from '../../src/tree/remove.ts'
import { isSettled, lstat } from '../../src/tree/stat.ts'
import { editInPlace, listing } from '../support/files.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const digest = (text: string): string => digestOf(new TextEncoder().encode(text))

const clock = (root: string): number => filesystemClock(root, root)()

/** A file `a/file`, long ago unless it is `recent`, and how a cycle saw it. */
function seen(recent = false): { root: string; path: string; before: Seen } {
  const root = temporaryDirectory()
  const path = join(root, 'a/file')
  mkdirSync(dirname(path))
  writeFileSync(path, 'old')
  // Far in the future no edit has surely another time.
  const time = recent ? Date.now() / 1_000 + 3_600 : 1_000_000.5
  utimesSync(path, time, time)
  const stat = lstat(path)!
  const before = { stat, digest: digest('old'), racy: !isSettled(stat.mtime, clock(root)) }
  return { root, path, before }
}

describe('removeFile', () => {
  it.each([true, false])('removes the file that was seen, written just now: %s', (recent) => {
    const { root, before } = seen(recent)
    expect(removeFile(root, 'a/file', before)).toBe(true)
    expect(listing(root)).toEqual(['a/'])
  })

  it.each<[name: string, interfere: (path: string) => void]>([
    ['edited', (path) => writeFileSync(path, 'edited')],
    ['replaced', (path) => { renameSync(path, `${path}2`); writeFileSync(path, 'its'); execFileSync('touch', ['-r', `${path}2`, path]) }],
    ['replaced by a symlink', (path) => { renameSync(path, `${path}2`); symlinkSync('file2', path) }],
    ['replaced by a directory', (path) => { renameSync(path, `${path}2`); mkdirSync(path) }],
    ['removed', (path) => renameSync(path, `${path}2`)],
  ])('leaves a file alone that was %s meanwhile', (_, interfere) => {
    const { root, path, before } = seen()
    interfere(path)
    const names = listing(root)
    expect(removeFile(root, 'a/file', before)).toBe(false)
    expect(listing(root)).toEqual(names)
  })

  it('leaves a file alone that was edited within a tick of the clock', () => {
    const { root, path, before } = seen(true)
    editInPlace(path, 'its')
    expect(removeFile(root, 'a/file', before)).toBe(false)
    expect(readFileSync(path, 'utf8')).toBe('its')
  })

  it('does not go through a directory that became a symlink', () => {
    const { root, path, before } = seen()
    const outside = temporaryDirectory()
    renameSync(path, join(outside, 'file'))
    renameSync(join(root, 'a'), join(root, 'b'))
    symlinkSync(outside, join(root, 'a'))
    expect(() => removeFile(root, 'a/file', before)).toThrow('it is a symlink')
    expect(listing(outside)).toEqual(['file'])
  })
})
