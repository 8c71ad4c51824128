import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { expect, it } from 'vitest'
import { flushFound } from '../../src/tree/found.ts'
import { CAN_INJECT, Faults } from '../support/faults/index.ts'
import { runScript, source } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'

function flushing(root: string, paths: readonly string[], mode: string, faults: Faults): Promise<unknown> {
  const code = `
    import { flushFound } from '${source('tree/found.ts')}'
    const [root, paths, mode] = process.argv.slice(2)
    console.log(JSON.stringify(await flushFound(root, JSON.parse(paths), mode).then(() => 'done', ({ code, message }) => ({ code, message }))))`
  return runScript(code, [root, JSON.stringify(paths), mode], { env: faults.env })
}

it.skipIf(!CAN_INJECT).each([
  ['file', 2, ['a/0', 'a/1', 'a', '']],
  ['batch', 2, ['a/0', 'a/1', 'a', '']],
  ['batch', 70, ['']],
  ['off', 2, []],
] as const)('flushes files and all directories on the way: --fsync %s, %i files (needs Linux and a C compiler)', async (mode, count, flushed) => {
  const root = temporaryDirectory()
  mkdirSync(join(root, 'a'))
  const paths = Array.from({ length: count }, (_, index) => `a/${index}`)
  for (const path of paths) writeFileSync(join(root, path), 'text')
  const faults = new Faults()
  faults.arm({ root, calls: ['fsync'] })
  expect(await flushing(root, paths, mode, faults)).toBe('done')
  expect(faults.log().map(({ path }) => path)).toEqual(flushed)
})

it.skipIf(!CAN_INJECT)('reports a disk that does not take it (needs Linux and a C compiler)', async () => {
  const root = temporaryDirectory()
  writeFileSync(join(root, 'a'), 'text')
  const faults = new Faults()
  faults.arm({ root, calls: ['fsync'], at: 1, fault: 'EIO' })
  expect(await flushing(root, ['a'], 'file', faults)).toMatchObject({ code: 'io-error' })
})

it.skipIf(process.platform === 'win32')('passes over what is gone, or is no file any more', async () => {
  const root = temporaryDirectory()
  symlinkSync('nowhere', join(root, 'link'))
  execFileSync('mkfifo', [join(root, 'fifo')])
  await expect(flushFound(root, ['gone/file', 'link', 'link/file', 'fifo', 'fifo/file'], 'file')).resolves.toBeUndefined()
  await expect(flushFound(join(root, 'gone'), ['file'], 'batch')).resolves.toBeUndefined()
})
