import { RowtreeError } from '../errors.ts'
import { treeMissing } from '../tree/root.ts'
import type { Standing } from '../tree/sighting.ts'
import type { Problem } from '../types.ts'
import type { RescanReason, WatchEvent, WatchNews, WatchSession } from '../watch.ts'
import { EventQueue } from './events.ts'
import type { Hook } from './hook.ts'
import { Lookout } from './lookout.ts'
import { type CycleReport, Newsroom } from './news.ts'
import { type Batch, Pending } from './pending.ts'
import type { WatchPorts, WatchSettings } from './session.ts'
import { Troubles } from './troubles.ts'

/** What is to be done next. */
type Work = { readonly kind: 'everything' } | { readonly kind: 'poll' } | Batch

/** Starts a session at once. */
export function startSession(ports: WatchPorts, settings: WatchSettings, signal?: AbortSignal): WatchSession {
  const session = new Session(ports, settings)
  if (signal?.aborted) void session.stop()
  signal?.addEventListener('abort', () => void session.stop(), { once: true })
  session.begin()
  return session
}

/**
 * Watches both sides and runs a cycle wherever something may have happened. One thing is done at a time; what happens meanwhile
 * waits in `Pending`, and content decides whether it is anything. So nothing that rowtree writes needs to be told apart from what
 * others do: both sides are found equal.
 */
class Session implements WatchSession {
  readonly #ports: WatchPorts
  readonly #settings: WatchSettings
  readonly #events = new EventQueue<WatchEvent>()
  readonly #newsroom = new Newsroom()
  readonly #troubles = new Troubles((news) => this.#tell(news))
  readonly #pending: Pending
  readonly #lookout: Lookout
  readonly #hook: Pick<Hook, 'run' | 'close'> | undefined
  readonly #stopper = new AbortController()
  /** Resolves with the first look at everything; nobody has to wait for it. */
  readonly #ready = Promise.withResolvers<void>()
  #isReady = false
  #files = 0
  /** Why everything is to be looked at by a whole cycle, if it is. */
  #everything: RescanReason | 'begin' | undefined = 'begin'
  #token = ''
  #pollAt: number
  /** No attempt is made before. */
  #restUntil = 0
  #rootGone: RowtreeError | undefined
  #failure: { readonly error: unknown } | undefined
  #flushes: PromiseWithResolvers<void>[] = []
  #wake: (() => void) | undefined
  #done: Promise<void> = Promise.resolve()

