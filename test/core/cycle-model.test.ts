import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Licence } from '../../src/core/direction.ts'
import { DEFAULT_GUARDS, type Guards } from '../../src/core/guards.ts'
import { type Contents, execute, type Plan, planOf, type World } from './model.ts'

const PATHS = ['bin/a', 'bin/b', 'pages/a', 'pages/b', 'pages/c', 'pages/d', 'pages/e', 'pages/f']

const path = fc.constantFrom(...PATHS)
const content = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b', 'c') },
  { weight: 1, arbitrary: fc.constantFrom('', '\n', '\u00FF', 'a\0', 'a long one') },
)
const contents: fc.Arbitrary<Contents> = fc.array(fc.tuple(path, content), { maxLength: 10 }).map((entries) => new Map(entries))
const licence: fc.Arbitrary<Licence> = fc.record({
  direction: fc.constantFrom('export', 'import', 'sync'),
  prune: fc.boolean(),
  delete: fc.boolean(),
  prefer: fc.constantFrom(undefined, undefined, 'store', 'tree'),
  onConflict: fc.constantFrom('keep', 'store', 'tree', 'merge'),
})
const guards: fc.Arbitrary<Guards | undefined> = fc.constantFrom(
  undefined,
  DEFAULT_GUARDS,
  { ...DEFAULT_GUARDS, maxDelete: { share: 0.5 }, maxFileSize: 4 },
  { allowEmpty: true, maxDelete: { count: 2 }, maxFileSize: 100 },
)
// Both sides mostly start from what they agreed on, as a real tree does, and differ in anything.
const start: fc.Arbitrary<World> = fc.tuple(contents, contents, contents, fc.boolean()).map(([baseline, store, tree, agreed]) => ({
  store: agreed ? new Map([...baseline, ...store]) : store,
  tree: agreed ? new Map([...baseline, ...tree]) : tree,
  baseline,
  history: new Set<string>(),
  held: new Set<string>(),
}))

/** A person's edit; without a content the path is deleted there. */
interface Edit {
  readonly side: 'store' | 'tree'
  readonly path: string
  readonly content: string | undefined
}

/** Edits, and the cycle that finds them. */
interface Turn {
  readonly edits: readonly Edit[]
  readonly licence: Licence
  readonly guards: Guards | undefined
  readonly scope: readonly string[]
}

const edit: fc.Arbitrary<Edit> = fc.record({ side: fc.constantFrom('store', 'tree'), path, content: fc.option(content, { nil: undefined }) })
const turn: fc.Arbitrary<Turn> = fc.record({
  edits: fc.array(edit, { maxLength: 6 }),
  licence,
  guards,
  scope: fc.oneof(fc.constant(PATHS), fc.constant(PATHS), fc.subarray(PATHS)),
})

/** One cycle: the world that it found, its plan, and the world that it left. */
interface Cycle extends Turn {
  readonly before: World
  readonly plan: Plan
  readonly after: World
}

function plannedFor(world: World, { licence: allowed, guards: rules, scope }: Turn): Plan {
  return planOf(world, allowed, rules, (one) => scope.includes(one))
}

function edited(world: World, edits: readonly Edit[]): World {
  const sides = { store: new Map(world.store), tree: new Map(world.tree) }
  for (const one of edits) {
    if (one.content === undefined) sides[one.side].delete(one.path)
    else sides[one.side].set(one.path, one.content)
  }
  return { ...world, ...sides }
}

/** Checks every cycle of any sequence of edits and cycles. */
function everyCycle(check: (cycle: Cycle) => void): void {
  fc.assert(
    fc.property(start, fc.array(turn, { minLength: 1, maxLength: 4 }), (world, turns) => {
      let now = world
      for (const one of turns) {
        const before = edited(now, one.edits)
        const plan = plannedFor(before, one)
        now = execute(before, plan)
        check({ ...one, before, plan, after: now })
      }
    }),
    { numRuns: 1_000 },
  )
}

const LEFT = /^(none|pending|conflict|hold)$/

test('after a cycle there is nothing left to do, and all that differs is named', () => {
  everyCycle((cycle) => {
    const again = plannedFor(cycle.after, cycle)
    expect([...again].filter(([, step]) => !LEFT.test(step))).toEqual([])
    const silent = [...again].filter(([one, step]) => step === 'none' && cycle.after.store.get(one) !== cycle.after.tree.get(one))
    expect(silent).toEqual([])
    // What was left for a person is left for a person the next time, too.
    for (const [one, step] of cycle.plan) expect(again.get(one) ?? 'none').toBe(LEFT.test(step) ? step : 'none')
  })
})

test('every content that was there is on a side or in history', () => {
  everyCycle(({ before, after }) => {
    const lost = [...before.store, ...before.tree].filter(
      ([one, was]) => after.store.get(one) !== was && after.tree.get(one) !== was && !after.history.has(`${one}=${was}`),
    )
    expect(lost).toEqual([])
  })
})

