import { existsSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { RowtreeError } from '../../src/errors.ts'
import { startWatcher, TreeWatcher } from '../../src/sync/watcher.ts'
import type { Suspicion, WatcherSettings } from '../../src/tree/sighting.ts'
import { eventually } from '../support/eventually.ts'
import { startOddWatcher } from '../support/odd-watcher.ts'
import { IS_DENO, IS_ROOT, runScript, source } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'

interface Scene {
  readonly root: string
  readonly at: (path: string) => string
  readonly write: (path: string, content?: string) => void
  readonly watcher: TreeWatcher
  readonly threads: Worker[]
  /** How often each path was told. */
  readonly dirty: Map<string, number>
  readonly suspicions: Set<Suspicion>
  /** Everything else that was told. */
  readonly told: string[]
  readonly seen: (...paths: string[]) => Promise<unknown>
  readonly has: (news: string) => Promise<unknown>
}

async function scene(files: readonly string[], choices: Partial<WatcherSettings> = {}, start: 'start' | 'wait' = 'start', startThread = startWatcher): Promise<Scene> {
  const root = join(temporaryDirectory(), 'tree')
  const at = (path: string): string => join(root, path)
  const write = (path: string, content = 'old'): void => {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), content)
  }
  if (start === 'start') mkdirSync(root)
  for (const file of files) write(file)
  const dirty = new Map<string, number>()
  const suspicions = new Set<Suspicion>()
  const told: string[] = []
  const threads: Worker[] = []
  const watcher = new TreeWatcher(
    { root, suffix: '.tmp', ignore: [], tracked: [], ...choices },
    {
      dirty(paths, suspicion) {
        for (const path of paths) dirty.set(path, (dirty.get(path) ?? 0) + 1)
        if (suspicion) suspicions.add(suspicion)
      },
      limited: (message) => void told.push(`limited: ${message}`),
      root: (standing) => void told.push(`root ${standing}`),
      replaced: () => void told.push('replaced'),
      failed: (error) => void told.push(`failed: ${error.code}`),
    },
    (settings) => {
      const thread = startThread(settings)
      threads.push(thread)
      return thread
    },
  )
  onTestFinished(() => watcher.close())
  expect(await watcher.start()).toEqual({ files: files.length })
  dirty.clear()
  suspicions.clear()
  const seen = (...paths: string[]): Promise<unknown> => eventually(`${paths.join(', ')} are told`, () => paths.every((path) => dirty.has(path)))
  const has = (news: string): Promise<unknown> => eventually(news, () => told.includes(news))
  return { root, at, write, watcher, threads, dirty, suspicions, told, seen, has }
}

describe('events tell of', () => {
  it('a save, a second one right after, a file that is renamed over another, and one that is gone', async () => {
    const { at, write, dirty, seen } = await scene(['saved', 'd/replaced', 'd/gone', 'same'])
    write('saved', 'new')
    await seen('saved')
    dirty.clear()
    write('saved', 'newer')
    write('d/fresh.tmp', 'new')
    renameSync(at('d/fresh.tmp'), at('d/replaced'))
    unlinkSync(at('d/gone'))
    await seen('saved', 'd/replaced', 'd/gone')
    expect([...dirty.keys()].sort()).toEqual(['d/gone', 'd/replaced', 'saved'])
  })

  it('files in new directories, and those that come later', async () => {
    const { write, dirty, suspicions, seen } = await scene(['a'])
    const paths = Array.from({ length: 50 }, (_, index) => `n${index % 5}/deep/er/${index}`)
    for (const path of paths) write(path)
    await seen(...paths)
    expect([...suspicions]).toContain('new-directory')
    dirty.clear()
    write('n3/deep/er/later')
    await seen('n3/deep/er/later')
  })

  it('both places of a directory that is moved, and of one that is deleted', async () => {
    const { at, write, dirty, seen, watcher } = await scene(['d/a', 'd/e/b', 'x/c', 'x/d'])
    renameSync(at('d'), at('n'))
    await seen('d/a', 'd/e/b', 'n/a', 'n/e/b')
    rmSync(at('x'), { recursive: true })
    await seen('x/c', 'x/d')
    dirty.clear()
    await eventually('the new place is watched', () => {
      write('n/e/b', `${performance.now()}`)
      return dirty.has('n/e/b')
    })
    expect((await watcher.rescan()).files).toBe(2)
  })

  it('a file whose place a directory takes, and of what is in that', async () => {
    const { at, write, dirty, seen, watcher } = await scene(['d/a'])
    unlinkSync(at('d/a'))
    write('d/a/b')
    await seen('d/a', 'd/a/b')
    await eventually('the directory is watched', () => {
      write('d/a/later', `${performance.now()}`)
      return dirty.has('d/a/later')
    })
    expect((await watcher.rescan()).files).toBe(2)
  })

  it('nothing that takes no part', async () => {
    const { write, dirty, seen, watcher } = await scene(['a'], { ignore: ['*.zip', 'build/'], tracked: ['kept.tmp'] })
    for (const path of ['a.tmp', 'a~', '.a.swp', '4913', 'x.zip', 'build/x', '.git/HEAD', '.git/index', '.rowtree/baseline.db', 'd/.DS_Store']) write(path, 'new')
    write('kept.tmp')
    watcher.track(['other.tmp'])
    await watcher.rescan()
    write('other.tmp')
    write('last')
    await seen('last', 'kept.tmp', 'other.tmp')
    expect([...dirty.keys()].filter((path) => path !== 'd').sort()).toEqual(['kept.tmp', 'last', 'other.tmp'])
  })

  it('more than the system may have had room for', async () => {
    const { write, dirty, suspicions } = await scene(['a'])
    for (let index = 0; index < 100; index++) write(`${index}.tmp`)
    await eventually('a burst is told', () => suspicions.has('burst'))
    expect([...dirty.keys()]).toEqual([])
  })
})

