import * as fc from 'fast-check'
import type { Licence } from '../../src/core/direction.ts'
import type { Side } from '../../src/types.ts'
import { amount, method } from '../support/method.ts'
import { search } from './sequences.ts'
import { World } from './world.ts'

const PATHS = ['bin/a', 'bin/b', 'bin/c', 'pages/a', 'pages/b', 'pages/c', 'pages/d', 'pages/e']

/** A person's edit of a side. */
interface Edit {
  readonly do: 'edit'
  readonly side: Side
  readonly path: string
  /** `undefined`: it is deleted. A mark stands for a content that nobody else has. */
  readonly content: string | 'mark' | 'line' | undefined
}

interface Run {
  readonly do: 'run'
  readonly licence: Licence
  readonly scope: readonly string[]
  readonly unread: readonly string[]
  readonly killed: { readonly after: number; readonly known: number } | undefined
}

type Deed = Edit | Run | { readonly do: 'rename'; readonly side: Side; readonly from: string; readonly to: string } | { readonly do: 'wipe'; readonly side: Side } | { readonly do: 'undo'; readonly back: number }

const path = fc.constantFrom(...PATHS)
const side = fc.constantFrom<Side>('store', 'tree')
const licence: fc.Arbitrary<Licence> = fc.record({
  direction: fc.constantFrom('export', 'import', 'sync', 'sync', 'sync'),
  prune: fc.boolean(),
  delete: fc.boolean(),
  prefer: fc.constantFrom(undefined, undefined, undefined, 'store', 'tree'),
  onConflict: fc.constantFrom('keep', 'keep', 'store', 'tree', 'merge'),
})
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('edit'), side, path, content: fc.constantFrom('mark', 'mark', 'mark', 'line', 'line', 'common', '', ' \n', '\u00FF', 'a\0', undefined, undefined) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rename'), side, from: path, to: path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('undo'), back: fc.constantFrom(0, 0, 0, 1, 3) }) },
  { weight: 1, arbitrary: fc.constantFrom<Deed>({ do: 'wipe', side: 'store' }, { do: 'wipe', side: 'tree' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('run'),
      licence,
      scope: fc.oneof({ weight: 3, arbitrary: fc.constant(PATHS) }, { weight: 1, arbitrary: fc.subarray(PATHS) }),
      unread: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(PATHS) }),
      killed: fc.option(fc.record({ after: fc.nat(8), known: fc.nat(8) }), { nil: undefined, freq: 3 }),
    }),
  },
)

method('Random sequences of edits, cycles, crashes and undos over the pure core', undefined, async (trials) => {
  const stories = fc.array(deed, { minLength: 3, maxLength: 30, size: 'max' })
  const { failure, replay } = await search('random sequences over the pure core', stories, amount(2_000, 10_000), async (deeds) => {
    const play = new Play()
    for (const [index, one] of deeds.entries()) {
      const losses = play.act(one, index)
      if (losses.length > 0) throw new Error(losses.join('\n'))
    }
    const losses = play.end()
    if (losses.length > 0) throw new Error(losses.join('\n'))
    trials.add()
  })
  if (failure) trials.add(`${String(failure.error)}\nafter:\n${failure.value.map((one, index) => `  ${index + 1}. ${JSON.stringify(one)}`).join('\n')}\nreplay with ${replay}`)
})

/** The world, and beside it what persons wrote. */
class Play {
  readonly #world = new World(new Map(PATHS.slice(0, -1).map((one) => [one, `first\n${one}\nlast\n`])))
  /** By path each content of a person that no person replaced where it was written. */
  readonly #written = new Map<string, Set<string>>()
  /** What both sides had in common at the end of a cycle; several where one was cut short, none where nobody knows. */
  readonly #agreed = new Map<string, Set<string | undefined> | undefined>(PATHS.map((one) => [one, new Set([undefined])]))

