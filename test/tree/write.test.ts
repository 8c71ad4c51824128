import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { errnoOf, RowtreeError } from '../../src/errors.ts'
import { lstat } from '../../src/tree/stat.ts'
import { sweepTree } from '../../src/tree/sweep.ts'
import { replaceFile, writeFileAtomic } from '../../src/tree/write.ts'
import { finished } from '../support/cli.ts'
import { editInPlace, listing } from '../support/files.ts'
import { CAN_MOUNT, CAN_TRACE, makeReadOnly, mountTmpfs } from '../support/mounts.ts'
import { IS_ROOT, NOBODY, runScript, source, startScript } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const text = (path: string): string => readFileSync(path, 'utf8')
const bytesOf = (content: string): Uint8Array => new TextEncoder().encode(content)

/** What a promise was rejected with. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

const backupsOf = (path: string): string[] => listing(dirname(path)).filter((name) => name.includes('.bak-'))

/** A content that tells its number, and whether all of it is there. */
const numbered = (turn: number): string => String(turn % 10).repeat(100_000 + turn)

describe('writeFileAtomic', () => {
  it.each<[name: string, data: string | Uint8Array]>([
    ['text', 'Grüße 😀\n'],
    ['nothing', ''],
    ['no bytes', new Uint8Array()],
    ['bytes that are no text', Uint8Array.from({ length: 256 }, (_, byte) => byte)],
    ['a part of a buffer', new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 4)],
    ['5 MB', new Uint8Array(5_000_000).map((_, index) => index % 251)],
  ])('writes %s to a new file and over an old one', async (_, data) => {
    const directory = temporaryDirectory()
    const path = join(directory, 'file')
    for (const flush of [true, false]) {
      await writeFileAtomic(path, data, { flush })
      expect(Buffer.compare(readFileSync(path), Buffer.from(data))).toBe(0)
      expect(listing(directory)).toEqual(['file'])
      writeFileSync(path, 'something else that is a little longer')
      await writeFileAtomic(path, data, { flush })
      expect(Buffer.compare(readFileSync(path), Buffer.from(data))).toBe(0)
      expect(listing(directory)).toEqual(['file'])
      await writeFileAtomic(path, 'for the next turn')
    }
  })

  it('makes missing parents', async () => {
    const directory = temporaryDirectory()
    await writeFileAtomic(join(directory, 'a/b/c/file'), 'x')
    expect(listing(directory)).toEqual(['a/', 'a/b/', 'a/b/c/', 'a/b/c/file'])
  })

  it.skipIf(!CAN_TRACE)('flushes the file, its directory and those that list new directories (needs strace)', async () => {
    const directory = temporaryDirectory()
    const log = join(temporaryDirectory(), 'log')
    const code = `
      import { writeFileAtomic } from '${source('atomic.ts')}'
      await writeFileAtomic('${directory}/a/b/file', 'x')
      console.log('null')`
    await runScript(code, [], {}, ['strace', '-f', '-y', '-e', 'trace=fsync,fdatasync', '-o', log])
    const flushed = [...text(log).matchAll(/f(?:data)?sync\(\d+<([^>]*)>/g)].map((match) => match[1]!).filter((path) => path.startsWith(directory))
    expect(flushed[0]).toMatch(/\/a\/b\/\.rowtree-/)
    expect(flushed.slice(1)).toEqual([`${directory}/a/b`, `${directory}/a`, directory])
  })

  it('replaces nothing where that is asked for', async () => {
    const path = join(temporaryDirectory(), 'a')
    await writeFileAtomic(path, 'first', { replace: false })
    const error = await failure(writeFileAtomic(path, 'second', { replace: false }))
    expect(error).toMatchObject({ code: 'target-exists', path, message: `Cannot write ${path}: it is there already` })
    expect([text(path), listing(dirname(path))]).toEqual(['first', ['a']])
  })

  it('takes a URL', async () => {
    const path = join(temporaryDirectory(), 'a file 100%.txt')
    await writeFileAtomic(pathToFileURL(path), 'x')
    expect(text(path)).toBe('x')
  })

  it('takes a relative path', async () => {
    const directory = temporaryDirectory()
    const code = `
      import { writeFileAtomic } from '${source('atomic.ts')}'
      await Promise.all([writeFileAtomic('file', 'x'), writeFileAtomic('./a/../b/file', 'y')])
      console.log('null')`
    await runScript(code, [], { cwd: directory })
    expect(listing(directory)).toEqual(['b/', 'b/file', 'file'])
  })

  it('writes a name as long as names can be', async () => {
    const directory = temporaryDirectory()
    for (const name of ['x'.repeat(255), 'é'.repeat(127)]) {
      await writeFileAtomic(join(directory, name), 'one')
      await writeFileAtomic(join(directory, name), 'two')
      expect(text(join(directory, name))).toBe('two')
    }
  })

  it('refuses a name that is too long and leaves nothing', async () => {
    const directory = temporaryDirectory()
    expect(errnoOf(await failure(writeFileAtomic(join(directory, 'x'.repeat(256)), 'one')))).toBe('ENAMETOOLONG')
    expect(listing(directory)).toEqual([])
  })

  it.each([0o600, 0o755, 0o2755])('keeps the mode %o', async (mode) => {
    const path = join(temporaryDirectory(), 'file')
    writeFileSync(path, 'old')
    chmodSync(path, mode)
    await writeFileAtomic(path, 'new')
    expect(lstat(path)!.mode).toBe(mode)
  })

  it.skipIf(!IS_ROOT)('keeps the owner (needs root)', async () => {
    const path = join(temporaryDirectory(), 'file')
    writeFileSync(path, 'old')
    chownSync(path, 1234, 2345)
    await writeFileAtomic(path, 'new')
    expect(lstat(path)).toMatchObject({ uid: 1234, gid: 2345 })
  })

  it('leaves other names of the old file alone', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'file'), 'old')
    linkSync(join(directory, 'file'), join(directory, 'other'))
    await writeFileAtomic(join(directory, 'file'), 'new')
    expect(text(join(directory, 'other'))).toBe('old')
  })

  it.skipIf(!CAN_TRACE)('names its temp with the suffix (needs strace)', async () => {
    const directory = temporaryDirectory()
    const log = join(temporaryDirectory(), 'log')
    const code = `
      import { writeFileAtomic } from '${source('atomic.ts')}'
      await writeFileAtomic('${directory}/file', 'x', { suffix: '.part' })
      console.log('null')`
    await runScript(code, [], {}, ['strace', '-f', '-qq', '-e', 'trace=rename,renameat,renameat2', '-o', log])
    expect(text(log)).toMatch(/\.rowtree-[0-9a-z-]+\.part"/)
  })
})

