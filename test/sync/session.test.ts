import { describe, expect, it } from 'vitest'
import { type ErrorCode, RowtreeError } from '../../src/errors.ts'
import type { CycleReport, Deeds } from '../../src/sync/news.ts'
import type { CycleRequest, WatchSettings } from '../../src/sync/session.ts'
import type { Deed } from '../../src/sync/tally.ts'
import { startSession } from '../../src/sync/watch.ts'
import type { WatcherListener } from '../../src/sync/watcher.ts'
import type { Problem, Summary } from '../../src/types.ts'
import type { WatchEvent, WatchSession } from '../../src/watch.ts'
import { manualClock, type ManualClock } from '../support/manual-clock.ts'

const SETTINGS: WatchSettings = {
  oneWay: undefined,
  settle: 100,
  maxBatch: 500,
  rescan: 60_000,
  poll: 2_000,
  root: '/tree',
  rules: '.rowtreeignore',
  disguised: (path) => path.endsWith('~'),
}

const QUIET: Summary = {
  exported: 0, imported: 0, adopted: 0, unchanged: 0, removed: 0, deleted: 0, pending: 0, bytes: 0, seconds: 0.01, rowsPerSecond: 0,
  conflicts: [], holds: [], problems: [], deletions: [], untracked: [],
}

type Request = Omit<CycleRequest, 'onDeed' | 'giveUp' | 'rows'>
type Answer = CycleReport & { readonly deeds: Deeds }

/** What cycles and the surroundings of a session are made to do. */
class Stage {
  readonly clock: ManualClock = manualClock()
  readonly cycles: Request[] = []
  readonly events: WatchEvent[] = []
  readonly tracked: string[] = []
  readonly hooked: string[][] = []
  readonly session: WatchSession
  readonly ended: Promise<unknown>
  listener: WatcherListener | undefined
  watchers = 0
  token = '1'
  /** Who listens to the store. */
  readonly listeners = new Set<() => void>()
  /** Paths that are not gone although they are not there. */
  readonly away = new Set<string>()
  /** What a rescan waits for. */
  look: (() => Promise<void>) | undefined
  /** What a rescan finds. */
  lost: string[] = []
  /** When files changed by their own account; all others did long ago. */
  readonly changes = new Map<string, number | undefined>()
  giveUp: AbortSignal | undefined
  rows: string[] = []
  /** What the next cycle does before it answers. */
  broken: ((onDeed: CycleRequest['onDeed']) => void) | undefined
  /** What the next cycles answer; by default each path that they are about is imported. */
  answers: ((request: Request) => Answer | Promise<Answer>)[] = []

  constructor(settings: Partial<WatchSettings> = {}, tells = false) {
    this.session = startSession({
      clock: this.clock,
      onEnd: () => {},
      token: async () => this.token,
      listen: async (onChange) => {
        if (!tells) return undefined
        this.listeners.add(onChange)
        return async () => void this.listeners.delete(onChange)
      },
      ageOf: (path) => {
        const change = this.changes.has(path) ? this.changes.get(path) : -1e9
        return change === undefined ? undefined : this.clock.now() - change
      },
      hook: () => ({ run: (paths) => void this.hooked.push([...paths]), close: async () => {} }),
      watcher: async (listener) => {
        this.listener = listener
        this.watchers++
        return {
          start: async () => ({ files: 3 }),
          rescan: async () => {
            await this.look?.()
            return { paths: this.lost.splice(0), files: 3 }
          },
          confirm: async (paths) => paths.filter((path) => !this.away.has(path)),
          track: (paths) => void this.tracked.push(...paths),
          close: async () => {},
        }
      },
      cycle: async ({ onDeed, giveUp, rows, ...request }) => {
        this.giveUp = giveUp
        this.rows = [...(rows ?? [])]
        this.cycles.push(request)
        this.broken?.(onDeed)
        this.broken = undefined
        const answer = this.answers.shift() ?? (({ paths = [] }) => report({ imported: paths }))
        const { deeds, ...found } = await answer(request)
        for (const [deed, paths] of Object.entries(deeds)) for (const path of paths) onDeed(deed as Deed, path)
        return found
      },
    }, { ...SETTINGS, ...settings })
    this.ended = this.#read()
  }

