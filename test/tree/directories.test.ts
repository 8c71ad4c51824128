import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Directories, findObstacle, makeDirectories, parentOf } from '../../src/tree/directories.ts'
import { lstat } from '../../src/tree/stat.ts'
import { listing } from '../support/files.ts'
import { CAN_MOUNT, makeReadOnly, mountTmpfs } from '../support/mounts.ts'
import { IS_ROOT, NOBODY, runScript, source } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'

describe('Directories', () => {
  it('makes missing parents and remembers what it made', () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'old'))
    const directories = new Directories(root, false)
    expect(directories.prepare('')).toEqual({ fresh: false })
    expect(directories.prepare('old')).toEqual({ fresh: false })
    expect(directories.prepare('old/a/b')).toEqual({ fresh: true })
    expect(directories.prepare('old/a')).toEqual({ fresh: true })
    expect(directories.prepare('c')).toEqual({ fresh: true })
    expect(directories.made).toEqual(['old/a', 'old/a/b', 'c'])
    expect(listing(root)).toEqual(['c/', 'old/', 'old/a/', 'old/a/b/'])
  })

  it.each(['a', 'a/b', 'a/b/c'])('does not write through %s where it is a symlink', (link) => {
    const [root, outside] = [temporaryDirectory(), temporaryDirectory()]
    mkdirSync(join(root, parentOf(link)), { recursive: true })
    symlinkSync(outside, join(root, link))
    const { fresh, obstacle } = new Directories(root, false).prepare('a/b/c')
    expect(fresh).toBe(false)
    expect(obstacle).toMatchObject({ code: 'directory-is-symlink', message: `Cannot write into ${link}: it is a symlink and may lead out of the tree; move it away` })
    expect(listing(outside)).toEqual([])
  })

  it('does not make what a symlink to nothing names', () => {
    const root = temporaryDirectory()
    symlinkSync('nothing', join(root, 'a'))
    expect(new Directories(root, false).prepare('a/b').obstacle).toMatchObject({ code: 'directory-is-symlink' })
    expect(listing(root)).toEqual(['a'])
  })

  it.each(['a', 'a/b', 'a/b/c'])('tells that %s is a file', (file) => {
    const root = temporaryDirectory()
    mkdirSync(join(root, parentOf(file)), { recursive: true })
    writeFileSync(join(root, file), 'theirs')
    expect(new Directories(root, false).prepare('a/b/c').obstacle).toMatchObject({
      code: 'directory-is-file',
      message: `Cannot write into ${file}: it is not a directory; move it away`,
    })
  })

  it('makes nothing in a dry run', () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'old'))
    writeFileSync(join(root, 'old/file'), '')
    const directories = new Directories(root, true)
    expect(directories.prepare('old/a/b')).toEqual({ fresh: true })
    expect(directories.prepare('old')).toEqual({ fresh: false })
    expect(directories.prepare('old/file/x').obstacle).toMatchObject({ code: 'directory-is-file' })
    expect(directories.made).toEqual([])
    expect(listing(root)).toEqual(['old/', 'old/file'])
  })

  it('looks once', () => {
    const root = temporaryDirectory()
    const directories = new Directories(root, false)
    const first = directories.prepare('a')
    rmSync(join(root, 'a'), { recursive: true })
    expect(directories.prepare('a')).toBe(first)
  })

  it.skipIf(!IS_ROOT)('takes a directory that may not be made for an obstacle (needs root)', async () => {
    const root = temporaryDirectory()
    chmodSync(root, 0o755)
    const code = `
      import { Directories } from '${source('tree/directories.ts')}'
      console.log(JSON.stringify(new Directories('${root}', false).prepare('a/b')))`
    expect(await runScript(code, [], { uid: NOBODY, gid: NOBODY })).toMatchObject({ fresh: false, obstacle: { code: 'write-failed', errno: 'EACCES' } })
  })

  it.skipIf(!CAN_MOUNT)('throws where no directory can be made (needs root)', () => {
    const root = mountTmpfs(65_536)
    makeReadOnly(root)
    expect(() => new Directories(root, false).prepare('a/b')).toThrow('EROFS')
  })
})

