import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { discard, publishNew, publishOver, stage } from '../../src/tree/atomic.ts'
import { lstat } from '../../src/tree/stat.ts'
import { editInPlace, listing } from '../support/files.ts'
import { CAN_MOUNT, CAN_TRACE, makeReadOnly, mountTmpfs } from '../support/mounts.ts'
import { IS_DENO, IS_ROOT, NOBODY, runScript, source } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (path: string): string => readFileSync(path, 'utf8')

/** A file, and a temp that is to replace it. */
function staged(): { directory: string; temp: string; target: string } {
  const directory = temporaryDirectory()
  const target = join(directory, 'target')
  writeFileSync(target, 'old')
  stage(join(directory, 'temp'), bytesOf('new'))
  return { directory, temp: join(directory, 'temp'), target }
}

describe('stage', () => {
  it('writes a new file and tells its stat', () => {
    const temp = join(temporaryDirectory(), 'temp')
    const stat = stage(temp, bytesOf('hello'))
    expect(text(temp)).toBe('hello')
    expect(lstat(temp)).toMatchObject({ size: stat.size, mtime: stat.mtime, inode: stat.inode })
  })

  it('writes an empty file', () => {
    const temp = join(temporaryDirectory(), 'temp')
    expect(stage(temp, new Uint8Array(), { flush: true }).size).toBe(0)
    expect(text(temp)).toBe('')
  })

  it('leaves a file alone that already has the name', () => {
    const temp = join(temporaryDirectory(), 'temp')
    writeFileSync(temp, 'planted')
    expect(() => stage(temp, bytesOf('mine'))).toThrow('EEXIST')
    expect(text(temp)).toBe('planted')
  })

  it('does not write through a symlink that already has the name', () => {
    const directory = temporaryDirectory()
    symlinkSync('elsewhere', join(directory, 'temp'))
    expect(() => stage(join(directory, 'temp'), bytesOf('mine'))).toThrow('EEXIST')
    expect(listing(directory)).toEqual(['temp'])
  })

  it.each([0o600, 0o644, 0o755, 0o400, 0o666, 0o6755])('takes over the mode %o', (mode) => {
    const directory = temporaryDirectory()
    const old = join(directory, 'old')
    writeFileSync(old, '')
    chmodSync(old, mode)
    stage(join(directory, 'temp'), bytesOf('x'), { predecessor: lstat(old) })
    expect(statSync(join(directory, 'temp')).mode & 0o7777).toBe(mode)
  })

  it('leaves the mode of a new file to the umask', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'plain'), '')
    stage(join(directory, 'temp'), bytesOf('x'))
    expect(lstat(join(directory, 'temp'))!.mode).toBe(lstat(join(directory, 'plain'))!.mode)
  })

  it.skipIf(!CAN_TRACE)('never lets others read what they could not read before (needs strace)', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'old'), '')
    chmodSync(join(directory, 'old'), 0o600)
    const log = join(directory, 'log')
    const code = `
      import { stage } from '${source('tree/atomic.ts')}'
      import { lstat } from '${source('tree/stat.ts')}'
      stage('${directory}/temp', new Uint8Array(3), { predecessor: lstat('${directory}/old') })
      console.log('null')`
    await runScript(code, [], {}, ['strace', '-f', '-e', 'trace=openat', '-o', log])
    const opened = text(log).split('\n').filter((line) => line.includes('O_EXCL') && line.includes('/temp"'))
    expect(opened).toHaveLength(1)
    expect(opened[0]).toMatch(/, 0600\) = \d+$/)
  })

  it.skipIf(!IS_ROOT)('takes over owner and group (needs root)', () => {
    const directory = temporaryDirectory()
    const old = join(directory, 'old')
    writeFileSync(old, '')
    chownSync(old, 1234, 2345)
    chmodSync(old, 0o4750)
    stage(join(directory, 'temp'), bytesOf('x'), { predecessor: lstat(old) })
    expect(lstat(join(directory, 'temp'))).toMatchObject({ uid: 1234, gid: 2345, mode: 0o4750 })
  })

  it.skipIf(!IS_ROOT)('keeps the group where the owner cannot be kept (needs root)', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'old'), '')
    chownSync(join(directory, 'old'), 0, 2345)
    chmodSync(join(directory, 'old'), 0o664)
    // New files get the directory's group here.
    chownSync(directory, 0, 3456)
    chmodSync(directory, 0o2777)
    const code = `
      import { stage } from '${source('tree/atomic.ts')}'
      import { lstat } from '${source('tree/stat.ts')}'
      stage('${directory}/temp', new Uint8Array(3), { predecessor: lstat('${directory}/old') })
      console.log('null')`
    await runScript(code, [], { uid: NOBODY, gid: 2345 })
    expect(lstat(join(directory, 'temp'))).toMatchObject({ uid: NOBODY, gid: 2345, mode: 0o664 })
  })

  it.skipIf(!IS_ROOT)('writes all the same where neither can be kept (needs root)', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'old'), '')
    chmodSync(directory, 0o777)
    const code = `
      import { stage } from '${source('tree/atomic.ts')}'
      import { lstat } from '${source('tree/stat.ts')}'
      stage('${directory}/temp', new Uint8Array(3), { predecessor: lstat('${directory}/old') })
      console.log('null')`
    await runScript(code, [], { uid: NOBODY, gid: NOBODY })
    expect(lstat(join(directory, 'temp'))).toMatchObject({ uid: NOBODY, gid: NOBODY, size: 3 })
  })

  it.skipIf(!CAN_MOUNT)('leaves nothing on a full disk (needs root)', () => {
    const mount = mountTmpfs(65_536)
    expect(() => stage(join(mount, 'temp'), new Uint8Array(100_000))).toThrow(/ENOSPC|os error 28/)
    expect(listing(mount)).toEqual([])
  })

  // What each system call reports must reach the caller, and the temp must be gone.
  it.skipIf(!CAN_TRACE).each([
    ['fsync', 'EIO'],
    // Deno does not tell what close reports.
    ...(IS_DENO ? [] : [['close', 'EIO']]),
    ['fchmod', 'EACCES'],
    ['fchown', 'EIO'],
    ['write', 'ENOSPC'],
    ['write', 'EDQUOT'],
  ])('leaves nothing when %s fails with %s (needs strace)', async (call, errno) => {
    const directory = temporaryDirectory()
    const temp = join(directory, 'temp')
    const code = `
      import { errnoOf } from '${source('errors.ts')}'
      import { stage } from '${source('tree/atomic.ts')}'
      try {
        stage('${temp}', new Uint8Array(3), { flush: true, predecessor: { mode: 0o4711, uid: 1, gid: 1 } })
        console.log('"done"')
      } catch (error) {
        console.log(JSON.stringify(errnoOf(error) ?? String(error)))
      }`
    const wrapper = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', temp, '-e', `trace=${call}`, '-e', `inject=${call}:error=${errno}`]
    expect(await runScript(code, [], {}, wrapper)).toBe(errno)
    expect(listing(directory)).toEqual([])
  })

  it.skipIf(!CAN_TRACE)('does not believe a write that took only a part (needs strace)', async () => {
    const temp = join(temporaryDirectory(), 'temp')
    const code = `
      import { stage } from '${source('tree/atomic.ts')}'
      try {
        stage('${temp}', new Uint8Array(5000))
        console.log('"done"')
      } catch (error) {
        console.log(JSON.stringify(error.code ?? String(error)))
      }`
    const wrapper = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', temp, '-e', 'trace=write', '-e', 'inject=write:retval=2000:when=1']
    // The system claims to have written 2,000 bytes that it has not: only the size tells.
    expect(await runScript(code, [], {}, wrapper)).toBe('ENOSPC')
    expect(existsSync(temp)).toBe(false)
  })
})