  async #read(): Promise<unknown> {
    try {
      for await (const event of this.session) this.events.push(event)
    } catch (error) {
      return error
    }
    return undefined
  }

  /** Events since the last call, without their times. */
  news(): object[] {
    return this.events.splice(0).map((event) => Object.fromEntries(Object.entries(event).filter(([name]) => name !== 'time')))
  }

  /** Somebody else changes the store, which tells so. */
  change(token: string): void {
    this.token = token
    for (const listener of this.listeners) listener()
  }

  /** The paths of the cycles since the last call. */
  looked(): (readonly string[] | undefined)[] {
    return this.cycles.splice(0).map(({ paths }) => paths)
  }
}

function report(deeds: Partial<Deeds>, summary: Partial<Summary> = {}, versions: Readonly<Record<string, string>> = {}): Answer {
  return { summary: { ...QUIET, ...summary }, versions: new Map(Object.entries(versions)), deeds: { exported: [], imported: [], removed: [], deleted: [], ...deeds } }
}

function failing(code: ErrorCode): () => never {
  return () => {
    throw new RowtreeError(code, `Cannot go on: ${code}`, { path: '/store' })
  }
}

async function begun(settings: Partial<WatchSettings> = {}, tells = false): Promise<Stage> {
  const stage = new Stage(settings, tells)
  await stage.clock.pass(0)
  stage.news()
  stage.looked()
  return stage
}

describe('a session begins', () => {
  it.each([
    [undefined, 'sync', 1],
    ['tree', 'import', 1],
    ['store', 'export', 0],
  ] as const)('with a look at everything (one way: %s)', async (oneWay, direction, watchers) => {
    const stage = new Stage({ oneWay })
    stage.answers.push(() => report({ imported: ['b', 'a'] }))
    await stage.clock.pass(0)
    expect(stage.cycles.map((request) => [request.direction, request.paths])).toEqual([[direction, undefined]])
    expect(stage.watchers).toBe(watchers)
    expect(stage.news()).toEqual([{ event: 'imported', paths: ['a', 'b'], seconds: 0.01 }, { event: 'ready', files: watchers * 3 }])
  })

  it('as soon as it can', async () => {
    const stage = new Stage()
    stage.answers.push(failing('locked'), failing('locked'))
    await stage.clock.pass(0)
    expect(stage.news()).toEqual([{ event: 'problem', path: '/store', code: 'locked', message: 'Cannot go on: locked' }])
    await stage.clock.pass(750)
    expect(stage.news()).toEqual([
      { event: 'ready', files: 3 },
      { event: 'recovered', path: '/store', code: 'locked', message: 'This is over: Cannot go on: locked' },
    ])
  })
})

describe('a save', () => {
  it('is taken when its path is quiet, in a cycle about that path alone', async () => {
    const stage = await begun()
    stage.listener!.dirty(['a'])
    await stage.clock.pass(50)
    stage.listener!.dirty(['a'])
    await stage.clock.pass(99)
    expect(stage.looked()).toEqual([])
    await stage.clock.pass(1)
    expect(stage.cycles).toEqual([{ direction: 'sync', paths: ['a'] }])
    expect(stage.news()).toEqual([{ event: 'imported', paths: ['a'], seconds: 0.01 }])
  })

  it.each([
    [undefined, 'sync'],
    ['tree', 'import'],
  ] as const)('is taken in no direction that nobody asked for (one way: %s)', async (oneWay, direction) => {
    const stage = await begun({ oneWay })
    stage.listener!.dirty(['a'])
    await stage.clock.pass(100)
    expect(stage.cycles).toEqual([{ direction, paths: ['a'] }])
  })

  it('during a cycle is taken by the next one', async () => {
    const stage = await begun()
    const gate = Promise.withResolvers<Answer>()
    stage.answers.push(() => gate.promise)
    stage.listener!.dirty(['a'])
    await stage.clock.pass(100)
    stage.listener!.dirty(['a', 'b'])
    await stage.clock.pass(500)
    expect(stage.looked()).toEqual([['a']])
    gate.resolve(report({ imported: ['a'] }))
    await stage.clock.pass(0)
    expect(stage.looked()).toEqual([['a', 'b']])
  })

  it('that no event told of is waited for: the file is not what it was', async () => {
    const stage = await begun()
    stage.listener!.dirty(['a'])
    await stage.clock.pass(90)
    stage.changes.set('a', 90)
    await stage.clock.pass(100)
    expect(stage.looked()).toEqual([])
    await stage.clock.pass(100)
    expect(stage.looked()).toEqual([['a']])
  })

  it('of a file from the future is taken like any other', async () => {
    const stage = await begun()
    stage.changes.set('a', 1e9)
    stage.listener!.dirty(['a'])
    await stage.clock.pass(100)
    expect(stage.looked()).toEqual([['a']])
  })

  it('comes in batches of the largest size', async () => {
    const stage = await begun({ maxBatch: 2 })
    stage.listener!.dirty(['a', 'b', 'c'])
    await stage.clock.pass(100)
    expect(stage.looked()).toEqual([['a', 'b'], ['c']])
  })

  it('that changed amid its cycle is looked at again, and is no news', async () => {
    const stage = await begun()
    const problem: Problem = { path: 'a', code: 'changed-meanwhile', message: 'a changed while it was imported; run it again' }
    stage.answers.push(() => report({}, { conflicts: [problem] }))
    stage.listener!.dirty(['a'])
    await stage.clock.pass(200)
    expect(stage.looked()).toEqual([['a'], ['a']])
    expect(stage.news()).toEqual([{ event: 'imported', paths: ['a'], seconds: 0.01 }])
  })

  it('runs the hook with what was imported and deleted, not with what was exported', async () => {
    const stage = await begun()
    stage.answers.push(() => report({ imported: ['a'], deleted: ['b'], exported: ['c', 'd~'] }))
    stage.listener!.dirty(['a', 'b', 'c'])
    await stage.clock.pass(100)
    expect(stage.hooked).toEqual([['a', 'b']])
    expect(stage.tracked).toEqual(['d~'])
  })
})