  constructor(ports: WatchPorts, settings: WatchSettings) {
    this.#ports = ports
    this.#settings = settings
    this.#pending = new Pending({ ...settings, ageOf: ports.ageOf })
    this.#pollAt = ports.clock.now() + settings.poll
    this.#lookout = new Lookout(ports.watcher, ports.clock, settings.rescan, settings.root, {
      touch: (paths) => this.#touch(paths),
      tell: (news) => this.#tell(news),
      root: (standing) => this.#rootIs(standing),
      lost: (reason) => this.#lookAgain(reason),
      failed: (error) => this.#fail(error),
    })
    this.#hook = ports.hook?.((problem) => this.#tell({ event: 'problem', ...problem }))
    this.#ready.promise.catch(() => {})
  }

  begin(): void {
    this.#done = this.#run()
  }

  async flush(): Promise<void> {
    await this.#ready.promise
    if (this.#rootGone) throw this.#rootGone
    await this.#lookout.look()
    if (this.#stopper.signal.aborted) throw stopped()
    this.#pending.hurry()
    const flushed = Promise.withResolvers<void>()
    this.#flushes.push(flushed)
    this.#wake?.()
    return await flushed.promise
  }

  async stop(): Promise<void> {
    this.#stopper.abort()
    this.#wake?.()
    await this.#done
  }

  [Symbol.asyncIterator](): AsyncIterator<WatchEvent> {
    return this.#events[Symbol.asyncIterator]()
  }

  async #run(): Promise<void> {
    try {
      while (!this.#stopper.signal.aborted && !this.#failure) await this.#step()
      if (this.#failure) throw this.#failure.error
      await this.#close()
      this.#tell({ event: 'stopped' })
      this.#events.end()
    } catch (error) {
      await this.#close()
      this.#events.end({ error })
    }
  }

  async #close(): Promise<void> {
    this.#stopper.abort()
    this.#ready.reject(stopped())
    this.#rejectFlushes(this.#failure?.error ?? stopped())
    await this.#lookout.close()
    await this.#hook?.close()
    this.#ports.onEnd()
  }

  /** Does one thing, or waits until there is one. */
  async #step(): Promise<void> {
    const now = this.#ports.clock.now()
    if (this.#rootGone) return await this.#sleep(Number.POSITIVE_INFINITY)
    if (now < this.#restUntil) return await this.#sleep(this.#restUntil)
    if (this.#isReady) void this.#lookout.rescanIfDue()
    const work = this.#next(now)
    if (work) return await this.#attempt(work)
    if (!this.#pending.hurried) for (const { resolve } of this.#flushes.splice(0)) resolve()
    await this.#sleep(Math.min(this.#pending.next() ?? Number.POSITIVE_INFINITY, this.#pollAt, this.#lookout.next()))
  }

  #next(now: number): Work | undefined {
    if (this.#everything) return { kind: 'everything' }
    return this.#pending.take(now) ?? (this.#pollAt <= now ? { kind: 'poll' } : undefined)
  }

  async #attempt(work: Work): Promise<void> {
    const { clock } = this.#ports
    try {
      if (work.kind === 'everything') await this.#lookAtEverything()
      else if (work.kind === 'poll') await this.#askStore()
      else await this.#take(work)
      this.#troubles.passed()
    } catch (error) {
      if (this.#stopper.signal.aborted && error instanceof RowtreeError && error.code === 'cancelled') return
      if (work.kind === 'changed' || work.kind === 'vanished') this.#pending.putBack(work, clock.now())
      this.#restUntil = clock.now() + this.#troubles.met(error)
      this.#rejectFlushes(error)
    }
  }

  #rejectFlushes(error: unknown): void {
    for (const { reject } of this.#flushes.splice(0)) reject(error)
  }

  /** Starts watching, if need be, then compares everything: so no change falls between the two. */
  async #lookAtEverything(): Promise<void> {
    const { oneWay, poll } = this.#settings
    const reason = this.#everything
    if (oneWay !== 'store' && !this.#lookout.isOpen) this.#files = await this.#lookout.open()
    if (poll !== Number.POSITIVE_INFINITY) this.#token = await this.#ports.token()
    this.#everything = undefined
    let report: CycleReport
    try {
      const direction = oneWay === undefined ? 'sync' : oneWay === 'tree' ? 'import' : 'export'
      report = await this.#ports.cycle({ direction, signal: this.#stopper.signal })
    } catch (error) {
      this.#everything ??= reason
      throw error
    }
    this.#report(report, undefined, oneWay !== 'store')
    if (reason !== undefined && reason !== 'begin') this.#tell({ event: 'rescan', reason, found: Object.values(report.deeds).flat().length })
    if (this.#isReady) return
    this.#isReady = true
    this.#tell({ event: 'ready', files: this.#files })
    this.#ready.resolve()
  }

  /** Takes the store's changes to the tree, if there are any. */
  async #askStore(): Promise<void> {
    const { clock, token, cycle } = this.#ports
    this.#pollAt = clock.now() + this.#settings.poll
    // Asked for before the rows are read: what changes meanwhile differs from it.
    const now = await token()
    if (now === this.#token) return
    const report = await cycle({ direction: 'export', signal: this.#stopper.signal })
    this.#token = now
    this.#report(report, undefined, this.#settings.oneWay === 'store')
    // A rule may settle them, but only where nobody is writing just now.
    if (this.#settings.settlesConflicts) this.#touch(report.summary.conflicts.map(({ path }) => path))
  }

  async #take(batch: Batch): Promise<void> {
    const { oneWay, rules } = this.#settings
    const paths = batch.paths.filter((path) => path !== rules)
    if (paths.length < batch.paths.length) {
      // The next look at everything makes a watcher by the new rules.
      await this.#lookout.close()
      this.#everything = 'rules-changed'
    }
    if (paths.length === 0) return
    this.#report(await this.#ports.cycle({ direction: oneWay === 'tree' ? 'import' : 'sync', paths }), paths, true)
  }

  /** Tells what a cycle did, and passes it on. */
  #report(report: CycleReport, looked: readonly string[] | undefined, tree: boolean): void {
    const { summary, deeds } = report
    this.#touch(summary.conflicts.filter(isMoving).map(({ path }) => path))
    const conflicts = summary.conflicts.filter((problem) => !isMoving(problem))
    for (const news of this.#newsroom.of({ deeds, summary: { ...summary, conflicts } }, looked, tree)) this.#tell(news)
    const written = [...deeds.imported, ...deeds.deleted]
    if (written.length > 0) this.#hook?.run(written)
    this.#lookout.track(deeds.exported.filter(this.#settings.disguised))
  }

  #touch(paths: readonly string[]): void {
    this.#pending.touch(paths, this.#ports.clock.now())
    this.#wake?.()
  }

  #lookAgain(reason: RescanReason): void {
    this.#everything ??= reason
    this.#wake?.()
  }

  /** Nothing is done while the root is gone: neither is anything deleted, nor a tree written where a disk may come back. */
  #rootIs(standing: Standing): void {
    if (standing === 'same') {
      this.#rootGone = undefined
      this.#troubles.passed()
      this.#lookout.suspect('root-returned')
    } else {
      this.#rootGone = treeMissing(this.#settings.root)
      this.#troubles.met(this.#rootGone)
      this.#rejectFlushes(this.#rootGone)
    }
    this.#wake?.()
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#wake?.()
  }

  #tell(news: WatchNews): void {
    this.#events.push({ time: new Date(this.#ports.clock.date()).toISOString(), ...news })
  }

  async #sleep(until: number): Promise<void> {
    const { clock } = this.#ports
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    const cancel = until === Number.POSITIVE_INFINITY ? undefined : clock.after(until - clock.now(), resolve)
    if (this.#stopper.signal.aborted || this.#failure) resolve()
    await promise
    cancel?.()
    this.#wake = undefined
  }
}

/** The file or the row changed amid the cycle: there is more to come. */
function isMoving({ code }: Problem): boolean {
  return code === 'changed-meanwhile'
}

function stopped(): RowtreeError {
  return new RowtreeError('cancelled', 'Cannot go on: the session has stopped; start another one')
}