describe('discard', () => {
  it('removes a temp', () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'temp'), '')
    discard(join(directory, 'temp'))
    expect(listing(directory)).toEqual([])
  })

  it.each(['missing', 'file/temp', 'missing/temp'])('never hides the failure that led to it: %s', (path) => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'file'), '')
    expect(() => discard(join(directory, path))).not.toThrow()
    expect(listing(directory)).toEqual(['file'])
  })

  it.skipIf(!CAN_MOUNT)('nor on a disk that became read-only (needs root)', () => {
    const mount = mountTmpfs(65_536)
    writeFileSync(join(mount, 'temp'), '')
    makeReadOnly(mount)
    expect(() => discard(join(mount, 'temp'))).not.toThrow()
  })
})

describe('publishNew', () => {
  it('publishes under a free name', () => {
    const directory = temporaryDirectory()
    const stat = stage(join(directory, 'temp'), bytesOf('new'))
    expect(publishNew(join(directory, 'temp'), join(directory, 'target'))).toBe(true)
    expect(listing(directory)).toEqual(['target'])
    expect(text(join(directory, 'target'))).toBe('new')
    expect(lstat(join(directory, 'target'))).toMatchObject({ size: stat.size, mtime: stat.mtime, inode: stat.inode })
  })

  it.each<[name: string, plant: (path: string) => void]>([
    ['a file', (path) => writeFileSync(path, 'theirs')],
    ['an empty file', (path) => writeFileSync(path, '')],
    ['a directory', (path) => mkdirSync(path)],
    ['a symlink to nothing', (path) => symlinkSync('nothing', path)],
    ['a symlink to a file', (path) => symlinkSync('temp', path)],
  ])('leaves %s under the name alone', (_, plant) => {
    const directory = temporaryDirectory()
    const target = join(directory, 'target')
    plant(target)
    const before = lstat(target)
    stage(join(directory, 'temp'), bytesOf('new'))
    expect(publishNew(join(directory, 'temp'), target)).toBe(false)
    expect(lstat(target)).toEqual(before)
    expect(text(join(directory, 'temp'))).toBe('new')
  })

  it('tells that the temp is gone', () => {
    const directory = temporaryDirectory()
    expect(() => publishNew(join(directory, 'temp'), join(directory, 'target'))).toThrow('ENOENT')
  })

  it.skipIf(!CAN_TRACE).each(['EPERM', 'EOPNOTSUPP', 'ENOSYS'])('renames where the disk has no hard links and says %s (needs strace)', async (errno) => {
    const directory = temporaryDirectory()
    for (const name of ['a', 'b']) writeFileSync(join(directory, name), name)
    const code = `
      import { publishNew } from '${source('tree/atomic.ts')}'
      console.log(JSON.stringify(['a', 'b'].map((name) => publishNew('${directory}/' + name, '${directory}/target'))))`
    const wrapper = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=link,linkat', '-e', `inject=link,linkat:error=${errno}`]
    expect(await runScript(code, [], {}, wrapper)).toEqual([true, false])
    expect(listing(directory)).toEqual(['b', 'target'])
    expect(text(join(directory, 'target'))).toBe('a')
  })

  it.skipIf(!CAN_TRACE)('has published even if the temp cannot be removed (needs strace)', async () => {
    const directory = temporaryDirectory()
    const code = `
      import { publishNew } from '${source('tree/atomic.ts')}'
      console.log(JSON.stringify(publishNew('${directory}/temp', '${directory}/target')))`
    writeFileSync(join(directory, 'temp'), 'new')
    const wrapper = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', join(directory, 'temp'), '-e', 'trace=unlink,unlinkat', '-e', 'inject=unlink,unlinkat:error=EIO']
    expect(await runScript(code, [], {}, wrapper)).toBe(true)
    expect(text(join(directory, 'target'))).toBe('new')
  })
})