describe('files that vanish', () => {
  it('are looked at together when nothing more vanishes', async () => {
    const stage = await begun({ maxBatch: 1 })
    for (const path of ['a', 'b', 'c']) stage.changes.set(path, undefined)
    stage.listener!.dirty(['a', 'b'])
    await stage.clock.pass(900)
    stage.listener!.dirty(['c'])
    await stage.clock.pass(1_099)
    expect(stage.looked()).toEqual([])
    await stage.clock.pass(1)
    expect(stage.looked()).toEqual([['a', 'b', 'c']])
  })

  it.each<[name: string, before: string[], lost: string[]]>([
    ['all of them', ['a', 'b'], ['c']],
    ['some of them', ['a'], ['b', 'c']],
    ['none of them', [], ['a', 'b', 'c']],
  ])('are gathered for their second although somebody is in a hurry, who waits for them (%s are known)', async (_, before, lost) => {
    const stage = await begun({ maxBatch: 1 })
    for (const path of ['a', 'b']) stage.changes.set(path, undefined)
    stage.listener!.dirty(before)
    await stage.clock.pass(100)
    stage.lost = lost
    let flushed = false
    const done = stage.session.flush().then(() => (flushed = true))
    await stage.clock.pass(999)
    expect([stage.looked(), flushed]).toEqual([[['c']], false])
    await stage.clock.pass(1)
    expect([stage.looked(), flushed]).toEqual([[['a', 'b']], true])
    await done
  })

  it('after somebody was in a hurry are not waited for by them', async () => {
    const stage = await begun()
    const gate = Promise.withResolvers<Answer>()
    stage.answers.push(() => gate.promise)
    stage.listener!.dirty(['a'])
    const done = stage.session.flush()
    await stage.clock.pass(0)
    stage.changes.set('b', undefined)
    stage.listener!.dirty(['b'])
    await stage.clock.pass(100)
    gate.resolve(report({ imported: ['a'] }))
    await done
    expect(stage.looked()).toEqual([['a']])
  })

  it('with the filesystem that they are on are not gone', async () => {
    const stage = await begun()
    for (const path of ['a', 'b']) stage.changes.set(path, undefined)
    stage.away.add('a')
    stage.listener!.dirty(['a', 'b'])
    await stage.clock.pass(2_000)
    expect(stage.looked()).toEqual([['b']])
  })

  it('and come back are changes like any other', async () => {
    const stage = await begun()
    stage.changes.set('a', undefined)
    stage.listener!.dirty(['a'])
    await stage.clock.pass(50)
    stage.changes.delete('a')
    stage.listener!.dirty(['a'])
    await stage.clock.pass(100)
    expect(stage.looked()).toEqual([['a']])
  })
})