describe('what stands at the path', () => {
  it.each<[code: string, plant: (path: string) => void]>([
    ['target-is-directory', (path) => mkdirSync(path)],
    ['target-is-special', (path) => execFileSync('mkfifo', [path])],
    ['target-is-symlink', (path) => symlinkSync('elsewhere', path)],
  ])('refuses with %s and leaves it alone', async (code, plant) => {
    const directory = temporaryDirectory()
    const path = join(directory, 'file')
    plant(path)
    const [before, names] = [lstat(path), listing(directory)]
    for (const options of [{}, { backup: true }]) {
      const error = await failure(writeFileAtomic(path, 'x', options))
      expect(error).toBeInstanceOf(RowtreeError)
      expect(error).toMatchObject({ code, path })
    }
    expect(lstat(path)).toEqual(before)
    expect(listing(directory)).toEqual(names)
  })

  it('refuses a file in the place of a parent', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'a'), 'file')
    expect(errnoOf(await failure(writeFileAtomic(join(directory, 'a/b/c'), 'x')))).toBe('ENOTDIR')
    expect(text(join(directory, 'a'))).toBe('file')
  })

  describe('followSymlinks', () => {
    const follow = { followSymlinks: true }

    it.each<[name: string, links: readonly (readonly [name: string, target: string])[], end: string]>([
      ['a symlink', [['link', 'real']], 'real'],
      ['a chain', [['link', 'b'], ['b', 'sub/c'], ['sub/c', '../real']], 'real'],
      ['into a directory', [['link', 'sub/real']], 'sub/real'],
      ['no symlink at all', [], 'link'],
      // `..` behind a symlinked directory leads out of where that directory really is.
      ['up from a symlinked directory', [['link', 'door/up'], ['door', 'sub/deep'], ['sub/deep/up', '../real']], 'sub/real'],
      ['down a symlinked directory and up', [['link', 'door/../real'], ['door', 'sub/deep']], 'sub/real'],
    ])('writes through %s', async (_, links, end) => {
      const directory = temporaryDirectory()
      mkdirSync(join(directory, 'sub/deep'), { recursive: true })
      for (const [name, target] of links) symlinkSync(target, join(directory, name))
      const link = join(directory, 'link')
      const names = [...new Set([...listing(directory), end])].sort()
      // First where nothing is there yet, then over a file.
      for (const content of ['first', 'second']) {
        await writeFileAtomic(link, content, follow)
        expect(text(join(directory, end))).toBe(content)
        expect(lstat(join(directory, end))!.kind).toBe('file')
        expect(listing(directory)).toEqual(names)
      }
      expect(lstat(link)!.kind).toBe(links.length > 0 ? 'symlink' : 'file')
    })

    it.skipIf(!CAN_MOUNT)('puts the temp where the file is, on its disk (needs root)', async () => {
      const [directory, mount] = [temporaryDirectory(), mountTmpfs(65_536)]
      mkdirSync(join(mount, 'deep'))
      symlinkSync(join(mount, 'deep'), join(directory, 'door'))
      symlinkSync('door/../real', join(directory, 'link'))
      await writeFileAtomic(join(directory, 'link'), 'x', follow)
      expect(listing(mount)).toEqual(['deep/', 'real'])
    })

    it('writes through an absolute symlink, where parents are missing too', async () => {
      const [here, there] = [temporaryDirectory(), temporaryDirectory()]
      symlinkSync(join(there, 'a/b/file'), join(here, 'link'))
      await writeFileAtomic(join(here, 'link'), 'x', follow)
      expect(listing(there)).toEqual(['a/', 'a/b/', 'a/b/file'])
      expect(listing(here)).toEqual(['link'])
    })

    it.each([
      ['itself', [['link', 'link']]],
      ['a circle', [['link', 'b'], ['b', 'c'], ['c', 'link']]],
    ])('refuses %s', async (_, links) => {
      const directory = temporaryDirectory()
      for (const [name, target] of links) symlinkSync(target!, join(directory, name!))
      const names = listing(directory)
      expect(await failure(writeFileAtomic(join(directory, 'link'), 'x', follow))).toMatchObject({ code: 'target-is-symlink', errno: 'ELOOP' })
      expect(listing(directory)).toEqual(names)
    })

    it('refuses what is no file at the end', async () => {
      const directory = temporaryDirectory()
      mkdirSync(join(directory, 'sub'))
      symlinkSync('sub', join(directory, 'link'))
      expect(await failure(writeFileAtomic(join(directory, 'link'), 'x', follow))).toMatchObject({ code: 'target-is-directory' })
    })
  })
})

