import { isUtf8 } from 'node:buffer'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { type Engine, loadConfig, openEngine, RowtreeError } from '../../src/index.ts'
import { MILESTONES } from '../../src/sync/milestones.ts'
import type { Actor } from '../support/faults/acting.ts'
import type { Faults } from '../support/faults/index.ts'
import { stateOf } from '../support/project.ts'
import { type Circumstance, contentOf, type Deed, type Edit, type Order, type Story } from './deeds.ts'
import { type Answer, type Attempt, Judge } from './judge.ts'
import { isItem, meaningOf, PATHS, Place, quoted, type Sides } from './place.ts'

/** A process whose system calls can fail. */
export interface Victim {
  readonly actor: Actor
  readonly faults: Faults
}

/** Plays a story with real files and a real database, and says what was lost at which of its deeds. */
export async function play(story: Story, directory: string, victim: Victim | undefined): Promise<string[]> {
  const stage = new Stage(story, directory, victim)
  try {
    await stage.begin()
    for (const deed of story.deeds) {
      const losses = await stage.act(deed)
      if (losses.length > 0) return losses
    }
    return await stage.end()
  } finally {
    await stage.close()
  }
}

class Stage {
  readonly #story: Story
  readonly #place: Place
  readonly #judge: Judge
  readonly #victim: Victim | undefined
  #engine: Engine | undefined
  #marks = 0

  constructor(story: Story, directory: string, victim: Victim | undefined) {
    this.#story = story
    this.#place = new Place(directory, story.onConflict)
    this.#judge = new Judge(story.onConflict)
    this.#victim = victim
  }