describe('the store', () => {
  it('is read when its token has moved, and not before', async () => {
    const stage = await begun()
    await stage.clock.pass(4_000)
    expect(stage.cycles).toEqual([])
    stage.token = '2'
    stage.answers.push(() => report({ exported: ['a'] }))
    await stage.clock.pass(10_000)
    expect(stage.cycles.map(({ direction, paths }) => [direction, paths])).toEqual([['export', undefined]])
    expect(stage.news()).toEqual([{ event: 'exported', paths: ['a'], seconds: 0.01 }])
  })

  it('is read again when that failed', async () => {
    const stage = await begun()
    stage.token = '2'
    stage.answers.push(failing('store-locked'))
    await stage.clock.pass(2_000)
    expect(stage.cycles).toHaveLength(1)
    await stage.clock.pass(2_000)
    expect(stage.cycles).toHaveLength(2)
    expect(stage.news()).toMatchObject([{ event: 'problem', code: 'store-locked' }, { event: 'recovered' }])
  })

  it('that moves while it is read is read again', async () => {
    const stage = await begun()
    stage.token = '2'
    stage.answers.push(() => {
      stage.token = '3'
      return report({})
    })
    await stage.clock.pass(4_000)
    expect(stage.cycles).toHaveLength(2)
  })

  it('whose changes meet edits is compared with them again where the files are quiet, and only then that is told', async () => {
    const stage = await begun()
    stage.token = '2'
    stage.answers.push(bothChanged, bothChanged)
    await stage.clock.pass(2_000)
    expect(stage.news()).toEqual([])
    await stage.clock.pass(100)
    expect(stage.cycles.map(({ direction, paths }) => [direction, paths])).toEqual([['export', undefined], ['sync', ['a']]])
    expect(stage.rows).toEqual(['a'])
    expect(stage.news()).toMatchObject([{ event: 'conflict', path: 'a' }])
  })

  it('whose change settles what waits for a person has its path looked at', async () => {
    const stage = await begun()
    stage.answers.push(() => report({}, { conflicts: [conflict('a', 'both changed')], problems: [{ path: 'b', code: 'row-refused', message: 'refused' }] }))
    stage.listener!.dirty(['a', 'b'])
    await stage.clock.pass(100)
    stage.looked()
    stage.token = '2'
    stage.answers.push(() => report({}))
    await stage.clock.pass(2_100)
    expect(stage.looked()).toEqual([undefined, ['a', 'b']])
    expect(stage.news()).toMatchObject([{ event: 'problem' }, { event: 'conflict' }, { event: 'imported', paths: ['a', 'b'] }])
  })

  it('alone is asked in one direction: what moves amid an export is exported by the next poll', async () => {
    const stage = await begun({ oneWay: 'store' })
    stage.token = '2'
    stage.answers.push(() => report({}, { conflicts: [{ path: 'a', code: 'changed-meanwhile', message: 'a changed' }] }), () => report({ exported: ['a'] }))
    await stage.clock.pass(10_000)
    expect(stage.cycles.map(({ direction, paths }) => [direction, paths])).toEqual([['export', undefined], ['export', undefined]])
    expect(stage.news()).toMatchObject([{ event: 'exported', paths: ['a'] }])
  })
})

