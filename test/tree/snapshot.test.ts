import { chmodSync, lutimesSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { WatchFilter } from '../../src/core/watched.ts'
import { identityOf, Presence } from '../../src/tree/presence.ts'
import { Recency } from '../../src/tree/recency.ts'
import { Snapshot } from '../../src/tree/snapshot.ts'
import { unhurried } from '../../src/tree/unhurried.ts'
import { eventually } from '../support/eventually.ts'
import { bindMount, CAN_MOUNT, mountTmpfs, unmountFrom } from '../support/mounts.ts'
import { IS_ROOT, NOBODY, source, startScript } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'

interface Watched {
  readonly root: string
  readonly at: (path: string) => string
  readonly write: (path: string, content?: string) => void
  readonly presence: Presence
  readonly snapshot: Snapshot
  /** What a patient rescan finds: changes, without what is only too young to be trusted. */
  readonly changes: (directory?: string) => Promise<string[]>
}

/** By this clock every file is old, and its stat proves what it holds. */
const LATER = (): number => Date.now() + 3_600_000

/** By this clock every file has changed just now. */
const YOUNG = (): number => 0

async function watched(files: readonly string[], ignore: readonly string[] = [], tracked: readonly string[] = [], now = LATER): Promise<Watched> {
  const root = join(temporaryDirectory(), 'tree')
  const at = (path: string): string => join(root, path)
  const write = (path: string, content = 'old'): void => {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), content)
  }
  mkdirSync(root)
  for (const file of files) write(file)
  const presence = new Presence(root)
  const snapshot = new Snapshot(presence, new WatchFilter({ suffix: '.tmp', ignore, tracked }), now)
  const changes = async (directory?: string): Promise<string[]> => (await unhurried(snapshot.rescan(directory, true))).sort()
  expect((await changes()).length).toBe(snapshot.files)
  return { root, at, write, presence, snapshot, changes }
}

describe('a rescan tells', () => {
  it('nothing of what stayed as it was', async () => {
    const { changes, snapshot } = await watched(['a', 'b/c', 'b/d/e'])
    expect(await changes()).toEqual([])
    expect(snapshot.files).toBe(3)
  })

  it('what is new, changed, replaced or gone, once', async () => {
    const { at, write, changes, snapshot } = await watched(['changed', 'replaced', 'gone', 'same', 'd/gone', 'd/same'])
    write('changed', 'longer')
    write('.new', 'old')
    utimesSync(at('.new'), statSync(at('replaced')).atime, statSync(at('replaced')).mtime)
    renameSync(at('.new'), at('replaced'))
    rmSync(at('gone'))
    rmSync(at('d/gone'))
    write('d/new')
    expect(await changes()).toEqual(['changed', 'd/gone', 'd/new', 'gone', 'replaced'])
    expect(await changes()).toEqual([])
    expect(snapshot.files).toBe(5)
  })

  it('everything in directories that are gone or moved', async () => {
    const { at, changes, snapshot } = await watched(['d/a', 'd/e/b', 'm/a', 'm/e/b', 'keep'])
    rmSync(at('d'), { recursive: true })
    renameSync(at('m'), at('n'))
    expect(await changes()).toEqual(['d/a', 'd/e/b', 'm/a', 'm/e/b', 'n/a', 'n/e/b'])
    expect(snapshot.files).toBe(3)
  })

  it('a file whose place a directory or a symlink took, and what is in the directory', async () => {
    const { at, write, changes } = await watched(['a', 'b', 'c'])
    for (const name of ['a', 'b']) rmSync(at(name))
    write('a/x')
    symlinkSync(at('c'), at('b'))
    expect(await changes()).toEqual(['a', 'a/x', 'b'])
    rmSync(at('a'), { recursive: true })
    write('a')
    expect(await changes()).toEqual(['a', 'a/x'])
  })

  it('nothing of symlinks, ignored files, temps, droppings, and repositories', async () => {
    const { at, write, changes } = await watched(['a'], ['*.zip', 'build/'])
    symlinkSync(temporaryDirectory(), at('directory'))
    symlinkSync(at('a'), at('file'))
    lutimesSync(at('file'), 1, 1)
    for (const path of ['x.tmp', 'a~', '.a.swp', 'b.zip', 'build/x', '.git/index', 'd/.git/HEAD', '.rowtree-1-1-0-0-0.tmp/a']) write(path)
    expect(await changes()).toEqual([])
  })

  it('what is tracked, whatever it looks like', async () => {
    const { write, changes } = await watched([], [], ['x.tmp', 'd/a~'])
    for (const path of ['x.tmp', 'y.tmp', 'd/a~', 'd/b~']) write(path)
    expect(await changes()).toEqual(['d/a~', 'x.tmp'])
  })

  it('only what is below the directory that it is about', async () => {
    const { write, changes } = await watched(['a', 'd/a', 'dd/a'])
    for (const path of ['a', 'd/a', 'dd/a', 'd/e/f']) write(path, 'longer')
    expect(await changes('d')).toEqual(['d/a', 'd/e/f'])
    expect(await changes()).toEqual(['a', 'dd/a'])
  })

  it('again and again what changed just now, unless it is patient', async () => {
    const { snapshot, changes } = await watched(['a', 'd/b'], [], [], YOUNG)
    expect((await unhurried(snapshot.rescan())).sort()).toEqual(['a', 'd/b'])
    expect((await unhurried(snapshot.rescan())).sort()).toEqual(['a', 'd/b'])
    expect(await changes()).toEqual([])
  })

  it('of an edit that left the same size and times', async () => {
    const { at, write, snapshot } = await watched(['a'], [], [], YOUNG)
    const { atime, mtime } = statSync(at('a'))
    write('a', 'new')
    utimesSync(at('a'), atime, mtime)
    expect(await unhurried(snapshot.rescan())).toEqual(['a'])
  })

  it('once more what has become old enough to be trusted', async () => {
    let now = YOUNG
    const { changes } = await watched(['a'], [], [], () => now())
    now = LATER
    expect(await changes()).toEqual(['a'])
    expect(await changes()).toEqual([])
  })
})

