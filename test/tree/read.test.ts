import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { errnoOf } from '../../src/errors.ts'
import { digestOf } from '../../src/digest.ts'
import { readAgain, readFile } from '../../src/tree/read.ts'
import { lstat } from '../../src/tree/stat.ts'
import { startScript } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'

function failureOf(path: string): string | undefined {
  try {
    readFile(path)
    return undefined
  } catch (error) {
    return errnoOf(error)
  }
}

describe('readFile', () => {
  it.each([0, 1, 1_000_000])('reads %d bytes and their stat', (size) => {
    const path = join(temporaryDirectory(), 'file')
    writeFileSync(path, new Uint8Array(size).fill(7))
    const { bytes, entry } = readFile(path)
    expect(Buffer.compare(bytes, readFileSync(path))).toBe(0)
    expect(entry).toEqual(lstat(path))
  })

  it.each<[name: string, errno: string, plant: (path: string) => void]>([
    ['nothing', 'ENOENT', () => {}],
    ['a symlink', 'ELOOP', (path) => symlinkSync('/dev/null', path)],
    ['a directory', 'EINVAL', (path) => mkdirSync(path)],
    // Opened the usual way it would wait for somebody to write.
    ['a FIFO', 'EINVAL', (path) => void execFileSync('mkfifo', [path])],
  ])('refuses %s with %s', (_, errno, plant) => {
    const path = join(temporaryDirectory(), 'file')
    plant(path)
    expect(failureOf(path)).toBe(errno)
    expect(readAgain(path)).toBeUndefined()
  })

  it('tells a file that grew while it was read', async () => {
    const path = join(temporaryDirectory(), 'file')
    writeFileSync(path, new Uint8Array(4_000_000))
    const writer = startScript(`
      import { appendFileSync } from 'node:fs'
      for (;;) appendFileSync('${path}', 'x')`)
    onTestFinished(() => void writer.kill('SIGKILL'))
    while (failureOf(path) !== 'EAGAIN') await new Promise(setImmediate)
    writer.kill('SIGKILL')
    await once(writer, 'close')
    expect(readAgain(path)?.bytes).toHaveLength(statSync(path).size)
  })

  it('tells a file that shrank while it was read', async () => {
    const path = join(temporaryDirectory(), 'file')
    const writer = startScript(`
      import { truncateSync } from 'node:fs'
      for (;;) for (const size of [4_000_000, 0]) truncateSync('${path}', size)`)
    onTestFinished(() => void writer.kill('SIGKILL'))
    writeFileSync(path, '')
    while (failureOf(path) !== 'EAGAIN') await new Promise(setImmediate)
    writer.kill('SIGKILL')
    await once(writer, 'close')
    expect(readAgain(path)?.bytes).toHaveLength(statSync(path).size)
  })
})

it.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
])('digestOf(%j)', (text, digest) => {
  expect(digestOf(new TextEncoder().encode(text))).toBe(digest)
})