describe('a store that tells of its changes', () => {
  const HOUR = 3_600_000

  it('is read at once, and asked now and then all the same', async () => {
    const stage = await begun({ poll: HOUR }, true)
    stage.answers.push(() => report({ exported: ['a'] }))
    stage.change('2')
    await stage.clock.pass(0)
    expect(stage.cycles.splice(0).map(({ direction, paths }) => [direction, paths])).toEqual([['export', undefined]])
    expect(stage.news()).toMatchObject([{ event: 'exported', paths: ['a'] }])
    stage.token = '3'
    await stage.clock.pass(HOUR - 1)
    expect(stage.cycles).toHaveLength(0)
    await stage.clock.pass(1)
    expect(stage.cycles).toHaveLength(1)
  })

  it('and tells without a change is not read', async () => {
    const stage = await begun({ poll: HOUR }, true)
    stage.change('1')
    await stage.clock.pass(1_000)
    expect(stage.cycles).toEqual([])
  })

  it('again and again is read once in a settle time', async () => {
    const stage = await begun({ poll: HOUR }, true)
    for (const token of ['2', '3', '4']) stage.change(token)
    await stage.clock.pass(0)
    expect(stage.cycles).toHaveLength(1)
    for (const token of ['5', '6']) stage.change(token)
    await stage.clock.pass(99)
    expect(stage.cycles).toHaveLength(1)
    await stage.clock.pass(1)
    expect(stage.cycles).toHaveLength(2)
    await stage.clock.pass(1_000)
    expect(stage.cycles).toHaveLength(2)
  })

  it('is polled no later for that', async () => {
    const stage = await begun({ poll: 100, settle: 60_000 }, true)
    stage.change('2')
    await stage.clock.pass(0)
    stage.change('3')
    await stage.clock.pass(100)
    expect(stage.cycles).toHaveLength(2)
  })

  it('amid a cycle is read after it', async () => {
    const stage = await begun({ poll: HOUR }, true)
    stage.answers.push(() => {
      stage.change('3')
      return report({})
    })
    stage.change('2')
    await stage.clock.pass(100)
    expect(stage.cycles).toHaveLength(2)
  })

  it('while the first look at everything goes on is read after it', async () => {
    const stage = new Stage({ poll: HOUR }, true)
    stage.answers.push(() => {
      stage.change('2')
      return report({})
    })
    await stage.clock.pass(0)
    expect(stage.cycles).toHaveLength(2)
  })

  it('once is read again when that failed, long before the next poll', async () => {
    const stage = await begun({ poll: HOUR }, true)
    stage.answers.push(failing('store-unreachable'))
    stage.change('2')
    await stage.clock.pass(1_000)
    expect(stage.cycles).toHaveLength(2)
    expect(stage.news()).toMatchObject([{ event: 'problem', code: 'store-unreachable' }, { event: 'recovered' }])
  })

  it('alone: what moves amid an export is exported soon', async () => {
    const stage = await begun({ poll: HOUR, oneWay: 'store' }, true)
    stage.answers.push(() => report({}, { conflicts: [{ path: 'a', code: 'changed-meanwhile', message: 'a changed' }] }))
    stage.change('2')
    await stage.clock.pass(100)
    expect(stage.cycles).toHaveLength(2)
  })

  it('is not listened to where it is not asked either', async () => {
    const stage = await begun({ poll: Number.POSITIVE_INFINITY }, true)
    expect(stage.listeners.size).toBe(0)
  })

  it('is listened to once, as long as the session runs', async () => {
    const stage = await begun({}, true)
    stage.listener!.replaced('watcher-died')
    await stage.clock.pass(0)
    expect([stage.watchers, stage.listeners.size]).toEqual([1, 1])
    await stage.session.stop()
    expect(stage.listeners.size).toBe(0)
  })
})

function bothChanged(): Answer {
  return report({}, { conflicts: [conflict('a', 'both changed')] })
}

function refused(): Answer {
  return report({}, { problems: [{ path: 'b', code: 'row-refused', message: 'refused' }] })
}

function conflict(path: string, message: string): Problem {
  return { path, code: 'changed-on-both-sides', message }
}