describe('a root', () => {
  it('that is away has lost nothing', async () => {
    const { root, write, changes, snapshot } = await watched(['a', 'd/b'])
    renameSync(root, `${root}-away`)
    expect(await changes()).toEqual([])
    expect(snapshot.look('a')).toEqual([])
    expect(snapshot.look('d')).toEqual([])
    expect(snapshot.files).toBe(2)
    renameSync(`${root}-away`, root)
    write('d/b', 'longer')
    expect(await changes()).toEqual(['d/b'])
  })

  it('in whose place is another one has lost nothing either, and nothing of the other one is told', async () => {
    const { root, write, presence, snapshot, changes } = await watched(['a', 'd/b'])
    renameSync(root, `${root}-away`)
    mkdirSync(root)
    write('a', 'another')
    write('new')
    expect(presence.standing()).toBe('other')
    expect(await changes()).toEqual([])
    expect(snapshot.look('d/b')).toEqual([])
    rmSync(root, { recursive: true })
    expect(presence.standing()).toBe('gone')
    renameSync(`${root}-away`, root)
    rmSync(join(root, 'd/b'))
    expect(presence.standing()).toBe('same')
    expect(await changes()).toEqual(['d/b'])
  })

  it('that was never there is what comes first', () => {
    const root = join(temporaryDirectory(), 'missing')
    const presence = new Presence(root)
    expect([presence.standing(), presence.identity]).toEqual(['gone', undefined])
    mkdirSync(root)
    expect([presence.standing(), presence.identity]).toEqual(['same', identityOf(root)])
    renameSync(root, `${root}-away`)
    mkdirSync(root)
    expect(presence.holds()).toBe(false)
    expect(new Presence(root, presence.identity).standing()).toBe('other')
    expect(new Presence(root).standing()).toBe('same')
  })
})

interface Mounted extends Watched {
  /** Where the filesystem can be seen at any time. */
  readonly disk: string
  readonly mount: () => void
  readonly unmount: () => void
}

