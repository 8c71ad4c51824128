import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { command, finished, start } from '../support/cli.ts'
import { CAN_INJECT, type Fault, Faults } from '../support/faults/index.ts'
import { project } from '../support/project.ts'

/** The modes of what is in a directory, by name. */
function modesIn(directory: string): Record<string, string> {
  return Object.fromEntries(readdirSync(directory).toSorted().map((name) => [name, (statSync(join(directory, name)).mode & 0o777).toString(8)]))
}

/** Exports with a umask that denies nothing. */
async function exportOpenly(directory: string): Promise<number | null> {
  const [file, args] = command(['export', '-q'])
  return (await finished(spawn('sh', ['-c', 'umask 0; exec "$0" "$@"', file, ...args], { cwd: directory }))).code
}

it.skipIf(process.platform === 'win32')('nobody else may read the state, also where its directory was there and is open', async () => {
  const { directory, at } = project()
  mkdirSync(at('.rowtree'))
  chmodSync(at('.rowtree'), 0o755)
  expect(await exportOpenly(directory)).toBe(0)
  expect(modesIn(at('.rowtree'))).toEqual({ 'baseline.db': '600', 'baseline.db-journal': '600', 'lock.db': '600' })
  expect((statSync(at('.rowtree')).mode & 0o777).toString(8)).toBe('755')
})

it.skipIf(process.platform === 'win32')('what is there keeps the mode that somebody gave it', async () => {
  const { directory, at } = project()
  expect(await exportOpenly(directory)).toBe(0)
  for (const name of ['baseline.db', 'lock.db']) chmodSync(at('.rowtree', name), 0o660)
  expect(await exportOpenly(directory)).toBe(0)
  expect(modesIn(at('.rowtree'))).toMatchObject({ 'baseline.db': '660', 'lock.db': '660' })
})

describe.skipIf(!CAN_INJECT)('what keeps the files from being made is told (needs Linux and a C compiler)', () => {
  it.each<[name: string, errno: Fault, said: RegExp]>([
    ['lock.db', 'ENOSPC', /the disk is full; make room/],
    ['lock.db', 'EACCES', /a file in the directory cannot be opened; check its permissions/],
    ['baseline.db', 'EDQUOT', /the quota is used up; make room/],
    ['baseline.db', 'EROFS', /the filesystem is read-only; mount it writable/],
    ['baseline.db', 'EMFILE', /too many files are open; raise the limit/],
  ])('%s: %s', async (name, errno, said) => {
    const made = project()
    const faults = new Faults()
    faults.arm({ root: made.at('.rowtree'), name, calls: ['open'], at: 1, times: 1_000, fault: errno })
    const done = await finished(start(['export'], { cwd: made.directory, env: faults.env }))
    expect(done).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(said) as string })
    faults.disarm()
    expect((await made.run(['export', '-q'])).code).toBe(0)
  })
})