it('a rescan tells what differs, with what was found before it', async () => {
  const { write, watcher, dirty } = await scene(['a', 'd/b'], { polling: 600_000 })
  write('d/b', 'longer')
  write('c')
  const { paths, files } = await watcher.rescan()
  expect(files).toBe(3)
  expect([...dirty.keys(), ...paths]).toEqual(expect.arrayContaining(['c', 'd/b']))
})

describe.skipIf(IS_DENO)('on a system where calls do what they seldom do (Node alone)', () => {
  it('what happens before the first event is seen', async () => {
    const { root, at, seen, watcher } = await scene(['a', 'd/b', 'd/c'], {}, 'start', (settings) => startOddWatcher(settings, { renamed: ['d', 'e'] }))
    // Only its name is told of.
    renameSync(at('e'), `${root}-away`)
    await seen('e/b', 'e/c')
    expect((await watcher.rescan()).files).toBe(1)
  })

  it('where something cannot be watched there may be more', async () => {
    const { write, suspicions, told, seen } = await scene(['a'], {}, 'start', (settings) => startOddWatcher(settings, { unwatchable: 'd' }))
    write('d/b')
    await seen('d/b')
    await eventually('it is told', () => suspicions.has('watcher-error'))
    expect(told).toEqual([])
  })

  it('a rescan answers when all that was found before is told', async () => {
    const place = temporaryDirectory()
    const [moved, begun, go] = ['moved', 'begun', 'go'].map((name) => join(place, name)) as [string, string, string]
    const paths = Array.from({ length: 600 }, (_, index) => `d/${index}`)
    mkdirSync(moved)
    for (const path of paths) writeFileSync(join(moved, basename(path)), '')
    const { at, write, watcher, dirty, seen } = await scene(['a'], {}, 'start', (settings) => startOddWatcher(settings, { old: true, slow: ['d', begun, go] }))
    renameSync(moved, at('d'))
    await eventually('the scan of it is under way', () => existsSync(begun))
    const told = watcher.rescan().then((found) => new Set([...dirty.keys(), ...found.paths]))
    // Who answers without the scan has done so by now.
    for (let order = 0; order < 20; order++) await watcher.confirm([])
    // What is found right after this waits for company.
    write('a', 'longer')
    await seen('a')
    writeFileSync(go, '')
    expect(await told).toEqual(new Set([...paths, 'a']))
  })
})

it('polling finds what changes', async () => {
  const { at, write, seen, watcher } = await scene(['a', 'd/b'], { polling: 20 })
  write('d/b', 'longer')
  write('d/e/c')
  await seen('d/b', 'd/e/c')
  unlinkSync(at('a'))
  await seen('a')
  expect((await watcher.rescan()).files).toBe(2)
})

it('polling tells nothing of a root that is gone, and of another one in its place', async () => {
  const { root, write, dirty, told, has, watcher } = await scene(['a', 'd/b'], { polling: 20 })
  renameSync(root, `${root}-away`)
  await has('root gone')
  // Several polls fit between these.
  write('a', 'of another one')
  write('c')
  await has('root other')
  expect([await watcher.rescan(), [...dirty.keys()], told]).toEqual([{ files: 2, paths: [] }, [], ['root gone', 'root other']])
})