  async begin(): Promise<void> {
    if (this.#story.exported) await this.#run({ command: 'export', prune: false, force: false, only: undefined }, { kind: 'calm' })
  }

  /** Does one thing, and says what is wrong then. */
  async act(deed: Deed): Promise<string[]> {
    const losses = await this.#do(deed)
    losses.push(...this.#place.faults())
    this.#judge.glance(this.#place.look())
    return losses
  }

  /** Once everything is decided both sides are equal, and stay so. */
  async end(): Promise<string[]> {
    const losses = [...(await this.act({ do: 'mount' })), ...(await this.act({ do: 'unblock' }))]
    for (const [index, path] of PATHS.entries()) {
      const { store, tree } = this.#place.look()
      const file = tree.get(path)
      if (store.get(path) === meaningOf(path, file)) continue
      // Nobody can make a row of what is no text.
      const prefer = index % 2 === 0 || file === undefined || !isText(file) || (isItem(path) && meaningOf(path, file)!.startsWith('no item')) ? 'store' : 'tree'
      losses.push(...(await this.#run({ command: 'resolve', paths: [path], prefer, delete: true }, { kind: 'calm' })))
    }
    losses.push(...(await this.#run({ command: 'sync', prune: true, delete: true, only: undefined }, { kind: 'twice' })))
    const { store, tree } = this.#place.look()
    for (const path of PATHS) if (store.get(path) !== meaningOf(path, tree.get(path))) losses.push(`at the end ${path} differs: ${quoted(store.get(path))} and ${quoted(tree.get(path))}`)
    return losses
  }

  async close(): Promise<void> {
    await this.#engine?.close()
    this.#engine = undefined
  }

  async #do(deed: Deed): Promise<string[]> {
    const place = this.#place
    switch (deed.do) {
      case 'edit':
        this.#edit(deed)
        return []
      case 'rename':
        if (deed.from === deed.to) return []
        if (deed.side === 'tree') place.renameFile(deed.from, deed.to)
        else {
          const content = place.rows().get(deed.from)
          if (content === undefined || isItem(deed.from) !== isItem(deed.to)) return []
          place.writeRow(deed.from, undefined)
          place.writeRow(deed.to, content)
        }
        return []
      case 'wipe':
        for (const path of PATHS) {
          if (!path.startsWith(deed.below)) continue
          if (deed.side === 'tree') place.writeFile(path, undefined)
          else place.writeRow(path, undefined)
        }
        return []
      case 'block':
        place.block(deed.path, deed.with)
        return []
      case 'unmount':
        place.unmount(deed.leaves)
        return []
      case 'unblock':
        place.unblock()
        return []
      case 'mount':
        place.mount()
        return []
      case 'restart':
        await this.close()
        return []
      case 'run':
        return await this.#run(deed.order, deed.circumstance)
    }
  }

  #edit(edit: Edit): { readonly edit: Edit; readonly replaced: string | undefined; readonly wrote: string | undefined } | undefined {
    const replaced = this.#place.look()[edit.side].get(edit.path)
    const wrote = contentOf(edit, replaced, `edit ${++this.#marks}`)
    const done = edit.side === 'store' ? this.#place.writeRow(edit.path, wrote) : this.#place.writeFile(edit.path, wrote, edit)
    // Whoever leaves it at that did nothing.
    return done && wrote !== replaced ? { edit, replaced, wrote } : undefined
  }

  async #run(order: Order, circumstance: Circumstance): Promise<string[]> {
    switch (circumstance.kind) {
      case 'calm':
        return await this.#judged(order, {})
      case 'twice':
        return [...(await this.#judged(order, {})), ...(await this.#again(order))]
      case 'dry':
        return await this.#dry(order)
      case 'foretold': {
        const foretold = await this.#perform(order, true)
        return await this.#judged(order, { foretold })
      }
      case 'meanwhile':
        return await this.#judged(order, { meanwhile: circumstance })
      case 'crash':
        return await this.#crash(order, circumstance.at)
      case 'fault':
        return await this.#fault(order, circumstance)
      case 'corrupt': {
        await this.close()
        return await this.#judged(order, { prepare: () => this.#place.corrupt(circumstance.share) })
      }
      case 'hidden':
        return await this.#judged(order, {
          prepare: () => {
            this.#place.hideTable(true)
            return () => this.#place.hideTable(false)
          },
        })
    }
  }

  /** Runs it and judges what came of it. */
  async #judged(order: Order, { foretold, meanwhile, prepare }: {
    readonly foretold?: Answer
    readonly meanwhile?: Extract<Circumstance, { kind: 'meanwhile' }>
    readonly prepare?: () => () => void
  }): Promise<string[]> {
    const before = this.#place.look()
    const putBack = prepare?.()
    let written: Attempt['meanwhile']
    const edit = meanwhile && (meanwhile.aimed ? aimed(meanwhile.edit, order, before) : meanwhile.edit)
    const answer = await this.#until(meanwhile?.at, () => (written = this.#edit(edit!)), () => this.#perform(order))
    if (putBack) {
      await this.close()
      putBack()
    }
    const losses = this.#judge.losses({ ...this.#seen(order, before, answer), calm: !written && !putBack, failing: putBack !== undefined || isNothing(answer), meanwhile: written })
    if (foretold) losses.push(...this.#mistold(order, foretold, answer, before))
    return [...losses, ...(await this.#status())]
  }

  #seen(order: Order, before: Sides, answer: Answer): Omit<Attempt, 'calm' | 'failing' | 'meanwhile'> {
    return { order, before, after: this.#place.look(), history: this.#place.history(), answer, unmounted: this.#place.isUnmounted }
  }

  /** Does something at a milestone of the work, if it gets so far. */
  async #until(at: number | undefined, work: () => void, operation: () => Promise<Answer>): Promise<Answer> {
    let left = at ?? 0
    let failure: { readonly error: unknown } | undefined
    const onMilestone = (): void => {
      if (--left !== 0) return
      try {
        work()
      } catch (error) {
        failure = { error }
      }
    }
    subscribe(MILESTONES, onMilestone)
    const answer = await operation().finally(() => unsubscribe(MILESTONES, onMilestone))
    // A channel keeps what its listeners throw to itself.
    if (failure) throw failure.error
    return answer
  }

  async #status(): Promise<string[]> {
    if (this.#place.isUnmounted) return []
    const engine = await this.#open()
    return this.#judge.untruths(await engine.status(), this.#place.look())
  }

  /** The same once more does nothing, and a sync after an undo leaves it at that. */
  async #again(order: Order): Promise<string[]> {
    // What an undo took back is not done again.
    if (order.command === 'undo') return await this.#judged({ command: 'sync', prune: true, delete: true, only: undefined }, {})
    const before = this.#place.look()
    const answer = await this.#perform(order)
    const losses = this.#judge.losses({ ...this.#seen(order, before, answer), calm: true, failing: false })
    return [...losses, ...differences(before, this.#place.look()).map((one) => `${order.command} once more: ${one}`)]
  }

  async #dry(order: Order): Promise<string[]> {
    // SQLite rolls back what a crash left before anybody reads.
    const engine = await this.#open()
    await engine.status()
    const before = stateOf(this.#place.directory)
    const answer = await this.#perform(order, true)
    const after = stateOf(this.#place.directory)
    const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((path) => before[path] !== after[path])
    const failed = 'error' in answer && !isNothing(answer) && !this.#place.isUnmounted ? [`dry ${order.command}: ${answer.error.stack}`] : []
    return [...failed, ...changed.map((path) => `dry ${order.command}: ${path} was changed: ${before[path]} and ${after[path]}`)]
  }

  /** A dry run tells what is going to happen, except for what the database is going to refuse. */
  #mistold(order: Order, foretold: Answer, answer: Answer, before: Sides): string[] {
    if (!('summary' in foretold) || !('summary' in answer) || answer.summary.problems.length > 0) return []
    if (order.command === 'resolve' ? order.prefer === 'merge' : this.#story.onConflict === 'merge') return []
    const [said, done] = [foretold.summary, answer.summary]
    const wrong = (['exported', 'imported', 'removed', 'deleted', 'pending'] as const).filter((name) => said[name] !== done[name])
    return wrong.map((name) => `${order.command}: a dry run told of ${said[name]} ${name}, and there were ${done[name]} (${before.tree.size} files)`)
  }

  /** What a SIGKILL would leave at a milestone goes on; the same command then comes to the same, or asks a person. */
  async #crash(order: Order, at: number): Promise<string[]> {
    const { directory } = this.#place
    const image = `${directory}.image`
    const before = this.#place.look()
    const answer = await this.#until(at, () => this.#place.image(image), () => this.#perform(order))
    if (!existsSync(image)) return this.#judge.losses({ ...this.#seen(order, before, answer), calm: true, failing: isNothing(answer) })
    const uncut = this.#place.look()
    await this.close()
    renameSync(directory, `${directory}.uncut`)
    renameSync(image, directory)
    rmSync(`${directory}.uncut`, { recursive: true })
    const losses = this.#judge.losses({ ...this.#seen(order, before, { error: new Error('killed') }), calm: false, failing: true })
    if (order.command === 'undo' || this.#place.isUnmounted) return [...losses, ...(await this.#status())]
    const killed = this.#place.look()
    const again = await this.#perform(order)
    losses.push(...this.#judge.losses({ ...this.#seen(order, killed, again), calm: true, failing: false }))
    const now = this.#place.look()
    if ('summary' in again && 'summary' in answer) {
      const waiting = new Set([...again.summary.conflicts, ...again.summary.holds, ...again.summary.deletions, ...again.summary.problems].map(({ path }) => path))
      losses.push(...differences(uncut, now, waiting).map((one) => `${order.command} after a crash at milestone ${at}: ${one}`))
    }
    return [...losses, ...(await this.#status())]
  }

  async #fault(order: Order, { calls, at, times, fault, where, name }: Extract<Circumstance, { kind: 'fault' }>): Promise<string[]> {
    if (!this.#victim) return await this.#judged(order, {})
    const { actor, faults } = this.#victim
    const { directory } = this.#place
    const ready = await this.#operationOf(order)
    const before = this.#place.look()
    faults.arm({ root: where === '' ? directory : `${directory}/${where}`, name, calls, at, times, fault })
    const told = await actor.tell(order.command === 'resolve'
      ? { do: 'resolve', directory, paths: order.paths, options: { prefer: order.prefer, delete: order.delete } }
      : { do: 'operate', directory, operation: order.command, options: order.command === 'undo' ? { operation: ready } : order })
    faults.disarm()
    const { ok, value, error } = told!
    const answer = (ok ? { [order.command === 'undo' ? 'undone' : 'summary']: value } : { error: new Error(error!.message) }) as Answer
    const losses = this.#judge.losses({ ...this.#seen(order, before, answer), calm: false, failing: true })
    return [...losses.map((one) => `while ${fault} came of calls: ${one}`), ...(await this.#status())]
  }

  async #perform(order: Order, dryRun: boolean = false): Promise<Answer> {
    try {
      const engine = await this.#open()
      switch (order.command) {
        case 'export':
          return { summary: await engine.export({ ...order, dryRun }) }
        case 'import':
          return { summary: await engine.import({ ...order, dryRun }) }
        case 'sync':
          return { summary: await engine.sync({ ...order, dryRun }) }
        case 'resolve':
          return { summary: await engine.resolve(order.paths, { prefer: order.prefer, delete: order.delete, dryRun }) }
        case 'undo':
          return { undone: await engine.undo({ operation: await this.#operationOf(order), dryRun }) }
      }
    } catch (error) {
      if (!(error instanceof RowtreeError)) throw error
      return { error }
    }
  }

  /** The number of the operation to undo, if not the last one. */
  async #operationOf(order: Order): Promise<number | undefined> {
    if (order.command !== 'undo' || order.back === 0) return undefined
    const engine = await this.#open()
    return (await engine.operations(50))[order.back]?.id
  }

  async #open(): Promise<Engine> {
    return (this.#engine ??= await openEngine(await loadConfig({ cwd: this.#place.directory, env: {} })))
  }
}

/** Whether a database could hold it as a text. */
function isText(bytes: string): boolean {
  return !bytes.includes('\0') && isUtf8(Buffer.from(bytes, 'latin1'))
}

/** There was nothing to undo. */
function isNothing(answer: Answer): boolean {
  return 'error' in answer && answer.error instanceof RowtreeError && answer.error.code === 'undo-unknown'
}

/** The same edit on the side that is going to be written, at a path that differs, if there is one. */
function aimed(edit: Edit, { command }: Order, { store, tree }: Sides): Edit {
  const differing = PATHS.filter((path) => store.get(path) !== meaningOf(path, tree.get(path)))
  const side = command === 'export' ? 'tree' : command === 'import' ? 'store' : edit.side
  return differing.length === 0 ? edit : { ...edit, side, path: differing[PATHS.indexOf(edit.path) % differing.length]! }
}

function differences(before: Sides, after: Sides, except: ReadonlySet<string> = new Set()): string[] {
  return PATHS.filter((path) => !except.has(path)).flatMap((path) => {
    return (['store', 'tree'] as const).flatMap((side) => {
      const [was, is] = [before[side].get(path), after[side].get(path)]
      return was === is ? [] : [`${path}: the ${side} has ${quoted(is)} instead of ${quoted(was)}`]
    })
  })
}
