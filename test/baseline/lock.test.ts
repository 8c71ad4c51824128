import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { expect, it } from 'vitest'
import { takeLock } from '../../src/baseline/lock.ts'
import { temporaryDirectory } from '../support/temporary.ts'

it('is held by one at a time and free after its release', async () => {
  const path = join(temporaryDirectory(), 'lock.db')
  const first = await takeLock(path, 0)
  await expect(takeLock(path, 0)).rejects.toMatchObject({ code: 'locked', path })
  first.release()
  const second = await takeLock(path, 0)
  second.release()
})

it('is passed on to whoever waits', async () => {
  const path = join(temporaryDirectory(), 'lock.db')
  const first = await takeLock(path, 0)
  const waiting = takeLock(path, 20_000)
  const order: string[] = []
  const take = async (): Promise<void> => {
    const lock = await waiting
    order.push('taken')
    lock.release()
  }
  const taken = take()
  order.push('released')
  first.release()
  await taken
  expect(order).toEqual(['released', 'taken'])
})

it('is waited for no longer than somebody wants it', async () => {
  const path = join(temporaryDirectory(), 'lock.db')
  const first = await takeLock(path, 0)
  const stopper = new AbortController()
  const waiting = takeLock(path, 20_000, stopper.signal)
  stopper.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
  first.release()
})

it('is freed by the kernel when its holder is killed', async () => {
  const path = join(temporaryDirectory(), 'lock.db')
  const source = new URL('../../src/baseline/lock.ts', import.meta.url).href
  const script = `const { takeLock } = await import(${JSON.stringify(source)})
    globalThis.lock = await takeLock(${JSON.stringify(path)}, 0)
    console.log('held')
    setInterval(() => {}, 1000)`
  const deno = 'deno' in process.versions
  const child = deno
    ? spawn(process.execPath, ['eval', '--quiet', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    : spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout!, 'data')
  await expect(takeLock(path, 0)).rejects.toMatchObject({ code: 'locked' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  const lock = await takeLock(path, 0)
  lock.release()
})
