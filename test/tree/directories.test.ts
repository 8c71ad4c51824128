import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Directories, makeDirectories } from '../../src/tree/directories.ts'
import { findObstacle, parentOf } from '../../src/tree/obstacle.ts'
import { lstat } from '../../src/tree/stat.ts'
import { listing } from '../support/files.ts'
import { CAN_MOUNT, makeReadOnly, mountTmpfs } from '../support/mounts.ts'
import { IS_ROOT, NOBODY, runScript, source } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** Every directory has files. */
const ALL = { has: () => true } as unknown as ReadonlySet<string>

describe('Directories', () => {
  it('makes missing directories under temp names, a whole branch in one', () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'old'))
    const directories = new Directories(root, '.tmp', false)
    expect(directories.prepare('')).toEqual({ fresh: false })
    expect(directories.prepare('old')).toEqual({ fresh: false })
    const { home } = directories.prepare('old/a/b')
    expect(home).toMatch(/^old\/\.rowtree-[0-9a-z-]+\.tmp\/b$/)
    expect(directories.prepare('old/a')).toEqual({ fresh: true, home: parentOf(home!) })
    expect(directories.prepare('c').home).toMatch(/^\.rowtree-[0-9a-z-]+\.tmp$/)
    expect(directories.homesOf(['', 'old', 'old/a/b', 'old/a/b', 'unknown'])).toEqual(new Map([['old/a/b', home]]))
    expect(listing(root)).toHaveLength(4)
  })

  it.each(['a', 'a/b', 'a/b/c'])('does not write through %s where it is a symlink', (link) => {
    const [root, outside] = [temporaryDirectory(), temporaryDirectory()]
    mkdirSync(join(root, parentOf(link)), { recursive: true })
    symlinkSync(outside, join(root, link))
    const { fresh, obstacle } = new Directories(root, '.tmp', false).prepare('a/b/c')
    expect(fresh).toBe(false)
    expect(obstacle).toMatchObject({ code: 'directory-is-symlink', message: `Cannot write into ${link}: it is a symlink and may lead out of the tree; move it away` })
    expect(listing(outside)).toEqual([])
  })

  it('does not make what a symlink to nothing names', () => {
    const root = temporaryDirectory()
    symlinkSync('nothing', join(root, 'a'))
    expect(new Directories(root, '.tmp', false).prepare('a/b').obstacle).toMatchObject({ code: 'directory-is-symlink' })
    expect(listing(root)).toEqual(['a'])
  })

  it.each(['a', 'a/b', 'a/b/c'])('tells that %s is a file', (file) => {
    const root = temporaryDirectory()
    mkdirSync(join(root, parentOf(file)), { recursive: true })
    writeFileSync(join(root, file), 'theirs')
    expect(new Directories(root, '.tmp', false).prepare('a/b/c').obstacle).toMatchObject({
      code: 'directory-is-file',
      message: `Cannot write into ${file}: it is not a directory; move it away`,
    })
  })

  it('makes nothing in a dry run', () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'old'))
    writeFileSync(join(root, 'old/file'), '')
    const directories = new Directories(root, '.tmp', true)
    expect(directories.prepare('old/a/b')).toEqual({ fresh: true })
    expect(directories.prepare('old')).toEqual({ fresh: false })
    expect(directories.prepare('old/file/x').obstacle).toMatchObject({ code: 'directory-is-file' })
    expect(listing(root)).toEqual(['old/', 'old/file'])
  })

  it('looks once', () => {
    const root = temporaryDirectory()
    const directories = new Directories(root, '.tmp', false)
    const first = directories.prepare('a')
    rmSync(join(root, first.home!), { recursive: true })
    expect(directories.prepare('a')).toBe(first)
  })

  it.skipIf(!IS_ROOT)('takes a directory that may not be made for an obstacle (needs root)', async () => {
    const root = temporaryDirectory()
    chmodSync(root, 0o755)
    const code = `
      import { Directories } from '${source('tree/directories.ts')}'
      console.log(JSON.stringify(new Directories('${root}', '.tmp', false).prepare('a/b')))`
    expect(await runScript(code, [], { uid: NOBODY, gid: NOBODY })).toMatchObject({ fresh: false, obstacle: { code: 'write-failed', errno: 'EACCES' } })
  })

  it.skipIf(!CAN_MOUNT)('throws where no directory can be made (needs root)', () => {
    const root = mountTmpfs(65_536)
    makeReadOnly(root)
    expect(() => new Directories(root, '.tmp', false).prepare('a/b')).toThrow('EROFS')
  })
})

/** Directories of which three wait for their names, each with a file. */
function waiting(root: string): Directories {
  const directories = new Directories(root, '.tmp', false)
  for (const path of ['a', 'b/c', 'b/c/d']) writeFileSync(join(root, directories.prepare(path).home!, 'file'), path)
  return directories
}

