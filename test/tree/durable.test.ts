import { chmodSync, closeSync, openSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { describe, expect, it, onTestFinished } from 'vitest'
import { flushDirectory, flushFile, flushFilesystem, flushPath } from '../../src/tree/durable.ts'
import { CAN_TRACE } from '../support/mounts.ts'
import { runScript, source } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'

/** Puts a program `sync` of our own in front of the machine's. */
function installSync(script: string): void {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'sync'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(directory, 'sync'), 0o755)
  usePath(directory + delimiter + process.env.PATH)
}

function usePath(path: string): void {
  const before = process.env.PATH
  onTestFinished(() => void (process.env.PATH = before))
  process.env.PATH = path
}

describe('flushFilesystem', () => {
  it.skipIf(process.platform !== 'linux')('flushes (needs Linux)', async () => {
    expect(await flushFilesystem(temporaryDirectory())).toBe(true)
  })

  it.skipIf(!CAN_TRACE)('flushes the filesystem of the path (needs strace)', async () => {
    const directory = temporaryDirectory()
    const code = `
      import { flushFilesystem } from '${source('tree/durable.ts')}'
      console.log(JSON.stringify(await flushFilesystem('${directory}').catch((error) => error.code + error.message)))`
    const wrapper = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', directory, '-e', 'trace=syncfs', '-e', 'inject=syncfs:error=EIO']
    expect(await runScript(code, [], {}, wrapper)).toMatch(/^EIO.*Input\/output error/s)
  })

  it.skipIf(process.platform !== 'linux').each([
    ['there is no such program', undefined],
    ['the program knows no -f', `echo "sync: unrecognized option '-f'" >&2; exit 1`],
    ['the program has no options', `echo 'sync: invalid option -- f' >&2; exit 1`],
    ['the program explains itself', `printf 'Usage: sync\\n' >&2; exit 1`],
    ['the program speaks another language', `[ "$LC_ALL" = C ] && echo 'sync: invalid option' >&2 || echo 'sync: ungültige Option' >&2; exit 1`],
  ])('leaves it to the caller where %s (needs Linux)', async (_, script) => {
    if (script === undefined) usePath(temporaryDirectory())
    else installSync(script)
    expect(await flushFilesystem('/tmp')).toBe(false)
  })

  it.skipIf(process.platform !== 'linux')('leaves it to the caller where the program may not be started (needs Linux)', async () => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'sync'), 'it has no permission to run\n', { mode: 0o644 })
    usePath(directory)
    expect(await flushFilesystem('/tmp')).toBe(false)
  })

  it.skipIf(process.platform !== 'linux')('does not take a failure for a missing call, whatever the path is named (needs Linux)', async () => {
    installSync(`echo "sync: error syncing '$2': Input/output error" >&2; exit 1`)
    await expect(flushFilesystem('/tmp/invalid option')).rejects.toThrow('error syncing')
    await expect(flushFilesystem('/tmp/usage')).rejects.toThrow('error syncing')
  })

  it.skipIf(process.platform !== 'linux').each([
    ['Input/output error', 'EIO'],
    ['No space left on device', 'ENOSPC'],
    ['Disk quota exceeded', 'EDQUOT'],
    ['what nobody has heard of', 'EIO'],
  ])('names the error that the program tells of: %s (needs Linux)', async (words, code) => {
    installSync(`echo "sync: error syncing '$2': ${words}" >&2; exit 1`)
    await expect(flushFilesystem('/tmp')).rejects.toMatchObject({ code, path: '/tmp' })
  })

  it.skipIf(process.platform !== 'linux')('tells that the path is missing (needs Linux)', async () => {
    await expect(flushFilesystem(join(temporaryDirectory(), 'missing'))).rejects.toThrow('No such file')
  })
})

describe('flushing one', () => {
  it('works for files and directories', async () => {
    const directory = temporaryDirectory()
    const path = join(directory, 'file')
    writeFileSync(path, 'x')
    const fd = openSync(path, 'r+')
    expect(() => flushPath(path)).not.toThrow()
    expect(() => flushDirectory(directory)).not.toThrow()
    await expect(flushFile(fd)).resolves.toBeUndefined()
    closeSync(fd)
    await expect(flushFile(fd)).rejects.toThrow(/EBADF|Bad/)
  })

  it('tells what is missing', () => {
    const directory = temporaryDirectory()
    expect(() => flushPath(join(directory, 'missing'))).toThrow('ENOENT')
    expect(() => flushDirectory(join(directory, 'missing'))).toThrow('ENOENT')
  })

  it.skipIf(!CAN_TRACE).each([
    ['EIO', 'EIO'],
    ['ENOSPC', 'ENOSPC'],
    // Filesystems that cannot flush a directory.
    ['EINVAL', null],
    ['EOPNOTSUPP', null],
  ])('a directory: %s comes out as %s (needs strace)', async (errno, thrown) => {
    const directory = temporaryDirectory()
    const code = `
      import { errnoOf } from '${source('errors.ts')}'
      import { flushDirectory } from '${source('tree/durable.ts')}'
      let thrown = null
      try {
        flushDirectory('${directory}')
      } catch (error) {
        thrown = errnoOf(error)
      }
      console.log(JSON.stringify(thrown))`
    const wrapper = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', directory, '-e', 'trace=fsync', '-e', `inject=fsync:error=${errno}`]
    expect(await runScript(code, [], {}, wrapper)).toBe(thrown)
  })
})
