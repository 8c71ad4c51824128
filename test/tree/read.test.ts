import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync as readNow, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errnoOf } from '../../src/errors.ts'
import { digestOf } from '../../src/tree/digest.ts'
import { readAgain, readFile } from '../../src/tree/read.ts'
import { lstat } from '../../src/tree/stat.ts'
import { runScript, source } from '../support/script.ts'
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
    expect(Buffer.compare(bytes, readNow(path))).toBe(0)
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

  it('never returns a file that changed while it was read', async () => {
    const path = join(temporaryDirectory(), 'file')
    const writer = `
      import { writeFileSync } from 'node:fs'
      for (let turn = 0; turn < 400; turn++) writeFileSync('${path}', String(turn % 10).repeat(100_000 + turn))
      console.log('null')`
    writeFileSync(path, '0'.repeat(100_000))
    let done = false
    const writing = runScript(writer).finally(() => (done = true))
    const faults: number[] = []
    let reads = 0
    while (!done) {
      for (let round = 0; round < 20; round++) {
        const file = readAgain(path)
        // Between the truncation and the writing the file is whole, and empty.
        if (!file || file.bytes.length === 0) continue
        reads++
        if (digestOf(file.bytes) !== digestOf(new Uint8Array(file.bytes.length).fill(file.bytes[0]!))) faults.push(file.bytes.length)
      }
      await new Promise(setImmediate)
    }
    await writing
    expect(faults).toEqual([])
    expect(reads).toBeGreaterThan(0)
  })
})

it.each([
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
])('digestOf(%j)', (text, digest) => {
  expect(digestOf(new TextEncoder().encode(text))).toBe(digest)
})