describe('what waits for a person', () => {
  it('is told once, and again when it has been settled in between', async () => {
    const stage = await begun()
    const found = (): Answer => report({}, { conflicts: [conflict('a', 'both changed')], holds: [{ path: 'b', code: 'file-emptied', message: 'empty' }] })
    const save = async (): Promise<object[]> => {
      stage.listener!.dirty(['a', 'b'])
      await stage.clock.pass(100)
      return stage.news()
    }
    stage.answers.push(found, found)
    expect(await save()).toEqual([
      { event: 'conflict', ...conflict('a', 'both changed') },
      { event: 'held', path: 'b', code: 'file-emptied', message: 'empty' },
    ])
    expect(await save()).toEqual([])
    expect(await save()).toEqual([{ event: 'imported', paths: ['a', 'b'], seconds: 0.01 }])
    stage.answers.push(found)
    expect(await save()).toHaveLength(2)
  })

  it('is told again when a side has changed since', async () => {
    const stage = await begun()
    for (const versions of ['1 2', '1 2', '1 3']) stage.answers.push(() => report({}, { conflicts: [conflict('a', 'both changed')] }, { a: versions }))
    for (let saves = 0; saves < 3; saves++) {
      stage.listener!.dirty(['a'])
      await stage.clock.pass(100)
    }
    expect(stage.news()).toMatchObject([{ event: 'conflict' }, { event: 'conflict' }])
  })

  it('is not found to be over by an export, if it lies in a file', async () => {
    const stage = await begun()
    stage.answers.push(refused, () => report({}), refused)
    stage.listener!.dirty(['b'])
    await stage.clock.pass(100)
    stage.token = '2'
    await stage.clock.pass(2_100)
    expect(stage.looked()).toEqual([['b'], undefined, ['b']])
    expect(stage.news()).toHaveLength(1)
  })

  it('in another row is over when a look at everything does not find it any more', async () => {
    const stage = await begun()
    const clash = { path: 'x', code: 'path-collision', message: 'x clashes' } as const
    const found = (): Answer => report({}, { problems: [clash] })
    stage.answers.push(found, () => report({}), found, () => report({}), () => report({}), found, () => report({}))
    for (stage.token = '2'; stage.token < '6'; stage.token = String(Number(stage.token) + 1)) await stage.clock.pass(2_500)
    expect(stage.news()).toEqual([{ event: 'problem', ...clash }, { event: 'problem', ...clash }])
  })

  it('is not forgotten by a cycle that looks elsewhere, or only at the store', async () => {
    const stage = await begun()
    const held = { path: 'b', code: 'file-emptied', message: 'empty' } as const
    const found = (): Answer => report({}, { holds: [held] })
    stage.answers.push(found, () => report({}), () => report({}), found, found)
    stage.listener!.dirty(['b'])
    await stage.clock.pass(100)
    expect(stage.news()).toHaveLength(1)
    stage.listener!.dirty(['a'])
    await stage.clock.pass(100)
    stage.token = '2'
    await stage.clock.pass(2_000)
    stage.listener!.dirty(['b'])
    await stage.clock.pass(100)
    expect(stage.looked()).toEqual([['b'], ['a'], undefined, ['b'], ['b']])
    expect(stage.news()).toEqual([])
  })
})

describe('all files are looked at again', () => {
  it('by the clock', async () => {
    const stage = await begun({ poll: Number.POSITIVE_INFINITY })
    stage.lost = ['a']
    await stage.clock.pass(60_100)
    expect(stage.news()).toEqual([{ event: 'rescan', reason: 'timer', found: 1 }, { event: 'imported', paths: ['a'], seconds: 0.01 }])
  })

  it('after a burst, when it is over', async () => {
    const stage = await begun()
    stage.lost = ['z']
    stage.listener!.dirty(['a'], 'burst')
    await stage.clock.pass(200)
    stage.listener!.dirty([], 'burst')
    await stage.clock.pass(299)
    expect(stage.news()).toHaveLength(1)
    await stage.clock.pass(1)
    expect(stage.news()).toEqual([{ event: 'rescan', reason: 'burst', found: 1 }])
    await stage.clock.pass(100)
    expect(stage.looked()).toEqual([['a'], ['z']])
  })

  it('by a whole cycle after the watcher was replaced', async () => {
    const stage = await begun()
    stage.listener!.replaced('it died')
    await stage.clock.pass(0)
    expect(stage.looked()).toEqual([undefined])
    expect(stage.news()).toEqual([{ event: 'rescan', reason: 'watcher-replaced', found: 0 }])
  })

  it('by a whole cycle after the rules changed, with a watcher that knows them', async () => {
    const stage = await begun()
    stage.listener!.dirty(['.rowtreeignore', 'a'])
    await stage.clock.pass(100)
    expect(stage.watchers).toBe(2)
    expect(stage.looked()).toEqual([['a'], undefined])
    expect(stage.news()).toContainEqual({ event: 'rescan', reason: 'rules-changed', found: 0 })
  })
})

describe('while the root is gone', () => {
  it('nothing is done, and afterwards everything is looked at', async () => {
    const stage = await begun()
    stage.listener!.dirty(['a'])
    stage.listener!.root('gone')
    stage.token = '2'
    await stage.clock.pass(200_000)
    expect(stage.looked()).toEqual([])
    expect(stage.news()).toMatchObject([{ event: 'problem', code: 'tree-missing', path: '/tree' }])
    await expect(stage.session.flush()).rejects.toMatchObject({ code: 'tree-missing' })
    stage.listener!.root('same')
    stage.lost = ['b']
    await stage.clock.pass(500)
    expect(stage.news()).toMatchObject([
      { event: 'recovered', code: 'tree-missing' },
      { event: 'imported', paths: ['a'] },
      { event: 'rescan', reason: 'root-returned', found: 1 },
      { event: 'imported', paths: ['b'] },
    ])
  })
})