describe('publishOver', () => {
  it('publishes over the file that was seen', () => {
    const { directory, temp, target } = staged()
    expect(publishOver(temp, target, lstat(target)!)).toBe(true)
    expect(listing(directory)).toEqual(['target'])
    expect(text(target)).toBe('new')
  })

  it.each<[name: string, interfere: (target: string) => void]>([
    ['longer', (target) => writeFileSync(target, 'longer')],
    ['touched', (target) => execFileSync('touch', ['-d', '2001-01-01', target])],
    [
      'another file of the same size and time',
      (target) => {
        writeFileSync(`${target}2`, 'its')
        execFileSync('touch', ['-r', target, `${target}2`])
        renameSync(`${target}2`, target)
      },
    ],
    [
      'a symlink to the very file',
      (target) => {
        renameSync(target, `${target}2`)
        symlinkSync('target2', target)
      },
    ],
    [
      'a directory',
      (target) => {
        renameSync(target, `${target}2`)
        mkdirSync(target)
      },
    ],
    ['gone', (target) => renameSync(target, `${target}2`)],
  ])('does not publish over what is %s meanwhile', (_, interfere) => {
    const { temp, target } = staged()
    const seen = lstat(target)!
    interfere(target)
    const before = lstat(target)
    expect(publishOver(temp, target, seen)).toBe(false)
    expect(lstat(target)).toEqual(before)
    expect(text(temp)).toBe('new')
  })

  it('cannot tell an edit that left the same stat; whoever calls has to compare the content', () => {
    const { temp, target } = staged()
    execFileSync('touch', ['-d', '2001-01-01', target])
    const seen = lstat(target)!
    editInPlace(target, 'its')
    expect(publishOver(temp, target, seen)).toBe(true)
  })

  it.skipIf(process.platform === 'win32')('breaks a hard link instead of writing through it', () => {
    const { directory, temp, target } = staged()
    execFileSync('ln', [target, join(directory, 'other')])
    expect(publishOver(temp, target, lstat(target)!)).toBe(true)
    expect(text(join(directory, 'other'))).toBe('old')
  })
})