/** A filesystem with these files that can be mounted at `m` in the tree, below which is `m/lower`. */
async function mounted(files: readonly string[]): Promise<Mounted> {
  const disk = mountTmpfs(16 * 1024 * 1024)
  for (const file of files) {
    mkdirSync(dirname(join(disk, file)), { recursive: true })
    writeFileSync(join(disk, file), 'old')
  }
  const one = await watched(['a', 'm/lower'])
  const mount = (): void => bindMount(disk, one.at('m'))
  const unmount = (): void => unmountFrom(one.at('m'))
  return { ...one, disk, mount, unmount }
}

describe.skipIf(!CAN_MOUNT)('a filesystem inside the tree (needs root)', () => {
  it('that is unmounted has lost nothing, and is compared with itself when it is back', async () => {
    const { at, disk, mount, unmount, changes, snapshot } = await mounted(['b', 'd/c', 'd/gone'])
    mount()
    expect(await changes()).toEqual(['m/b', 'm/d/c', 'm/d/gone'])
    unmount()
    // As events would, which come from a disk that is still in use elsewhere.
    expect(['m/b', 'm/d/c', 'm/d'].flatMap((path) => snapshot.look(path))).toEqual([])
    expect(await changes()).toEqual(['m/lower'])
    expect(['m/b', 'm/d/c'].flatMap((path) => snapshot.look(path))).toEqual([])
    expect(await changes()).toEqual([])
    expect(snapshot.files).toBe(2)
    rmSync(join(disk, 'd/gone'))
    mount()
    expect(await changes()).toEqual(['m/b', 'm/d/c', 'm/d/gone'])
    rmSync(at('m/b'))
    expect(await changes()).toEqual(['m/b'])
    unmount()
  })

  it('hides what is below it, and that is told again when it is gone', async () => {
    const { at, mount, unmount, changes, snapshot } = await mounted(['b'])
    mount()
    expect(snapshot.look('m/lower')).toEqual([])
    expect(await changes()).toEqual(['m/b'])
    unmount()
    expect(await changes()).toEqual(['m/lower'])
    rmSync(at('m/lower'))
    expect(snapshot.look('m/lower')).toEqual(['m/lower'])
  })

  it('in whose place another one comes, of the same number', async () => {
    const { at, changes } = await watched(['m/lower'])
    const first = mountTmpfs(65_536, at('m'))
    writeFileSync(at('m/b'), '')
    expect(await changes()).toEqual(['m/b'])
    const { dev } = statSync(first)
    unmountFrom(first)
    // The lowest number that is free, unless somebody else was given it just now and gives it back.
    await eventually('a filesystem gets the same number', () => {
      mountTmpfs(65_536, at('m'))
      if (statSync(at('m')).dev === dev) return true
      unmountFrom(at('m'))
      return false
    })
    expect(await changes()).toEqual([])
  })

  it('that is unmounted amid a rescan has lost nothing', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `${index}`)
    const { mount, unmount, changes, snapshot } = await mounted(names)
    mount()
    expect((await changes()).length).toBe(1_000)
    const slices = snapshot.rescan('m', true)
    slices.next()
    unmount()
    expect(await unhurried(slices)).toEqual([])
    expect(await changes()).toEqual(['m/lower'])
  })

  it('is not gone with a directory in which it was', async () => {
    const { at, write, changes, snapshot } = await watched(['keep'])
    write('x/y', '')
    mkdirSync(at('x/m'))
    mountTmpfs(65_536, at('x/m'))
    writeFileSync(at('x/m/b'), '')
    expect(await changes()).toEqual(['x/m/b', 'x/y'])
    unmountFrom(at('x/m'))
    rmSync(at('x'), { recursive: true })
    expect(snapshot.look('x')).toEqual(['x/y'])
    expect(await changes()).toEqual([])
  })
})

