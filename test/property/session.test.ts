import * as fc from 'fast-check'
import { guardDeletions } from '../../src/core/deletions.ts'
import { DEFAULT_GUARDS } from '../../src/core/guards.ts'
import { Lately } from '../../src/core/lately.ts'
import { Pending } from '../../src/sync/pending.ts'
import { amount, method } from '../support/method.ts'
import { search } from './sequences.ts'

const [SETTLE, LONGEST, MINUTE] = [100, 1_000, 60_000]
const pause = fc.oneof({ weight: 4, arbitrary: fc.nat(150) }, { weight: 2, arbitrary: fc.nat(1_500) }, { weight: 1, arbitrary: fc.integer({ min: MINUTE - 1_000, max: 2 * MINUTE }) })

/** Something that happens to a watched path after a pause, or a look at what is due. */
interface Moment {
  readonly pause: number
  readonly what: 'saved' | 'deleted' | 'look' | 'fail' | 'hurry'
  readonly path: string
  /** By how much the file's own clock is ahead. */
  readonly skew: number
}

const moment: fc.Arbitrary<Moment> = fc.record({
  pause,
  what: fc.constantFrom('saved', 'saved', 'saved', 'deleted', 'look', 'look', 'look', 'fail', 'hurry'),
  path: fc.constantFrom('a', 'b', 'c', 'd'),
  skew: fc.constantFrom(0, 0, 0, 50, -50, 3_600_000, -3_600_000),
})

method('Saves in any rhythm while clocks jump: the last one of a file is always taken', undefined, async (trials) => {
  const { failure, replay } = await search('saves in any rhythm', fc.array(moment, { maxLength: 40, size: 'max' }), amount(2_000, 20_000), (moments) => {
    watch(moments)
    trials.add()
    return Promise.resolve()
  })
  if (failure) trials.add(`${String(failure.error)}\nafter:\n${failure.value.map((one) => `  ${JSON.stringify(one)}`).join('\n')}\nreplay with ${replay}`)
})

/** Lets it all happen, and looks until nothing waits any more. */
function watch(moments: readonly Moment[]): void {
  let now = 1_000_000
  const changed = new Map<string, number | undefined>()
  const pending = new Pending({ settle: SETTLE, maxBatch: 3, ageOf: (path) => (changed.get(path) === undefined ? undefined : now - changed.get(path)!) })
  /** When each path that was not taken since changed first and last. */
  const waiting = new Map<string, { readonly first: number; readonly last: number }>()
  let hurried = false
  const look = (fails: boolean): void => {
    const batch = pending.take(now)
    for (const path of batch?.paths ?? []) {
      const since = waiting.get(path)
      // One look more than needed harms nobody: a file that was deleted and saved again is looked at twice.
      if (since && !hurried && now - since.last < SETTLE && now - since.first < LONGEST) throw new Error(`${path} was taken ${now - since.last} ms after a save`)
      if (!fails) waiting.delete(path)
      // What is put back waits from then on, although nothing new happened to it.
      else waiting.set(path, { first: Math.min(since?.first ?? now, now - SETTLE), last: since?.last ?? now - SETTLE })
    }
    if (batch && fails) pending.putBack(batch, now)
  }
  for (const { pause: time, what, path, skew } of moments) {
    now += time
    if (what === 'look' || what === 'fail') look(what === 'fail')
    else if (what === 'hurry') {
      pending.hurry()
      hurried = true
    } else {
      changed.set(path, what === 'saved' ? now + skew : undefined)
      pending.touch([path], now)
      waiting.set(path, { first: waiting.get(path)?.first ?? now, last: now })
    }
  }
  // A session asks when something is going to be due, and looks then. Whoever says nothing is due forgets.
  for (let looks = 0; looks < 1_000; looks++) {
    const next = pending.next()
    if (next === undefined) break
    now = Math.max(now + 1, next)
    look(false)
  }
  if (waiting.size > 0) throw new Error(`${[...waiting.keys()].join(', ')} was never taken`)
}

/** Files that are deleted together, and when a cycle looks at it. */
interface Step {
  readonly pause: number
  readonly deleted: number
  readonly restored: number
}

const step: fc.Arbitrary<Step> = fc.record({ pause: fc.oneof(fc.nat(5_000), fc.nat(2 * MINUTE)), deleted: fc.nat(3), restored: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(2)) })

method('Deletions in small steps: within a minute no more rows go than at once', undefined, async (trials) => {
  const steps = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.array(step, { maxLength: 30, size: 'max' }))
  const { failure, replay } = await search('deletions in small steps', steps, amount(2_000, 20_000), ([files, all]) => {
    remove(files, all)
    trials.add()
    return Promise.resolve()
  })
  if (failure) trials.add(`${String(failure.error)}\nafter:\n  ${JSON.stringify(failure.value)}\nreplay with ${replay}`)
})

function remove(files: number, steps: readonly Step[]): void {
  const lately = new Lately()
  const rows = new Set(Array.from({ length: files }, (_, index) => `${index}`))
  const tree = new Set(rows)
  /** When rows went, and how many there were. */
  const gone: { readonly at: number; readonly path: string; readonly of: number }[] = []
  let now = 0
  for (const { pause: time, deleted, restored } of steps) {
    now += time
    for (const path of [...tree].slice(0, deleted)) tree.delete(path)
    for (const path of [...rows].filter((one) => !tree.has(one)).slice(0, restored)) {
      tree.add(path)
      lately.regain(path)
    }
    const before = rows.size
    const missing = [...rows].filter((path) => !tree.has(path))
    const recent = lately.at(now).tree.get('pages') ?? 0
    const held = guardDeletions('tree', new Map([['pages', { missing: missing.length + recent, total: before + recent, lately: recent }]]), DEFAULT_GUARDS)
    if (held.size > 0) continue
    for (const path of missing) {
      rows.delete(path)
      lately.lose('tree', path, 'pages', now)
      gone.push({ at: now, path, of: before + recent })
    }
    const within = gone.filter(({ at }) => at > now - MINUTE)
    const most = Math.max(1, Math.floor(Math.max(...within.map(({ of }) => of)) / 4))
    if (within.length > most) throw new Error(`${within.length} of ${within[0]!.of} rows went within a minute, and at once no more than ${most} may`)
    if (tree.size === 0 && missing.length > 0) throw new Error('the last row went')
  }
}