describe('a root', () => {
  it('that goes and returns has lost nothing, and is watched again', async () => {
    const { root, write, dirty, has, seen, watcher } = await scene(['a', 'd/b'])
    renameSync(root, `${root}-away`)
    await has('root gone')
    expect(await watcher.rescan()).toMatchObject({ files: 2, paths: [] })
    writeFileSync(`${root}-away/d/b`, 'longer')
    renameSync(`${root}-away`, root)
    await has('root same')
    expect([...dirty.keys()]).toEqual([])
    expect((await watcher.rescan()).paths).toContain('d/b')
    write('a', 'longer')
    await seen('a')
  })

  it('in whose place another one stands is waited for, and nothing is told of the other one', async () => {
    const { root, write, told, has, seen, dirty, watcher } = await scene(['a', 'd/b'])
    renameSync(root, `${root}-away`)
    mkdirSync(root)
    await has('root other')
    write('a', 'of the other one')
    write('new')
    expect(await watcher.rescan()).toEqual({ files: 2, paths: [] })
    rmSync(root, { recursive: true })
    rmSync(`${root}-away/d/b`)
    renameSync(`${root}-away`, root)
    await has('root same')
    expect([...dirty.keys()]).toEqual([])
    expect((await watcher.rescan()).paths).toContain('d/b')
    write('a', 'longer')
    await seen('a')
    expect([...dirty.keys()]).not.toContain('new')
    expect(told.filter((news) => news !== 'root gone')).toEqual(['root other', 'root same'])
  })

  it('is not mistaken by a thread that takes the place of another one', async () => {
    const { root, write, told, threads, has, seen } = await scene(['a'])
    renameSync(root, `${root}-away`)
    await has('root gone')
    mkdirSync(root)
    await has('root other')
    await threads[0]!.terminate()
    await has('replaced')
    expect(told).toEqual(['root gone', 'root other', 'replaced'])
    rmSync(root, { recursive: true })
    renameSync(`${root}-away`, root)
    await has('root same')
    write('b')
    await seen('b')
  })

  it('that is missing at the start may come later', async () => {
    const { root, write, told, has, seen, watcher } = await scene([], {}, 'wait')
    expect(told).toEqual(['root gone'])
    mkdirSync(root)
    writeFileSync(join(root, 'a'), '')
    await has('root same')
    expect((await watcher.rescan()).paths).toEqual(['a'])
    write('b')
    await seen('b')
    renameSync(root, `${root}-away`)
    mkdirSync(root)
    await has('root other')
  })
})

describe('a thread that dies', () => {
  it('is replaced, knows all tracked paths, and answers what the other one was asked', async () => {
    const { write, watcher, threads, told, has, seen } = await scene(['a'])
    watcher.track(['kept.tmp'])
    const asked = watcher.rescan()
    await threads[0]!.terminate()
    write('b')
    await has('replaced')
    expect((await asked).files).toBe(2)
    write('kept.tmp')
    await seen('kept.tmp')
    expect(threads.length).toBe(2)
    expect(told).toEqual(['replaced'])
  })

  it('again and again is given up', async () => {
    const { watcher, threads, has } = await scene(['a'])
    const killing = (async () => {
      for (let killed = 0; killed < 5; ) {
        if (threads.length > killed) await threads[killed++]!.terminate()
        else await delay(5)
      }
    })()
    const asked = watcher.rescan().catch((error: unknown) => (error as RowtreeError).code)
    await has('failed: worker-died')
    await killing
    expect(await asked).toBe('worker-died')
    expect(threads.length).toBe(5)
    await expect(watcher.rescan()).rejects.toMatchObject({ code: 'worker-died', message: /^Cannot watch .*: the watcher thread died 5 times/ })
  })
})

it('is ended when it hangs', async () => {
  const hanging = `
    const { parentPort } = require('node:worker_threads')
    parentPort.on('message', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
    parentPort.postMessage({ kind: 'ready', files: 1 })`
  const { watcher, threads } = await scene(['a'], {}, 'start', () => new Worker(hanging, { eval: true }))
  const ended = new Promise((resolve) => threads[0]!.once('exit', resolve))
  await watcher.close()
  expect(await ended).toBe(1)
})

it('ends by itself when it is closed, and what is asked fails', async () => {
  const { watcher, threads } = await scene(['a'])
  const ended = new Promise((resolve) => threads[0]!.once('exit', resolve))
  await watcher.close()
  expect(await ended).toBe(0)
  await expect(watcher.rescan()).rejects.toMatchObject({ code: 'cancelled' })
  await watcher.close()
})

it.skipIf(!IS_ROOT || process.platform !== 'linux')('polls when the system allows no more watches, and says so once (needs root)', async () => {
  const root = temporaryDirectory()
  for (const name of ['a', 'b', 'c', 'd']) mkdirSync(join(root, name))
  const code = `
    import { writeFileSync } from 'node:fs'
    import { TreeWatcher } from '${source('sync/watcher.ts')}'
    const told = []
    let found = () => {}
    const watcher = new TreeWatcher({ root: '${root}', suffix: '.tmp', ignore: [], tracked: [] }, {
      dirty: (paths) => paths.includes('d/new') && found(),
      limited: (message, errno) => told.push({ message, errno }),
      root: () => told.push('root'), replaced: () => told.push('replaced'), failed: (error) => told.push(error.message),
    })
    await watcher.start()
    const finding = new Promise((resolve) => (found = resolve))
    writeFileSync('${root}/d/new', '')
    await finding
    await watcher.close()
    console.log(JSON.stringify(told))`
  const limit = ['unshare', '-Ur', 'sh', '-c', 'echo 2 > /proc/sys/user/max_inotify_watches && exec "$@"', 'sh']
  expect(await runScript(code, [], {}, limit)).toEqual([{ errno: 'ENOSPC', message: expect.stringMatching(/^Cannot watch .*fs\.inotify\.max_user_watches/) }])
})