describe('backup', () => {
  const backup = { backup: true }

  it('copies the old content with its mode', async () => {
    const path = join(temporaryDirectory(), 'file.txt')
    writeFileSync(path, 'old')
    chmodSync(path, 0o640)
    await writeFileAtomic(path, 'new', backup)
    const [name, ...others] = backupsOf(path)
    expect(others).toEqual([])
    expect(name).toMatch(/^file\.txt\.bak-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z$/)
    expect(text(join(dirname(path), name!))).toBe('old')
    expect(lstat(join(dirname(path), name!))!.mode).toBe(0o640)
    expect(text(path)).toBe('new')
  })

  it('has nothing to copy for a new file', async () => {
    const path = join(temporaryDirectory(), 'file')
    await writeFileAtomic(path, 'new', backup)
    expect(listing(dirname(path))).toEqual(['file'])
  })

  it('keeps every one of many within a millisecond', async () => {
    const path = join(temporaryDirectory(), 'file')
    writeFileSync(path, '0')
    const turns = Array.from({ length: 30 }, (_, index) => writeFileAtomic(path, String(index + 1), { ...backup, flush: false }))
    await Promise.all(turns)
    const contents = backupsOf(path).map((name) => Number(text(join(dirname(path), name))))
    expect(contents.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, index) => index))
    expect(listing(dirname(path))).toHaveLength(31)
  })

  it('writes nothing where it fails', async () => {
    const path = join(temporaryDirectory(), 'x'.repeat(250))
    writeFileSync(path, 'old')
    expect(errnoOf(await failure(writeFileAtomic(path, 'new', backup)))).toBe('ENAMETOOLONG')
    expect(text(path)).toBe('old')
    expect(listing(dirname(path))).toHaveLength(1)
  })

  it.skipIf(!CAN_MOUNT)('writes nothing where it finds no room (needs root)', async () => {
    const path = join(mountTmpfs(1024 * 1024), 'file')
    const old = 'x'.repeat(600_000)
    writeFileSync(path, old)
    expect(errnoOf(await failure(writeFileAtomic(path, 'new', backup)))).toBe('ENOSPC')
    expect(text(path) === old).toBe(true)
    expect(listing(dirname(path))).toEqual(['file'])
  })
})