describe('unmake', () => {
  it('removes what it made and what is still empty', () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'old/empty'), { recursive: true })
    const directories = new Directories(root, false)
    for (const path of ['old/empty', 'old/a/b', 'c/d', 'e/f']) directories.prepare(path)
    writeFileSync(join(root, 'c/d/theirs'), '')
    directories.unmake()
    expect(listing(root)).toEqual(['c/', 'c/d/', 'c/d/theirs', 'old/', 'old/empty/'])
    expect(directories.made).toEqual([])
    expect(directories.prepare('e/f')).toEqual({ fresh: true })
  })

  it('leaves what somebody else put in the place', () => {
    const [root, outside] = [temporaryDirectory(), temporaryDirectory()]
    const directories = new Directories(root, false)
    for (const path of ['a', 'b', 'c/d', 'e']) directories.prepare(path)
    for (const path of ['a', 'b', 'c']) rmSync(join(root, path), { recursive: true })
    writeFileSync(join(root, 'a'), '')
    symlinkSync(outside, join(root, 'b'))
    directories.unmake()
    expect(listing(root)).toEqual(['a', 'b'])
    expect(lstat(outside)?.kind).toBe('directory')
  })

  it.skipIf(!CAN_MOUNT)('does not hide the failure that led to it (needs root)', () => {
    const root = mountTmpfs(65_536)
    const directories = new Directories(root, false)
    directories.prepare('a/b')
    makeReadOnly(root)
    expect(() => directories.unmake()).not.toThrow()
  })
})

describe('findObstacle', () => {
  it('finds none on the way to a directory', () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'a/b'), { recursive: true })
    for (const path of ['', 'a', 'a/b', 'a/b/missing/too', 'missing']) expect(findObstacle(root, path)).toBeUndefined()
  })

  it.each(['a', 'a/b', 'a/b/c'])('finds a symlink at %s', (link) => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'a/b/c'), { recursive: true })
    renameSync(join(root, link), join(root, 'moved'))
    symlinkSync(join(root, 'moved'), join(root, link))
    expect(findObstacle(root, 'a/b/c')).toMatchObject({ code: 'directory-is-symlink', message: expect.stringContaining(`into ${link}:`) })
  })

  it('finds a file', () => {
    const root = temporaryDirectory()
    writeFileSync(join(root, 'a'), '')
    expect(findObstacle(root, 'a/b/c')).toMatchObject({ code: 'directory-is-file' })
  })

  it('does not mind that the root is behind a symlink', () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'real/a'), { recursive: true })
    symlinkSync('real', join(root, 'link'))
    expect(findObstacle(join(root, 'link'), 'a')).toBeUndefined()
  })
})

describe('makeDirectories', () => {
  it('tells the first that it made', () => {
    const root = temporaryDirectory()
    expect(makeDirectories(join(root, 'a/b/c'))).toBe(join(root, 'a'))
    expect(makeDirectories(join(root, 'a/b/d'), 0o700)).toBe(join(root, 'a/b/d'))
    expect(makeDirectories(join(root, 'a/b/d'))).toBeUndefined()
    expect(makeDirectories('/')).toBeUndefined()
    expect(lstat(join(root, 'a/b/d'))?.mode).toBe(0o700)
  })

  it('goes through symlinks, but not through files or nothing', () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'real'))
    writeFileSync(join(root, 'file'), '')
    symlinkSync('real', join(root, 'link'))
    symlinkSync('nothing', join(root, 'dangling'))
    expect(makeDirectories(join(root, 'link/a'))).toBe(join(root, 'link/a'))
    expect(() => makeDirectories(join(root, 'file'))).toThrow('EEXIST')
    expect(() => makeDirectories(join(root, 'file/a'))).toThrow(/ENOTDIR/)
    expect(() => makeDirectories(join(root, 'dangling'))).toThrow('EEXIST')
    expect(listing(root)).toEqual(['dangling', 'file', 'link', 'real/', 'real/a/'])
  })

  it('does not mind others who make the same at the same time', async () => {
    const root = temporaryDirectory()
    const code = `
      import { makeDirectories } from '${source('tree/directories.ts')}'
      for (let index = 0; index < 200; index++) makeDirectories('${root}/' + index + '/a/b')
      console.log('null')`
    await Promise.all([0, 1, 2].map(() => runScript(code)))
    expect(listing(root)).toHaveLength(600)
  })
})

it.each([
  ['a/b/c', 'a/b'],
  ['a', ''],
  ['', ''],
])('parentOf(%j) is %j', (path, parent) => {
  expect(parentOf(path)).toBe(parent)
})
