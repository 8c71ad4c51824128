import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type Engine, RowtreeError, type Summary } from '../../../src/index.ts'
import { messageOf } from '../../../src/errors.ts'
import { type Milestone, MILESTONES } from '../../../src/sync/milestones.ts'
import { startActor } from '../faults/acting.ts'
import { CHANGING, Faults, type Noted } from '../faults/index.ts'
import type { Disk, Loss } from './index.ts'
import type { Sight, World } from './world.ts'

/** An operation that takes all that there is to take. */
export type Deed = 'export' | 'import' | 'sync'

/** Whose changes each operation takes. */
export const SIDES: Record<Deed, readonly ('row' | 'file')[]> = { export: ['row'], import: ['file'], sync: ['row', 'file'] }

/** What lets each operation take everything. */
const OPTIONS: Record<Deed, object> = { export: { prune: true, workers: 0 }, import: { delete: true, workers: 0 }, sync: { prune: true, delete: true, workers: 0 } }

/** Does all that the operation may. */
export function perform(engine: Engine, deed: Deed): Promise<Summary> {
  return engine[deed](OPTIONS[deed])
}

/**
 * Has an actor do it, who is killed at its call of this number on the disk, from 1, and with him goes the power.
 *
 * @returns the call; `undefined` where all was done before
 */
export async function cutAtCall(world: World, disk: Disk, deed: Deed, loss: Loss, number: number): Promise<Noted | undefined> {
  const faults = new Faults()
  const actor = await startActor(faults.env)
  faults.arm({ root: disk.path, calls: CHANGING, at: number, fault: 'kill-before' })
  const answer = await actor.tell({ do: 'operate', directory: world.directory, operation: deed, options: OPTIONS[deed] })
  disk.losePower(loss)
  await actor.kill()
  disk.unmount()
  disk.mount()
  return answer === undefined ? faults.log().at(-1) : undefined
}

/**
 * Does it, and loses power right after it was reported.
 *
 * @param meanwhile what happens in between
 * @returns what both sides held then
 */
export async function cutAfter(world: World, disk: Disk, deed: Deed, loss: Loss, meanwhile: () => void = () => {}): Promise<Sight> {
  await world.withEngine((engine) => perform(engine, deed))
  const sight = world.look()
  meanwhile()
  disk.losePower(loss)
  disk.unmount()
  disk.mount()
  return sight
}

/** Does it, and loses power at its milestone of this number, from 1, or at its end. Returns where that was. */
export async function cutAmid(world: World, disk: Disk, deed: Deed, loss: Loss, number: number): Promise<Moment> {
  const moment = await cutWithin(disk, loss, number, () => world.withEngine((engine) => perform(engine, deed)))
  disk.unmount()
  disk.mount()
  return moment
}

/** Where power was lost. */
export type Moment = Milestone | 'the end'

/** Loses power at a milestone of some work, or at its end. */
export async function cutWithin(disk: Disk, loss: Loss, number: number, work: (cut: Promise<void>) => Promise<unknown>): Promise<Moment> {
  let left = number
  let moment: Moment = 'the end'
  const { promise, resolve } = Promise.withResolvers<void>()
  const cut = (milestone: unknown): void => {
    if (--left !== 0) return
    moment = milestone as Milestone
    disk.losePower(loss)
    resolve()
  }
  subscribe(MILESTONES, cut)
  try {
    await work(promise)
  } catch (error) {
    // A disk without power fails every call.
    if (moment === 'the end' || !isOfDisk(error)) throw error
  } finally {
    unsubscribe(MILESTONES, cut)
  }
  if (moment === 'the end') disk.losePower(loss)
  return moment
}

function isOfDisk(error: unknown): boolean {
  return error instanceof RowtreeError || /\bEIO\b|Input\/output error/.test(messageOf(error))
}

/** How two sights differ, in words. */
export function differences(before: Sight, after: Sight): string[] {
  return [...differ('file', before.files, after.files), ...differ('row', before.rows, after.rows)]
}

function differ(side: string, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => `the ${side} ${path} was ${told(before.get(path))} and is ${told(after.get(path))}`)
}

function told(text: string | undefined): string {
  return text === undefined ? 'absent' : `${text.length} characters, ${JSON.stringify(text.slice(0, 32))}`
}

/** Contents that nobody wrote. */
export function strangers(world: World, { files, rows }: Sight): string[] {
  return [
    ...[...files].filter(([path, text]) => !world.isWritten(path, text)).map(([path, text]) => `the file ${path} is ${told(text)}`),
    ...[...rows].filter(([path, text]) => !world.isWritten(path, text)).map(([path, text]) => `the row ${path} is ${told(text)}`),
  ]
}

/** What was there, and is now neither in a file, nor in a row, nor in history. */
export function missing(world: World, before: Sight): string[] {
  const now = world.look()
  const history = world.history()
  const held = (path: string, text: string): boolean => now.files.get(path) === text || now.rows.get(path) === text || (history.get(path)?.has(text) ?? false)
  return [...before.files, ...before.rows].filter(([path, text]) => !held(path, text)).map(([path, text]) => `gone: ${path}, ${told(text)}`)
}

/** What a sync leaves that should not be. It takes what was not done yet. */
export async function settle(world: World): Promise<{ readonly summary: Summary; readonly losses: readonly string[] }> {
  return await world.withEngine(async (engine) => {
    const first = await perform(engine, 'sync')
    // Amid an operation a disk that does not answer any more looks like a tree that is gone: what a person had deleted is held, and confirmed here.
    const emptied = first.holds.filter(({ code }) => code === 'tree-emptied').map(({ path }) => path)
    const summary = emptied.length === 0 ? first : await engine.resolve(emptied, { prefer: 'tree' })
    const { items } = await engine.status()
    const all = [...summary.conflicts, ...summary.holds, ...summary.problems].map(({ path, code }) => `${path}: ${code}`)
    const wanted: Sight = { files: world.expected, rows: world.expected }
    return { summary, losses: [...all, ...items.map(({ path, state }) => `${path} is ${state}`), ...differences(wanted, world.look())] }
  })
}