describe('order', () => {
  it.each([true, false])('lets the last of 50 calls win, flush: %s', async (flush) => {
    const path = join(temporaryDirectory(), 'file')
    // Every other one is large: without a queue the small ones overtake it.
    const turns = Array.from({ length: 50 }, (_, index) => {
      return writeFileAtomic(path, `${index}${' '.repeat(index % 2 === 0 ? 1_100_000 : 0)}`, { flush })
    })
    await Promise.all(turns)
    expect(text(path)).toBe('49')
    expect(listing(dirname(path))).toEqual(['file'])
  })

  it('sees to it that each call finds what the one before it wrote', async () => {
    const path = join(temporaryDirectory(), 'file')
    writeFileSync(path, '')
    const append = (letter: string): Promise<void> =>
      replaceFile(path, (current) => bytesOf(new TextDecoder().decode(current!.bytes) + letter), {})
    await Promise.all([...'abcdefghij'].map(append))
    expect(text(path)).toBe('abcdefghij')
  })

  it('goes on after a call that failed', async () => {
    const path = join(temporaryDirectory(), 'file')
    const results = await Promise.allSettled([
      writeFileAtomic(path, 'first'),
      replaceFile(path, () => { throw new Error('no content') }, {}),
      writeFileAtomic(path, 'last'),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(text(path)).toBe('last')
  })

  it('leaves one whole file where processes write it at the same time', async () => {
    const path = join(temporaryDirectory(), 'file')
    const code = `
      import process from 'node:process'
      import { writeFileAtomic } from '${source('atomic.ts')}'
      const letter = process.argv[2]
      for (let turn = 0; turn < 50; turn++) await writeFileAtomic('${path}', letter.repeat(50_000), { flush: false })
      console.log('null')`
    await Promise.all(['a', 'b', 'c'].map((letter) => runScript(code, [letter])))
    expect(text(path)).toMatch(/^(a{50000}|b{50000}|c{50000})$/)
    expect(listing(dirname(path))).toEqual(['file'])
  })

  it('never shows a reader a part of a file', async () => {
    const path = join(temporaryDirectory(), 'file')
    await writeFileAtomic(path, numbered(0))
    const code = `
      import { readFileSync } from 'node:fs'
      import process from 'node:process'
      let stopped = false
      process.stdin.on('data', () => (stopped = true))
      const seen = new Set()
      const faults = []
      console.error('reading')
      while (!stopped) {
        for (let round = 0; round < 20; round++) {
          const text = readFileSync('${path}', 'utf8')
          const turn = text.length - 100_000
          if (turn < 0 || text !== String(turn % 10).repeat(text.length)) faults.push(text.length)
          seen.add(turn)
        }
        await new Promise(setImmediate)
      }
      console.log(JSON.stringify({ seen: seen.size, faults }))
      process.exit()`
    const reader = startScript(code)
    const result = finished(reader)
    await new Promise((resolve) => reader.stderr!.once('data', resolve))
    for (let turn = 1; turn <= 300; turn++) await writeFileAtomic(path, numbered(turn), { flush: turn % 10 === 0 })
    reader.stdin!.end('stop')
    const { seen, faults } = JSON.parse((await result).stdout) as { seen: number; faults: number[] }
    expect(faults).toEqual([])
    // It did read while we wrote.
    expect(seen).toBeGreaterThan(1)
  })
})

describe('a failure leaves the file as it was, and no temp', () => {
  const old = 'o'.repeat(600_000)

  it.skipIf(!CAN_MOUNT)('on a full disk (needs root)', async () => {
    const path = join(mountTmpfs(1024 * 1024), 'file')
    writeFileSync(path, old)
    expect(errnoOf(await failure(writeFileAtomic(path, 'n'.repeat(600_000))))).toBe('ENOSPC')
    expect(text(path) === old).toBe(true)
    expect(listing(dirname(path))).toEqual(['file'])
  })

  it.skipIf(!CAN_MOUNT)('on a read-only disk (needs root)', async () => {
    const path = join(mountTmpfs(1024 * 1024), 'file')
    writeFileSync(path, 'old')
    makeReadOnly(dirname(path))
    expect(errnoOf(await failure(writeFileAtomic(path, 'new')))).toBe('EROFS')
    expect(errnoOf(await failure(writeFileAtomic(join(dirname(path), 'a/b'), 'new')))).toBe('EROFS')
    expect(text(path)).toBe('old')
    expect(listing(dirname(path))).toEqual(['file'])
  })

  it.skipIf(!IS_ROOT)('in a directory that we may not write to (needs root)', async () => {
    const directory = temporaryDirectory()
    chmodSync(directory, 0o755)
    writeFileSync(join(directory, 'file'), 'old')
    const code = `
      import { writeFileAtomic } from '${source('atomic.ts')}'
      const codes = []
      for (const name of ['file', 'new', 'new/file']) {
        await writeFileAtomic('${directory}/' + name, 'new').catch((error) => codes.push(error.code))
      }
      console.log(JSON.stringify(codes))`
    expect(await runScript(code, [], { uid: NOBODY, gid: NOBODY })).toEqual(['EACCES', 'EACCES', 'EACCES'])
    expect(text(join(directory, 'file'))).toBe('old')
    expect(listing(directory)).toEqual(['file'])
  })

  it('where a directory takes the place before the rename', async () => {
    const path = join(temporaryDirectory(), 'file')
    const turn = writeFileAtomic(path, 'n'.repeat(3_000_000), { flush: false })
    // The write lets other work have its turn between its stretches.
    setImmediate(() => mkdirSync(path))
    expect(errnoOf(await failure(turn))).toBe('EISDIR')
    expect(listing(dirname(path))).toEqual(['file/'])
  })

  it.skipIf(!CAN_TRACE).each([
    ['fsync', 'EIO'],
    ['rename,renameat,renameat2', 'EBUSY'],
    ['fchmod', 'EROFS'],
  ])('when %s says %s (needs strace)', async (calls, errno) => {
    const path = join(temporaryDirectory(), 'file')
    writeFileSync(path, 'old')
    chmodSync(path, 0o4711)
    const code = `
      import { errnoOf } from '${source('errors.ts')}'
      import { writeFileAtomic } from '${source('atomic.ts')}'
      await writeFileAtomic('${path}', 'new').then(() => console.log('"done"'), (error) => console.log(JSON.stringify(errnoOf(error))))`
    const wrapper = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${calls}:error=${errno}`]
    expect(await runScript(code, [], {}, wrapper)).toBe(errno)
    expect(text(path)).toBe('old')
    expect(listing(dirname(path))).toEqual(['file'])
  })

  it('when the process is killed in the middle, and the temp is known as a dead one', async () => {
    const path = join(temporaryDirectory(), 'file')
    writeFileSync(path, 'old')
    const code = `
      import process from 'node:process'
      import { writeFileAtomic } from '${source('atomic.ts')}'
      void writeFileAtomic('${path}', 'n'.repeat(3_000_000))
      setImmediate(() => process.kill(process.pid, 'SIGKILL'))`
    expect(await finished(startScript(code))).toMatchObject({ signal: 'SIGKILL' })
    expect(text(path)).toBe('old')
    expect(sweepTree(dirname(path)).removed).toHaveLength(1)
    expect(listing(dirname(path))).toEqual(['file'])
  })
})

describe('replaceFile with a revision', () => {
  it.each<[name: string, interfere: (path: string) => void]>([
    ['edited', (path) => writeFileSync(path, 'theirs')],
    ['edited so that the stat stays the same', (path) => editInPlace(path, 'its')],
    ['removed', (path) => renameSync(path, `${path}2`)],
    ['replaced by a directory', (path) => { renameSync(path, `${path}2`); mkdirSync(path) }],
    ['replaced by a symlink', (path) => { renameSync(path, `${path}2`); symlinkSync('file2', path) }],
    ['replaced by a FIFO', (path) => { renameSync(path, `${path}2`); execFileSync('mkfifo', [path]) }],
  ])('refuses a file %s meanwhile', async (_, interfere) => {
    const path = join(temporaryDirectory(), 'file')
    writeFileSync(path, 'old')
    execFileSync('touch', ['-d', '2001-01-01', path])
    let after: unknown
    const revise = (): Uint8Array => {
      interfere(path)
      after = [lstat(path), listing(dirname(path))]
      return bytesOf('new')
    }
    expect(await failure(replaceFile(path, revise, {}))).toMatchObject({ code: 'changed-meanwhile' })
    expect([lstat(path), listing(dirname(path))]).toEqual(after)
  })

  it('refuses a file that appeared meanwhile', async () => {
    const path = join(temporaryDirectory(), 'file')
    const revise = (): Uint8Array => {
      writeFileSync(path, 'theirs')
      return bytesOf('new')
    }
    expect(await failure(replaceFile(path, revise, {}))).toMatchObject({ code: 'changed-meanwhile' })
    expect(text(path)).toBe('theirs')
    expect(listing(dirname(path))).toEqual(['file'])
  })

  it('makes nothing where the revision throws', async () => {
    const directory = temporaryDirectory()
    const thrown = new Error('no content')
    const revise = (): Uint8Array => { throw thrown }
    expect(await failure(replaceFile(join(directory, 'a/file'), revise, { backup: true }))).toBe(thrown)
    expect(existsSync(join(directory, 'a'))).toBe(false)
    expect(process.exitCode).toBeUndefined()
  })
})

it.each([
  ['a typed array of wider numbers', new Uint16Array([0x4142, 0x4344]), 4],
  ['a part of a buffer', new Uint8Array(new TextEncoder().encode('..part..').buffer, 2, 4), 4],
  ['a data view', new DataView(new ArrayBuffer(3)), 3],
  ['a buffer', new ArrayBuffer(5), 5],
])('writes every byte of %s', async (_, data, size) => {
  const path = join(temporaryDirectory(), 'file')
  await writeFileAtomic(path, data)
  expect(lstat(path)?.size).toBe(size)
})

it.each([undefined, null, 5, {}, ['a']])('refuses %j as a content, and writes nothing', async (data) => {
  const directory = temporaryDirectory()
  await expect(writeFileAtomic(join(directory, 'file'), data as unknown as string)).rejects.toThrow(TypeError)
  expect(listing(directory)).toEqual([])
})

it.each(['', 'tmp', '.', '.tmp.', '/../x', `.${'x'.repeat(16)}`])('refuses the suffix %j, which no sweep would find', async (suffix) => {
  const directory = temporaryDirectory()
  await expect(writeFileAtomic(join(directory, 'file'), 'text', { suffix })).rejects.toThrow('suffix')
  expect(listing(directory)).toEqual([])
})

it('writes the bytes as they were when it was called', async () => {
  const path = join(temporaryDirectory(), 'file')
  const bytes = new Uint8Array(3 * 1024 * 1024).fill(97)
  const written = writeFileAtomic(path, bytes)
  bytes.fill(98)
  await written
  expect(readFileSync(path).every((byte) => byte === 97)).toBe(true)
})