describe('a look', () => {
  it('tells of a file that is there, or was, or may have been', async () => {
    const { at, write, snapshot, changes } = await watched(['a', 'b'])
    write('a', 'longer')
    rmSync(at('b'))
    write('c')
    expect(['a', 'b', 'c', 'd'].map((path) => snapshot.look(path))).toEqual([['a'], ['b'], ['c'], ['d']])
    expect(await changes()).toEqual([])
    expect(snapshot.files).toBe(2)
  })

  it('tells of everything that was in a directory', async () => {
    const { at, snapshot } = await watched(['d/a', 'd/e/b', 'dd/c'])
    rmSync(at('d'), { recursive: true })
    expect(snapshot.look('d')).toEqual(['d/a', 'd/e/b'])
    expect(snapshot.files).toBe(1)
  })

  it('leaves a directory to a rescan, unless it takes no part', async () => {
    const { at, snapshot } = await watched(['d/a'])
    mkdirSync(at('.git'))
    expect(snapshot.look('d')).toBe('directory')
    expect(snapshot.look('')).toBe('directory')
    expect(snapshot.look('.git')).toEqual([])
  })

  it('between the slices of a rescan loses nothing', async () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `d/${index}`)
    const { at, write, snapshot, changes } = await watched(names)
    const slices = snapshot.rescan('', true)
    slices.next()
    rmSync(at('d/7'))
    write('d/new')
    write('d/999', 'longer')
    expect(snapshot.look('d/7')).toEqual(['d/7'])
    expect(snapshot.look('d/new')).toEqual(['d/new'])
    expect(await unhurried(slices)).toEqual(['d/999'])
    rmSync(at('d/new'))
    expect(await changes()).toEqual(['d/new'])
    expect(snapshot.files).toBe(999)
  })
})

it.skipIf(!IS_ROOT)('files in a directory that cannot be listed are told, not forgotten (needs root)', async () => {
  const { root, at } = await watched(['open/a', 'closed/b', 'closed/d/c'])
  chmodSync(dirname(root), 0o755)
  const code = `
    import { chmodSync } from 'node:fs'
    import process from 'node:process'
    import { WatchFilter } from '${source('core/watched.ts')}'
    import { Presence } from '${source('tree/presence.ts')}'
    import { Snapshot } from '${source('tree/snapshot.ts')}'
    import { unhurried } from '${source('tree/unhurried.ts')}'
    const later = () => Date.now() + 3_600_000
    const snapshot = new Snapshot(new Presence('${root}'), new WatchFilter({ suffix: '.tmp', ignore: [], tracked: [] }), later)
    await unhurried(snapshot.rescan())
    console.error('ready')
    await new Promise((resolve) => process.stdin.once('data', resolve))
    const found = await unhurried(snapshot.rescan('', true))
    console.log(JSON.stringify({ found: found.sort(), files: snapshot.files }))
    process.exit()`
  const child = startScript(code, [], { uid: NOBODY, gid: NOBODY })
  let output = ''
  child.stdout!.on('data', (chunk) => (output += String(chunk)))
  let errors = ''
  let isClosed = false
  child.stderr!.on('data', (chunk) => {
    errors += String(chunk)
    if (isClosed || !errors.includes('ready\n')) return
    isClosed = true
    chmodSync(at('closed'), 0)
    child.stdin!.write('go\n')
  })
  await new Promise((resolve) => child.once('close', resolve))
  if (output === '') throw new Error(`The script printed nothing: ${errors}`)
  expect(JSON.parse(output)).toEqual({ found: ['closed/b', 'closed/d/c'], files: 3 })
})

describe('a stat proves nothing', () => {
  const NOW = 1_800_000_000_000
  it.each([
    ['while the other clock is unknown, for a minute', [], NOW - 61_000, true],
    ['not any more after that', [], NOW - 63_000, false],
    ['of the last seconds, when the clock is known', [NOW - 5], NOW - 1_500, true],
    ['not of those before', [NOW - 5], NOW - 2_100, false],
    ['of the future', [NOW - 5], NOW + 5_000, true],
    ['even where others come from the future', [NOW + 1_000_000], NOW - 61_000, true],
  ])('%s', (_, seen, time, racy) => {
    const recency = new Recency()
    for (const ctime of seen) recency.isRacy({ mtime: 0, ctime }, NOW)
    expect(recency.isRacy({ mtime: 0, ctime: time }, NOW)).toBe(racy)
  })

  it('whose modification is young, but not when it is set to a far year', () => {
    const recency = new Recency()
    expect(recency.isRacy({ mtime: NOW, ctime: 0 }, NOW)).toBe(true)
    expect(recency.isRacy({ mtime: NOW * 2, ctime: 0 }, NOW)).toBe(false)
  })
})