test('unless somebody is preferred, no edit leaves both sides', () => {
  everyCycle(({ before, after, licence: { prefer, onConflict } }) => {
    const edits = [...before.store, ...before.tree].filter(([one, was]) => before.baseline.get(one) !== was)
    const isThere = (one: string, was: string): boolean =>
      [after.store.get(one), after.tree.get(one)].some((now) => now === was || (onConflict === 'merge' && now?.includes(was)))
    const lost = edits.filter(([one, was]) => !isThere(one, was))
    expect(prefer || onConflict === 'store' || onConflict === 'tree' ? [] : lost).toEqual([])
  })
})

test('without leave nothing is deleted', () => {
  everyCycle(({ before, after, licence: allowed }) => {
    const gone = (side: 'store' | 'tree'): string[] => [...before[side].keys()].filter((one) => !after[side].has(one))
    expect(allowed.prune ? [] : gone('tree')).toEqual([])
    expect(allowed.delete ? [] : gone('store')).toEqual([])
  })
})

test('a guard keeps rows from files that are empty, too large or no text', () => {
  everyCycle(({ before, after, guards: rules, scope }) => {
    const written = scope.filter((one) => before.store.get(one) !== after.store.get(one) && after.store.get(one) === before.tree.get(one))
    const isBad = (one: string): boolean => {
      const now = after.store.get(one)
      if (!rules || now === undefined) return false
      if (now.length > rules.maxFileSize || (!one.startsWith('bin/') && /[\0\u00FF]/.test(now))) return true
      return !rules.allowEmpty && now.trim() === '' && before.store.get(one)?.trim() !== ''
    }
    expect(written.filter(isBad)).toEqual([])
  })
})

test('a guard never lets the last row or the last file be deleted', () => {
  everyCycle(({ before, after, guards: rules }) => {
    expect(rules && before.store.size > 0 && before.tree.size === 0 && after.store.size === 0).not.toBe(true)
    expect(rules && before.tree.size > 0 && before.store.size === 0 && after.tree.size === 0).not.toBe(true)
  })
})

test('what agrees, and what is out of scope, is left alone', () => {
  everyCycle(({ before, after, scope }) => {
    const isQuiet = (one: string): boolean =>
      !scope.includes(one) || (before.store.get(one) === before.tree.get(one) && before.store.get(one) === before.baseline.get(one))
    const quiet = PATHS.filter(isQuiet)
    expect(quiet.map((one) => stateAt(one, after))).toEqual(quiet.map((one) => stateAt(one, before)))
  })
})

function stateAt(one: string, world: World): readonly unknown[] {
  return [...sidesAt(one, world), [...world.history].filter((kept) => kept.startsWith(`${one}=`))]
}

test('a direction never changes the other side', () => {
  everyCycle(({ before, after, licence: { direction } }) => {
    expect(direction === 'export' ? after.store : before.store).toEqual(before.store)
    expect(direction === 'import' ? after.tree : before.tree).toEqual(before.tree)
  })
})

test('the order in which things are found does not matter', () => {
  everyCycle((cycle) => {
    const { before, plan } = cycle
    const other = { ...before, store: reversed(before.store), tree: reversed(before.tree), baseline: reversed(before.baseline) }
    expect([...plannedFor(other, cycle)]).toEqual([...plan])
  })
})

function reversed(contentsThere: Contents): Contents {
  return new Map([...contentsThere].toReversed())
}

test('a cycle that was killed anywhere ends the same when it is run again, or holds more', () => {
  everyCycle((cycle) => {
    const { before, plan, after } = cycle
    // A merge writes to both sides; half of one is a conflict, not the same.
    if ([...plan.values()].includes('merge')) return
    for (let steps = 0; steps <= plan.size; steps++) {
      const killed = execute(before, plan, steps)
      const again = plannedFor(killed, cycle)
      const end = execute(killed, again)
      // A file that the first run removed is gone for the guards of the second, which may then hold what is left.
      const wanted = PATHS.map((one) => sidesAt(one, again.get(one) === 'hold' ? before : after))
      expect(PATHS.map((one) => sidesAt(one, end))).toEqual(wanted)
    }
  })
})

function sidesAt(one: string, { store, tree, baseline }: World): readonly unknown[] {
  return [store.get(one), tree.get(one), baseline.get(one)]
}

test('a sync that is confirmed in everything leaves both sides the same', () => {
  everyCycle(({ before }) => {
    for (const prefer of ['store', 'tree'] as const) {
      const { store, tree, baseline } = execute(before, planOf(before, { direction: 'sync', prune: true, delete: true, prefer, onConflict: 'keep' }))
      expect(store).toEqual(tree)
      expect(baseline).toEqual(store)
    }
  })
})
