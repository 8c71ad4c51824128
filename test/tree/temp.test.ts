import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isAlive, TEMP_SUFFIX, tempName, tempOwner, tempPrefix } from '../../src/tree/temp.ts'
import { source } from '../support/script.ts'
import { eventually } from '../support/eventually.ts'

/** Field 22 of /proc/<pid>/stat, for a command without spaces and parentheses. */
const startOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ')[21])

describe('names', () => {
  it.each(['.tmp', '.rowtree.tmp', '.a-b_c', '.T'])('tell who made them, suffix %s', (suffix) => {
    const prefix = tempPrefix()
    for (const index of [0, 1, 35, 36, 100_000]) {
      const start = process.platform === 'linux' ? startOf(process.pid) : 0
      expect(tempOwner(tempName(prefix, index, suffix))).toEqual({ pid: process.pid, start })
    }
  })

  it('differ', () => {
    const names = Array.from({ length: 100 }, () => tempPrefix()).flatMap((prefix) => [0, 1, 2].map((index) => tempName(prefix, index, TEMP_SUFFIX)))
    expect(new Set(names).size).toBe(300)
  })

  it('differ between threads', async () => {
    const code = `import('${source('tree/temp.ts')}').then(async ({ tempPrefix }) => (await import('node:worker_threads')).parentPort.postMessage(tempPrefix()))`
    const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`)
    const threads = [0, 1].map(() => new Worker(url))
    const prefixes = await Promise.all(threads.map(async (thread) => String((await once(thread, 'message'))[0])))
    for (const thread of threads) await thread.terminate()
    expect(new Set([...prefixes, tempPrefix()]).size).toBe(3)
    for (const prefix of prefixes) expect(tempOwner(tempName(prefix, 0, '.tmp'))?.pid).toBe(process.pid)
  })

  it.each([
    'x.tmp',
    '.tmp',
    '.rowtree-x.tmp',
    '.rowtree-1-2-3-4.tmp',
    '.rowtree-1-2-3-4-5',
    '.rowtree-1-2-3-4-5.',
    '.rowtree-1-2-3-4-5-6.tmp',
    '.rowtree-1-2-3--5.tmp',
    '.rowtree-A-2-3-4-5.tmp',
    'rowtree-1-2-3-4-5.tmp',
    ' .rowtree-1-2-3-4-5.tmp',
    '.rowtree-1-2-3-4-5.tmp ',
    '.rowtree-1-2-3-4-5.t mp',
    '.rowtree-1-2-3-4-5.tmp\n',
    '.rowtree',
    '.ROWTREE-1-2-3-4-5.tmp',
  ])('of others are not ours: %j', (name) => {
    expect(tempOwner(name)).toBeUndefined()
  })
})

describe('isAlive', () => {
  it('knows this process', () => {
    expect(isAlive(tempOwner(tempName(tempPrefix(), 0, '.tmp'))!)).toBe(true)
  })

  it.skipIf(process.platform !== 'linux')('knows a process by its start: another one took over the id (needs /proc)', () => {
    const start = startOf(process.pid)
    expect(isAlive({ pid: process.pid, start: start - 1 })).toBe(false)
    expect(isAlive({ pid: process.ppid, start: startOf(process.ppid) })).toBe(true)
    expect(isAlive({ pid: process.ppid, start: startOf(process.ppid) + 1 })).toBe(false)
    // A machine that could not tell wrote 0.
    expect(isAlive({ pid: process.ppid, start: 0 })).toBe(true)
  })

  it('knows a child that runs from one that was killed', async () => {
    const child = spawn('sleep', ['60'])
    await once(child, 'spawn')
    const owner = { pid: child.pid!, start: process.platform === 'linux' ? startOf(child.pid!) : 0 }
    expect(isAlive(owner)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isAlive(owner)).toBe(false)
  })

  it.skipIf(process.platform !== 'linux')('takes a killed process for dead whose parent never asked (needs /proc)', async () => {
    // The shell becomes a sleep, which never waits for its child.
    const parent = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
    onTestFinished(() => void parent.kill('SIGKILL'))
    const pid = Number(String((await once(parent.stdout, 'data'))[0]))
    const owner = { pid, start: startOf(pid) }
    expect(isAlive(owner)).toBe(true)
    // Until then it still is the shell, which may ask.
    await eventually('the shell becomes a sleep', () => readFileSync(`/proc/${parent.pid}/comm`, 'latin1') === 'sleep\n')
    process.kill(pid, 'SIGKILL')
    const state = (): string => readFileSync(`/proc/${pid}/stat`, 'latin1').split(' ')[2]!
    await eventually('the killed process waits to be asked', () => state() === 'Z')
    expect(isAlive(owner)).toBe(false)
  })

  it('leaves what cannot be a process id of this machine alone', () => {
    expect(isAlive({ pid: 2 ** 40, start: 1 })).toBe(true)
    expect(isAlive({ pid: Infinity, start: 1 })).toBe(true)
  })
})
