import { setTimeout as delay } from 'node:timers/promises'
import { RowtreeError } from '../errors.ts'
import { saveFiles } from '../tree/probes/loop.ts'
import type { WatchEvent, WatchSession } from '../watch.ts'
import type { Amounts } from './course.ts'
import { type Contents, numbersOf, pathOf } from './rows.ts'
import type { Scratch } from './subject.ts'

/** What a measurement of saves takes. */
export interface Vigil {
  readonly amounts: Amounts
  readonly contents: Contents
  readonly scratch: Scratch
  readonly signal: AbortSignal | undefined
  /** Told before each save. */
  readonly step: (name: string) => void
}

/** The edition of the contents that are saved: none that a round writes. */
const EDITION = 1_000

/** Milliseconds that a save may take, beside settling, before something is wrong. */
const LONGEST = 30_000

/** The most time between two saves, in milliseconds. People save at any time, not in step with timers. */
const PAUSE = 40

/**
 * Times saves in a session, one after the other: each from before the file is written until the session tells that its row is committed. Afterwards the rows are looked at.
 *
 * @param settle milliseconds
 * @returns milliseconds of each save
 */
export async function measureLatency({ amounts: { rows, saves }, contents, scratch, signal, step }: Vigil, settle: number): Promise<number[]> {
  const session = scratch.runner.watch({ settle, poll: 'off', rescan: 'off', oneWay: 'tree', onImport: 'off', signal })
  const listener = new Listener(session)
  try {
    await listener.ready()
    const next = numbersOf(saves)
    const times: number[] = []
    for (let save = 0; save < saves; save++) {
      signal?.throwIfAborted()
      step(`save ${save + 1} of ${saves}`)
      const index = indexOf(save, rows)
      const [path, content] = [pathOf(index), contents.of(index, EDITION + save)]
      const start = performance.now()
      await listener.imported(path, settle + LONGEST, () => saveFiles(scratch.tree, [{ path, content }]))
      times.push(performance.now() - start)
      await delay(next() % PAUSE)
    }
    await check(scratch, contents, rows, saves)
    return times
  } finally {
    await session.stop()
    await listener.ended
  }
}

/** Saves go all over the tree. */
function indexOf(save: number, rows: number): number {
  return (save * 7_919) % rows
}

/** The rows hold what was saved last. */
async function check(scratch: Scratch, contents: Contents, rows: number, saves: number): Promise<void> {
  const last = new Map(Array.from({ length: saves }, (_, save) => [indexOf(save, rows), save]))
  const held = await scratch.contentsOf([...last.keys()].map(pathOf))
  for (const [place, [index, save]] of [...last].entries()) {
    if (held[place] !== contents.of(index, EDITION + save)) throw new RowtreeError('io-error', `Cannot measure the latency: the row of ${pathOf(index)} is not what was saved`)
  }
}

/** Listens to a session for whoever waits for one thing at a time. */
class Listener {
  readonly #session: WatchSession
  #wanted = 'ready'
  /** Whoever waits for it. */
  #waiting: PromiseWithResolvers<void> | undefined
  #isReady = false
  /** Why nothing more will come. */
  #end: Error | undefined
  /** The session is over, and all that it told is heard. */
  readonly ended: Promise<void>

  constructor(session: WatchSession) {
    this.#session = session
    this.ended = this.#listen()
  }

  /** Waits until everything is watched. */
  async ready(): Promise<void> {
    if (!this.#isReady) await this.#within(LONGEST, 'the session was not ready', () => {})
  }

  /** Saves a path and waits until it is imported, so many milliseconds at the most. */
  async imported(path: string, most: number, save: () => void): Promise<void> {
    this.#wanted = path
    await this.#within(most, `${path} was not taken`, save)
  }

  /** @param begin called when everything that follows it is heard */
  async #within(most: number, state: string, begin: () => void): Promise<void> {
    if (this.#end) throw this.#end
    const waiting = (this.#waiting = Promise.withResolvers<void>())
    const message = `Cannot measure the latency: ${state} within ${Math.round(most / 1_000)} s`
    const timer = setTimeout(() => waiting.reject(new RowtreeError('io-error', message, { remedy: 'rowtree doctor tells whether saves are seen' })), most)
    try {
      begin()
      await waiting.promise
    } finally {
      clearTimeout(timer)
      this.#waiting = undefined
    }
  }

  async #listen(): Promise<void> {
    try {
      for await (const event of this.#session) this.#hear(event)
      this.#end = new RowtreeError('cancelled', 'Cannot finish measuring: the work was stopped; nothing is left of it')
    } catch (error) {
      this.#end = error as Error
    }
    this.#waiting?.reject(this.#end)
  }

  #hear(event: WatchEvent): void {
    if (event.event === 'ready') this.#isReady = true
    if (event.event === 'ready' ? this.#wanted === 'ready' : event.event === 'imported' && event.paths.includes(this.#wanted)) this.#waiting?.resolve()
    if ('code' in event && event.event !== 'recovered') this.#waiting?.reject(new RowtreeError('io-error', `Cannot measure the latency: ${event.message}`, { path: event.path }))
  }
}