  act(one: Deed, index: number): string[] {
    const world = this.#world
    switch (one.do) {
      case 'edit': {
        const before = world[one.side].get(one.path)
        const lines = (before ?? 'first\nmiddle\nlast\n').split('\n')
        const content = one.content === 'mark' ? `mark ${index}\n` : one.content === 'line' ? lines.with(one.side === 'store' ? 0 : Math.max(0, lines.length - 2), `line ${index}`).join('\n') : one.content
        this.#write(one.side, one.path, content)
        return []
      }
      case 'rename': {
        const content = world[one.side].get(one.from)
        if (content === undefined || one.from === one.to) return []
        this.#write(one.side, one.from, undefined)
        this.#write(one.side, one.to, content)
        return []
      }
      case 'wipe':
        for (const every of PATHS) this.#write(one.side, every, undefined)
        return []
      case 'undo':
        return this.#undo(one.back)
      case 'run':
        return this.#run(one)
    }
  }

  /** Once a person has decided on everything both sides are equal. */
  end(): string[] {
    const everything: Licence = { direction: 'sync', prune: false, delete: false, prefer: undefined, onConflict: 'keep' }
    const waiting = this.#world.cycle(everything, () => true, { unread: [] })
    const silent = PATHS.filter((one) => this.#world.store.get(one) !== this.#world.tree.get(one) && !waiting.has(one))
    return silent.map((one) => `${one} differs after a sync, and nobody was told`)
  }

  #write(where: Side, place: string, content: string | undefined): void {
    const before = this.#world[where].get(place)
    const other = this.#world[where === 'store' ? 'tree' : 'store'].get(place)
    const written = this.#written.get(place) ?? new Set()
    // Whoever replaces a content need not find it anywhere again.
    if (before !== undefined && before !== content && before !== other && !this.#world.isKept(place, before)) written.delete(before)
    if (content !== undefined) written.add(content)
    this.#written.set(place, written)
    this.#world.set(where, place, content)
  }

  #lost(what: string): string[] {
    const { store, tree } = this.#world
    const isThere = (one: string, content: string): boolean => store.get(one) === content || tree.get(one) === content || this.#world.isKept(one, content)
    return [...this.#written].flatMap(([one, contents]) => [...contents].filter((content) => !isThere(one, content)).map((content) => `${what}: ${JSON.stringify(content)} of ${one} is lost`))
  }

  #run({ licence: allowed, scope, unread, killed }: Run): string[] {
    const world = this.#world
    const inScope = (one: string): boolean => scope.includes(one)
    const [before, uncut] = [world.copy(), world.copy()]
    const waiting = world.cycle(allowed, inScope, { unread, killed })
    const losses = this.#lost('a cycle')
    for (const one of PATHS) losses.push(...this.#atPath(one, before, allowed, inScope(one), unread.includes(one)))
    losses.push(...this.#massOf(before, allowed))
    this.#learn(inScope, unread, killed !== undefined)
    const left = world.copy()
    const again = world.cycle(allowed, inScope, { unread })
    losses.push(...this.#lost('the same cycle again'))
    this.#learn(inScope, unread, false)
    if (killed === undefined) {
      for (const one of PATHS) {
        if (!isSame(left, world, one)) losses.push(`${one}: the same cycle again does more`)
        if (inScope(one) && !unread.includes(one) && world.store.get(one) !== world.tree.get(one) && !again.has(one)) losses.push(`${one} differs, and nobody was told`)
        if (waiting.has(one) !== again.has(one)) losses.push(`${one} waits for a person only ${waiting.has(one) ? 'once' : 'later'}`)
      }
    } else {
      uncut.cycle(allowed, inScope, { unread })
      for (const one of PATHS) if (!isSame(uncut, world, one) && !again.has(one)) losses.push(`${one}: after a crash the same cycle comes to something else`)
    }
    return losses
  }

  /** What a cycle may do at one path. */
  #atPath(one: string, before: World, { direction, prefer, onConflict, prune, delete: deletes }: Licence, inScope: boolean, isUnread: boolean): string[] {
    const losses: string[] = []
    for (const where of ['store', 'tree'] as const) {
      const [was, is] = [before[where].get(one), this.#world[where].get(one)]
      if (was === is) continue
      const winner = where === 'store' ? 'tree' : 'store'
      const told = `${one}: the ${where} has ${JSON.stringify(is)} instead of ${JSON.stringify(was)}`
      if (!inScope || isUnread) losses.push(`${told}, and ${isUnread ? 'its file could not be read' : 'nobody asked for it'}`)
      if (direction === (where === 'store' ? 'export' : 'import')) losses.push(`${told}, in the wrong direction`)
      if (is === undefined && !(where === 'store' ? deletes : prune)) losses.push(`${told}, without leave`)
      if (is === undefined && before[winner].has(one)) losses.push(`${told}, although the ${winner} has it`)
      const agreed = this.#agreed.get(one)
      const isEdit = agreed !== undefined && !agreed.has(was)
      const isWritten = direction === 'export' && was === undefined
      if (isEdit && !isWritten && prefer !== winner && onConflict !== winner && onConflict !== 'merge') losses.push(`${told}, which was an edit`)
      if (where === 'store' && is?.trim() === '' && was?.trim() !== '') losses.push(`${told}: a file without a word emptied it`)
      if (where === 'store' && one.startsWith('pages/') && is !== undefined && /[\0\u00FF]/.test(is)) losses.push(`${told}, which is no text`)
    }
    return losses
  }

  #massOf(before: World, { prefer }: Licence): string[] {
    const losses: string[] = []
    for (const where of ['store', 'tree'] as const) {
      const gone = PATHS.filter((one) => before[where].has(one) && !this.#world[where].has(one))
      const lost = where === 'store' ? 'tree' : 'store'
      if (gone.length > 0 && before[lost].size === 0) losses.push(`the ${lost} was empty, and ${gone.join(', ')} went from the ${where}`)
      for (const [, some] of Map.groupBy(gone, (one) => one.slice(0, one.indexOf('/')))) {
        if (some.length > 1 && prefer === undefined) losses.push(`${some.join(', ')} went from the ${where} at once`)
      }
    }
    return losses
  }

  #learn(inScope: (one: string) => boolean, unread: readonly string[], cut: boolean): void {
    const { store, tree } = this.#world
    for (const one of PATHS) {
      if (!inScope(one) || unread.includes(one) || store.get(one) !== tree.get(one)) continue
      const agreed = this.#agreed.get(one)
      if (!cut) this.#agreed.set(one, new Set([tree.get(one)]))
      else agreed?.add(tree.get(one))
    }
  }

  #undo(back: number): string[] {
    const [before, world] = [this.#world.copy(), this.#world]
    const changes = world.undo(back)
    const losses = this.#lost('an undo')
    for (const [one, some] of Map.groupBy(changes, (change) => change.path)) {
      const untouched = some.every(({ side: where, after }) => before[where].get(one) === after)
      for (const { side: where, before: earlier } of some) {
        if (untouched && world[where].get(one) !== earlier) losses.push(`${one}: the ${where} is not what it was before`)
        if (!untouched && world[where].get(one) !== before[where].get(one)) losses.push(`${one}: the ${where} changed since, and an undo took it back`)
      }
      if (untouched) this.#agreed.set(one, undefined)
    }
    const undone = world.copy()
    world.cycle({ direction: 'sync', prune: true, delete: true, prefer: undefined, onConflict: 'keep' }, () => true, { unread: [] })
    for (const { path: one, side: where, after } of changes) {
      if (before[where].get(one) === after && undone.store.get(one) !== undone.tree.get(one) && !isSame(undone, world, one)) losses.push(`${one}: the next sync does again what an undo took back`)
    }
    this.#learn(() => true, [], false)
    return [...losses, ...this.#lost('a sync after an undo')]
  }
}

function isSame(one: World, other: World, place: string): boolean {
  return one.store.get(place) === other.store.get(place) && one.tree.get(place) === other.tree.get(place)
}