describe('when the store fails', () => {
  it('waits longer each time, says so once, and goes on where it was', async () => {
    const stage = await begun({ poll: Number.POSITIVE_INFINITY })
    stage.answers.push(failing('store-missing'), failing('store-missing'), failing('store-missing'))
    stage.listener!.dirty(['a'])
    await stage.clock.pass(100)
    stage.listener!.dirty(['b'])
    await stage.clock.pass(249)
    expect(stage.looked()).toEqual([['a']])
    await stage.clock.pass(1)
    expect(stage.looked()).toEqual([['a', 'b']])
    await stage.clock.pass(500)
    expect(stage.looked()).toEqual([['a', 'b']])
    await stage.clock.pass(1_000)
    expect(stage.looked()).toEqual([['a', 'b']])
    expect(stage.news()).toMatchObject([{ event: 'problem', code: 'store-missing' }, { event: 'imported', paths: ['a', 'b'] }, { event: 'recovered', code: 'store-missing' }])
  })

  it('waits out what the system reports where nobody expected it', async () => {
    const stage = await begun()
    stage.answers.push(() => {
      throw Object.assign(new Error('ENOENT: no such file or directory'), { code: 'ENOENT' })
    })
    stage.listener!.dirty(['a'])
    await stage.clock.pass(350)
    expect(stage.news()).toMatchObject([{ event: 'problem', code: 'io-error', errno: 'ENOENT' }, { event: 'imported', paths: ['a'] }, { event: 'recovered' }])
  })

  it('keeps nobody from what does not need it', async () => {
    const stage = await begun()
    stage.token = '2'
    stage.answers.push(...Array.from({ length: 3 }, () => failing('disk-full')))
    await stage.clock.pass(2_000)
    stage.listener!.dirty(['a'])
    stage.answers.unshift(() => report({ imported: ['a'] }))
    await stage.clock.pass(100)
    expect(stage.news()).toMatchObject([{ event: 'problem', code: 'disk-full' }, { event: 'imported', paths: ['a'] }])
    await stage.clock.pass(60_000)
    expect(stage.news().filter((news) => 'code' in news)).toMatchObject([{ event: 'recovered', code: 'disk-full' }])
  })

  it('tells what a cycle did before it failed, and runs the hook', async () => {
    const stage = await begun()
    const gate = Promise.withResolvers<Answer>()
    stage.broken = (onDeed) => onDeed('imported', 'a')
    stage.answers.push(() => gate.promise)
    stage.listener!.dirty(['a', 'b'])
    await stage.clock.pass(100)
    gate.reject(new RowtreeError('store-locked', 'Cannot go on'))
    await stage.clock.pass(0)
    expect(stage.news()).toMatchObject([{ event: 'imported', paths: ['a'] }, { event: 'problem', code: 'store-locked' }])
    expect(stage.hooked).toEqual([['a']])
  })

  it('ends with an error that is not going to pass', async () => {
    const stage = await begun()
    stage.answers.push(failing('baseline-newer'))
    stage.listener!.dirty(['a'])
    await stage.clock.pass(100)
    expect(await stage.ended).toMatchObject({ code: 'baseline-newer' })
    await stage.session.stop()
  })
})