describe('publish', () => {
  it('gives every directory its name, with everything in it', () => {
    const root = temporaryDirectory()
    const directories = waiting(root)
    expect(directories.publish(ALL)).toEqual(new Set(['a', 'b', 'b/c', 'b/c/d']))
    directories.settle()
    expect(listing(root)).toEqual(['a/', 'a/file', 'b/', 'b/c/', 'b/c/d/', 'b/c/d/file', 'b/c/file'])
    expect(directories.prepare('b/c')).toEqual({ fresh: true })
    expect(directories.publish(ALL)).toEqual(new Set())
  })

  it('publishes no directory that nothing was written into', () => {
    const root = temporaryDirectory()
    const directories = new Directories(root, '.tmp', false)
    for (const directory of ['a', 'a/empty', 'a/full/deep', 'b', 'b/c']) directories.prepare(directory)
    writeFileSync(join(root, directories.homesOf(['a/full/deep']).get('a/full/deep')!, 'file'), 'x')
    expect(directories.publish(new Set(['a/full/deep']))).toEqual(new Set(['a', 'a/full', 'a/full/deep']))
    directories.settle()
    expect(listing(root)).toEqual(['a/', 'a/full/', 'a/full/deep/', 'a/full/deep/file'])
    expect(directories.prepare('b')).toMatchObject({ fresh: true })
    directories.abandon()
    expect(listing(root)).toEqual(['a/', 'a/full/', 'a/full/deep/', 'a/full/deep/file'])
  })

  it('replaces nothing but an empty directory', () => {
    const root = temporaryDirectory()
    const directories = waiting(root)
    mkdirSync(join(root, 'a'))
    mkdirSync(join(root, 'b/c'), { recursive: true })
    writeFileSync(join(root, 'b/c/theirs'), '')
    expect(directories.publish(ALL)).toEqual(new Set(['a']))
    const home = parentOf(directories.prepare('b/c').home!)
    expect(listing(root)).toEqual([`${home}/`, `${home}/c/`, `${home}/c/d/`, `${home}/c/d/file`, `${home}/c/file`, 'a/', 'a/file', 'b/', 'b/c/', 'b/c/d/', 'b/c/theirs'])
    directories.settle()
    expect(listing(root)).toEqual(['a/', 'a/file', 'b/', 'b/c/', 'b/c/d/', 'b/c/theirs'])
  })

  it.each([
    ['a file', (path: string) => writeFileSync(path, 'theirs')],
    ['a symlink to nothing', (path: string) => symlinkSync('nothing', path)],
    ['a symlink to a directory', (path: string) => symlinkSync('.', path)],
  ])('leaves %s that took the name', (_, plant) => {
    const root = temporaryDirectory()
    const directories = waiting(root)
    plant(join(root, 'a'))
    const before = lstat(join(root, 'a'))
    expect(directories.publish(ALL)).toEqual(new Set(['b', 'b/c', 'b/c/d']))
    directories.settle()
    expect(lstat(join(root, 'a'))).toEqual(before)
  })

  it('does not follow a parent that became a symlink', () => {
    const [root, outside] = [temporaryDirectory(), temporaryDirectory()]
    mkdirSync(join(root, 'old'))
    const directories = new Directories(root, '.tmp', false)
    const { home } = directories.prepare('old/a')
    renameSync(join(root, 'old'), join(root, 'moved'))
    mkdirSync(join(outside, home!.slice('old/'.length)))
    symlinkSync(outside, join(root, 'old'))
    expect(directories.publish(ALL)).toEqual(new Set())
    expect(listing(outside)).not.toContain('a/')
  })

  it.skipIf(!CAN_MOUNT)('throws where nothing can be renamed (needs root)', () => {
    const root = mountTmpfs(65_536)
    const directories = waiting(root)
    makeReadOnly(root)
    expect(() => directories.publish(ALL)).toThrow('EROFS')
  })
})

describe('abandon', () => {
  it('takes back what waits, with everything in it, and nothing else', () => {
    const root = temporaryDirectory()
    mkdirSync(join(root, 'old/empty'), { recursive: true })
    const directories = waiting(root)
    directories.prepare('old/empty')
    mkdirSync(join(root, 'a'))
    directories.abandon()
    expect(listing(root)).toEqual(['a/', 'old/', 'old/empty/'])
    expect(directories.publish(ALL)).toEqual(new Set())
  })

  it('leaves what is published', () => {
    const root = temporaryDirectory()
    const directories = waiting(root)
    directories.publish(ALL)
    directories.settle()
    directories.prepare('e')
    directories.abandon()
    expect(listing(root)).toEqual(['a/', 'a/file', 'b/', 'b/c/', 'b/c/d/', 'b/c/d/file', 'b/c/file'])
  })

  it.skipIf(!CAN_MOUNT)('does not hide the failure that led to it (needs root)', () => {
    const root = mountTmpfs(65_536)
    const directories = waiting(root)
    makeReadOnly(root)
    expect(() => directories.abandon()).not.toThrow()
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
