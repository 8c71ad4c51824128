import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { filesystemClock } from '../../src/tree/clock.ts'
import { isSettled, lstat } from '../../src/tree/stat.ts'
import { listing } from '../support/files.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryDirectory } from '../support/temporary.ts'

it('shows the time that a file gets which is written now, and leaves nothing', () => {
  const [root, state] = [temporaryDirectory(), temporaryDirectory()]
  const clock = filesystemClock(root, state)
  const before = clock()
  writeFileSync(join(root, 'file'), '')
  const { mtime } = lstat(join(root, 'file'))!
  expect(mtime).toBeGreaterThanOrEqual(before)
  expect(clock()).toBeGreaterThanOrEqual(mtime)
  expect(listing(state)).toEqual([])
})

it('stands back where the state takes no file just now', () => {
  const [root, state] = [temporaryDirectory(), temporaryDirectory()]
  const clock = filesystemClock(root, state)
  rmSync(state, { recursive: true })
  writeFileSync(join(root, 'file'), '')
  expect(isSettled(lstat(join(root, 'file'))!.mtime, clock())).toBe(false)
})

it('moves on, so that a file settles', async () => {
  const root = temporaryDirectory()
  const clock = filesystemClock(root, root)
  writeFileSync(join(root, 'file'), '')
  const { mtime } = lstat(join(root, 'file'))!
  expect(await eventually('the file settles', () => isSettled(mtime, clock()))).toBe(true)
})

it.skipIf(!existsSync('/dev/shm') || statSync('/dev/shm').dev === statSync('/tmp').dev)(
  'trusts later where the state is on another filesystem (needs a tmpfs beside the disk)',
  () => {
    const [root, state] = [temporaryDirectory('/tmp'), temporaryDirectory('/dev/shm')]
    writeFileSync(join(root, 'file'), '')
    expect(isSettled(lstat(join(root, 'file'))!.mtime, filesystemClock(root, state)())).toBe(false)
    expect(isSettled(lstat(join(root, 'file'))!.mtime, filesystemClock(root, undefined)())).toBe(false)
  },
)
