import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { Anchor, readBelow, within } from '../../src/tree/anchor.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** A tree with a directory `a/b` and a symlink to it, and a directory beside the tree. */
function tree(): { readonly root: string; readonly outside: string } {
  const directory = temporaryDirectory()
  const [root, outside] = [join(directory, 'tree'), join(directory, 'outside')]
  mkdirSync(join(root, 'a/b'), { recursive: true })
  mkdirSync(outside)
  writeFileSync(join(root, 'a/b/file'), 'inside')
  writeFileSync(join(outside, 'file'), 'outside')
  writeFileSync(join(root, 'file'), 'a file')
  symlinkSync('a', join(root, 'link'))
  return { root, outside }
}

describe.each([['held open', true], ['checked', false]])('a directory that is %s', (_, holds) => {
  const anchorAt = (root: string): Anchor => new Anchor(root, holds && process.platform === 'linux')

  it('is entered, one after the other', () => {
    const { root } = tree()
    const anchor = anchorAt(root)
    expect(anchor.within('a/b', (here) => readFileSync(`${here}/file`, 'utf8'))).toBe('inside')
    anchor.within('', (here) => writeFileSync(`${here}/new`, 'new'))
    anchor.within('a', (here) => mkdirSync(`${here}/c`))
    anchor.within('a/c', (here) => writeFileSync(`${here}/new`, 'new'))
    anchor.close()
    expect(['new', 'a/c/new'].map((path) => readFileSync(join(root, path), 'utf8'))).toEqual(['new', 'new'])
  })

  it.each([
    ['link', 'directory-is-symlink'],
    ['link/b', 'directory-is-symlink'],
    ['a/b/link', 'directory-is-symlink'],
    ['file', 'directory-is-file'],
    ['a/b/file/c', 'directory-is-file'],
  ])('is refused where it is none: %s', (directory, code) => {
    const { root } = tree()
    symlinkSync('nowhere', join(root, 'a/b/link'))
    const anchor = anchorAt(root)
    expect(() => anchor.within(directory, () => 'entered')).toThrow(expect.objectContaining({ obstacle: expect.objectContaining({ code }) }))
    expect(anchor.within('a', () => 'entered')).toBe('entered')
    anchor.close()
  })

  it('may be absent', () => {
    const { root } = tree()
    const anchor = anchorAt(root)
    expect(anchor.within('missing/too', () => 'entered', () => 'absent')).toBe('absent')
    expect(() => anchor.within('missing', (here) => readFileSync(`${here}/file`))).toThrow(`'${root}/missing`)
    anchor.close()
  })

  it('has its own name in errors', () => {
    const { root } = tree()
    const anchor = anchorAt(root)
    mkdirSync(join(root, 'a/$&'))
    for (const directory of ['a/b', 'a/$&']) {
      const path = `${root}/${directory}/none`
      expect(() => anchor.within(directory, (here) => readFileSync(`${here}/none`))).toThrow(expect.objectContaining({ path, message: expect.stringContaining(`'${path}'`) }))
    }
    anchor.close()
  })
})

it.skipIf(process.platform !== 'linux')('a directory that is held stays the same when a symlink takes its place (needs Linux)', () => {
  const { root, outside } = tree()
  within(root, 'a/b', (here) => {
    renameSync(join(root, 'a'), join(root, 'moved'))
    mkdirSync(join(root, 'a'))
    symlinkSync(outside, join(root, 'a/b'))
    writeFileSync(`${here}/file`, 'new')
  })
  expect([join(root, 'moved/b/file'), join(outside, 'file')].map((path) => readFileSync(path, 'utf8'))).toEqual(['new', 'outside'])
})

it.skipIf(process.platform !== 'linux')('a directory that is held is not taken for another one in errors (needs Linux)', () => {
  const { root } = tree()
  expect(() => within(root, 'a', (here) => readFileSync(`${here}/x, ${here}0/y`))).toThrow(/\/tree\/a\/x, \/proc\/\d+\/fd\/\d+0\/y'$/)
})

it('reads a file only where the way to it is one of directories', () => {
  const { root } = tree()
  expect(readBelow(root, 'a/b/file')?.bytes.toString()).toBe('inside')
  expect(readBelow(root, 'link/b/file')).toBeUndefined()
  expect(readBelow(root, 'a/none/file')).toBeUndefined()
  rmSync(join(root, 'a'), { recursive: true })
  expect(readBelow(root, 'a/b/file')).toBeUndefined()
})