describe('flush', () => {
  it('takes what waits and what no event told of, without waiting for quiet', async () => {
    const stage = await begun()
    stage.listener!.dirty(['a'])
    stage.lost = ['b']
    await stage.session.flush()
    expect(stage.looked()).toEqual([['a', 'b']])
  })

  it('resolves after the batch in flight, too', async () => {
    const stage = await begun()
    const gate = Promise.withResolvers<Answer>()
    stage.answers.push(() => gate.promise)
    stage.listener!.dirty(['a'])
    await stage.clock.pass(100)
    let flushed = false
    const done = stage.session.flush().then(() => (flushed = true))
    await stage.clock.pass(1_000)
    expect(flushed).toBe(false)
    gate.resolve(report({ imported: ['a'] }))
    await done
  })

  it('waits for the beginning', async () => {
    const stage = new Stage()
    const gate = Promise.withResolvers<Answer>()
    stage.answers.push(() => gate.promise)
    let flushed = false
    const done = stage.session.flush().then(() => (flushed = true))
    await stage.clock.pass(1_000)
    expect(flushed).toBe(false)
    gate.resolve(report({}))
    await done
  })

  it('waits for what moved amid its cycle', async () => {
    const stage = await begun()
    stage.answers.push(() => report({}, { conflicts: [{ path: 'a', code: 'changed-meanwhile', message: 'a changed' }] }))
    stage.lost = ['a']
    await stage.session.flush()
    expect(stage.looked()).toEqual([['a'], ['a']])
  })

  it('looks at what waits for a person once more', async () => {
    const stage = await begun()
    stage.answers.push(() => report({}, { conflicts: [conflict('a', 'both changed')] }))
    stage.listener!.dirty(['a'])
    await stage.clock.pass(100)
    await stage.session.flush()
    expect(stage.looked()).toEqual([['a'], ['a']])
  })

  it('rejects when the root vanishes while it waits', async () => {
    const stage = await begun()
    stage.answers.push(() => new Promise(() => {}))
    stage.lost = ['a']
    const flushed = stage.session.flush()
    flushed.catch(() => {})
    await stage.clock.pass(0)
    stage.listener!.root('gone')
    await expect(flushed).rejects.toMatchObject({ code: 'tree-missing' })
  })

  it('rejects when the root vanishes while it looks', async () => {
    const stage = await begun()
    const gate = Promise.withResolvers<void>()
    stage.look = () => gate.promise
    const flushed = stage.session.flush()
    stage.listener!.root('gone')
    gate.resolve()
    await expect(flushed).rejects.toMatchObject({ code: 'tree-missing' })
  })

  it('rejects with what kept the session from it', async () => {
    const stage = await begun()
    stage.answers.push(failing('store-missing'))
    stage.lost = ['a']
    await expect(stage.session.flush()).rejects.toMatchObject({ code: 'store-missing' })
  })

  it('rejects when the session stops, and after it', async () => {
    const stage = await begun()
    stage.answers.push(() => new Promise(() => {}))
    stage.lost = ['a']
    const flushed = stage.session.flush()
    flushed.catch(() => {})
    await stage.clock.pass(0)
    void stage.session.stop()
    const idle = await begun()
    await idle.session.stop()
    await expect(idle.session.flush()).rejects.toMatchObject({ code: 'cancelled' })
  })
})

describe('stop', () => {
  it('finishes the batch in flight and begins no other', async () => {
    const stage = await begun({ maxBatch: 1 })
    const gate = Promise.withResolvers<Answer>()
    stage.answers.push(() => gate.promise)
    stage.listener!.dirty(['a', 'b'])
    await stage.clock.pass(100)
    let stopped = false
    const done = stage.session.stop().then(() => (stopped = true))
    await stage.clock.pass(1_000)
    expect(stopped).toBe(false)
    gate.resolve(report({ imported: ['a'] }))
    await done
    expect(await stage.ended).toBeUndefined()
    expect(stage.news()).toMatchObject([{ event: 'imported', paths: ['a'] }, { event: 'stopped' }])
    expect(stage.looked()).toEqual([['a']])
  })

  it('gives up what only waits for another cycle', async () => {
    const stage = await begun()
    stage.answers.push(() => new Promise((_, reject) => stage.giveUp!.addEventListener('abort', () => reject(new RowtreeError('cancelled', 'Cannot start')))))
    stage.listener!.dirty(['a'])
    await stage.clock.pass(100)
    await stage.session.stop()
    await stage.ended
    expect(stage.news()).toEqual([{ event: 'stopped' }])
  })

  it('cuts a look at everything short', async () => {
    const stage = new Stage()
    stage.answers.push(({ signal }) => new Promise((_, reject) => signal!.addEventListener('abort', () => reject(new RowtreeError('cancelled', 'Cannot finish')))))
    await stage.clock.pass(0)
    await stage.session.stop()
    await stage.ended
    expect(stage.news()).toEqual([{ event: 'stopped' }])
  })

  it('may be asked for twice, and before anything began', async () => {
    const stage = new Stage()
    await Promise.all([stage.session.stop(), stage.session.stop()])
    expect(await stage.ended).toBeUndefined()
  })
})
