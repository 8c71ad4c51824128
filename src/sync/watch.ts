import { RowtreeError } from '../errors.ts'
import { treeMissing, treeReplaced } from '../tree/root.ts'
import type { Standing } from '../tree/sighting.ts'
import type { Problem } from '../types.ts'
import type { RescanReason, WatchEvent, WatchNews, WatchSession } from '../watch.ts'
import { Alarm } from './alarm.ts'
import { Enquiry } from './enquiry.ts'
import { EventQueue } from './events.ts'
import type { Hook } from './hook.ts'
import { Lookout } from './lookout.ts'
import { type Deeds, type Look, Newsroom, newsOf } from './news.ts'
import { type Batch, Pending } from './pending.ts'
import type { CycleRequest, WatchPorts, WatchSettings } from './session.ts'
import type { Deed } from './tally.ts'
import { Troubles } from './troubles.ts'
import { Waiters } from './waiters.ts'

/** What is to be done next. */
type Work = { readonly kind: 'everything' } | { readonly kind: 'poll' } | Batch

/** What may fail by itself. */
type Kind = 'everything' | 'poll' | 'paths' | 'root'

/** Starts a session at once. */
export function startSession(ports: WatchPorts, settings: WatchSettings, signal?: AbortSignal): WatchSession {
  const session = new Session(ports, settings)
  if (signal?.aborted) void session.stop()
  signal?.addEventListener('abort', () => void session.stop(), { once: true })
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
  readonly #troubles = new Troubles<Kind>((news) => this.#tell(news))
  readonly #pending: Pending
  readonly #lookout: Lookout
  readonly #enquiry: Enquiry
  readonly #hook: Pick<Hook, 'run' | 'close'> | undefined
  readonly #alarm: Alarm
  readonly #stopper = new AbortController()
  /** Resolves with the first look at everything; nobody has to wait for it. */
  readonly #ready = Promise.withResolvers<void>()
  #isReady = false
  /** Why everything is to be looked at by a whole cycle, if it is. */
  #everything: RescanReason | 'begin' | undefined = 'begin'
  #rootGone: RowtreeError | undefined
  #failure: { readonly error: unknown } | undefined
  readonly #flushes = new Waiters()
  readonly #done: Promise<void>

  constructor(ports: WatchPorts, settings: WatchSettings) {
    this.#ports = ports
    this.#settings = settings
    this.#alarm = new Alarm(ports.clock)
    this.#pending = new Pending({ ...settings, ageOf: ports.ageOf })
    this.#enquiry = new Enquiry(ports, settings, () => this.#alarm.wake())
    this.#lookout = new Lookout(ports.watcher, ports.clock, settings.rescan, settings.root, {
      touch: (paths) => this.#touch(paths),
      tell: (news) => this.#tell(news),
      root: (standing) => this.#rootIs(standing),
      lost: (reason) => {
        this.#everything ??= reason
        this.#alarm.wake()
      },
      failed: (error) => {
        this.#failure ??= { error }
        this.#alarm.wake()
      },
    })
    this.#hook = ports.hook?.((problem) => this.#tell({ event: 'problem', ...problem }))
    this.#ready.promise.catch(() => {})
    this.#done = this.#run()
  }

  async flush(): Promise<void> {
    await this.#ready.promise
    await this.#lookout.look()
    if (this.#stopper.signal.aborted) throw stopped()
    if (this.#rootGone) throw this.#rootGone
    this.#touch(this.#newsroom.open())
    this.#pending.hurry()
    this.#alarm.wake()
    await this.#flushes.wait()
  }

  async stop(): Promise<void> {
    this.#stopper.abort()
    this.#alarm.wake()
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
    this.#flushes.reject(this.#failure?.error ?? stopped())
    await this.#lookout.close()
    await this.#hook?.close()
    await this.#enquiry.close()
    this.#ports.onEnd()
  }

  /** Does one thing, or waits until there is one. */
  async #step(): Promise<void> {
    const now = this.#ports.clock.now()
    if (this.#rootGone) return await this.#alarm.sleep(Number.POSITIVE_INFINITY)
    if (this.#isReady) void this.#rescanIfDue()
    const work = this.#next(now)
    if (work) return await this.#attempt(work)
    if (!this.#everything && !this.#pending.hurried) this.#flushes.resolve()
    await this.#alarm.sleep(this.#nextAt())
  }

  #next(now: number): Work | undefined {
    if (this.#everything && this.#troubles.restUntil('everything') <= now) return { kind: 'everything' }
    if (!this.#isReady) return undefined
    const batch = this.#troubles.restUntil('paths') <= now ? this.#pending.take(now) : undefined
    return batch ?? (this.#enquiry.dueAt <= now && this.#troubles.restUntil('poll') <= now ? { kind: 'poll' } : undefined)
  }

  /** When there is something to do, if nothing happens until then. */
  #nextAt(): number {
    const everything = this.#everything ? this.#troubles.restUntil('everything') : Number.POSITIVE_INFINITY
    if (!this.#isReady) return everything
    const paths = Math.max(this.#pending.next() ?? Number.POSITIVE_INFINITY, this.#troubles.restUntil('paths'))
    return Math.min(everything, paths, Math.max(this.#enquiry.dueAt, this.#troubles.restUntil('poll')), this.#lookout.next())
  }

  async #attempt(work: Work): Promise<void> {
    const { clock } = this.#ports
    const kind = work.kind === 'changed' || work.kind === 'vanished' ? 'paths' : work.kind
    try {
      if (work.kind === 'everything') await this.#lookAtEverything()
      else if (work.kind === 'poll') await this.#askStore()
      else await this.#take(work)
      this.#troubles.passed(kind)
    } catch (error) {
      if (this.#stopper.signal.aborted && error instanceof RowtreeError && error.code === 'cancelled') return
      if (work.kind === 'changed' || work.kind === 'vanished') this.#pending.putBack(work, clock.now())
      this.#troubles.met(kind, error, clock.now())
      if (kind !== 'poll') this.#flushes.reject(error)
    }
  }

  /** Starts watching, if need be, then compares everything: so no change falls between the two. */
  async #lookAtEverything(): Promise<void> {
    const { oneWay } = this.#settings
    const reason = this.#everything
    if (oneWay !== 'store' && !this.#lookout.isOpen) await this.#lookout.open()
    await this.#enquiry.begin()
    this.#everything = undefined
    let done = 0
    try {
      const direction = oneWay === undefined ? 'sync' : oneWay === 'tree' ? 'import' : 'export'
      done = await this.#cycle({ direction, signal: this.#stopper.signal }, { tree: true })
    } catch (error) {
      this.#everything ??= reason
      throw error
    }
    if (reason !== undefined && reason !== 'begin') this.#tell({ event: 'rescan', reason, found: done })
    if (this.#isReady) return
    // The first export may have made all of them.
    await this.#lookout.look()
    this.#isReady = true
    this.#tell({ event: 'ready', files: this.#lookout.files })
    this.#ready.resolve()
  }

  /** Takes the store's changes to the tree, if there are any. */
  async #askStore(): Promise<void> {
    const { oneWay } = this.#settings
    const hasChanged = await this.#enquiry.ask(() => this.#cycle({ direction: 'export', signal: this.#stopper.signal }, { tree: oneWay === 'store' }))
    // What waits for a person may be settled by what changed in the store.
    if (hasChanged && oneWay !== 'store') this.#touch(this.#newsroom.open())
  }

  async #take(batch: Batch): Promise<void> {
    const { oneWay, rules } = this.#settings
    const named = batch.paths.filter((path) => path !== rules)
    const paths = batch.kind === 'vanished' ? await this.#lookout.confirm(named) : named
    if (named.length < batch.paths.length) {
      // The next look at everything makes a watcher by the new rules.
      await this.#lookout.close()
      this.#everything = 'rules-changed'
    }
    if (paths.length > 0) await this.#cycle({ direction: oneWay === 'tree' ? 'import' : 'sync', paths, rows: batch.rows }, { paths, tree: true })
  }

  /** Runs a cycle, tells what it did and passes that on; answers to how many paths something was done. */
  async #cycle(request: Omit<CycleRequest, 'onDeed' | 'giveUp'>, look: Look): Promise<number> {
    const { clock, cycle } = this.#ports
    const deeds: Record<Deed, string[]> = { exported: [], removed: [], imported: [], deleted: [] }
    const since = clock.now()
    try {
      const report = await cycle({ ...request, giveUp: this.#stopper.signal, onDeed: (deed, path) => void deeds[deed].push(path) })
      this.#tellDeeds(deeds, report.summary.seconds)
      const { conflicts, holds, deletions } = report.summary
      // What moved amid the cycle is not settled by anybody; what an export finds may be half written, and is told where it is quiet.
      const again = look.tree ? conflicts.filter(isMoving) : [...conflicts, ...holds, ...deletions].filter(({ path }) => !this.#newsroom.knows(path))
      this.#again(again.map(({ path }) => path))
      const summary = { ...report.summary, conflicts: conflicts.filter((problem) => !isMoving(problem)) }
      for (const news of this.#newsroom.of({ ...report, summary }, look)) this.#tell(news)
    } catch (error) {
      // What was done before it failed will not be found by the next one.
      this.#tellDeeds(deeds, (clock.now() - since) / 1_000)
      throw error
    }
    return Object.values(deeds).flat().length
  }

  #tellDeeds(deeds: Deeds, seconds: number): void {
    for (const news of newsOf(deeds, seconds)) this.#tell(news)
    const written = [...deeds.imported, ...deeds.deleted]
    if (written.length > 0) this.#hook?.run(written)
    this.#lookout.track(deeds.exported.filter(this.#settings.disguised))
  }

  /** Looks at paths once more, where files are taken at all; whoever waits for a flush waits for that, too. */
  #again(paths: readonly string[]): void {
    if (paths.length === 0) return
    // The next poll reads the store whatever its token says.
    if (this.#settings.oneWay === 'store') this.#enquiry.forget()
    else this.#touch(paths, true)
    if (!this.#flushes.isEmpty) this.#pending.hurry()
  }

  async #rescanIfDue(): Promise<void> {
    if (await this.#lookout.rescanIfDue()) this.#touch(this.#newsroom.open())
  }

  #touch(paths: readonly string[], rows = false): void {
    this.#pending.touch(paths, this.#ports.clock.now(), rows)
    this.#alarm.wake()
  }

  /** Nothing is done while the root is gone: neither is anything deleted, nor a tree written where a disk may come back. */
  #rootIs(standing: Standing): void {
    if (standing === 'same') {
      this.#rootGone = undefined
      this.#troubles.passed('root')
      this.#lookout.suspect('root-returned')
    } else {
      this.#rootGone = standing === 'gone' ? treeMissing(this.#settings.root) : treeReplaced(this.#settings.root)
      this.#troubles.met('root', this.#rootGone, this.#ports.clock.now())
      this.#flushes.reject(this.#rootGone)
    }
    this.#alarm.wake()
  }

  #tell(news: WatchNews): void {
    const { event, ...rest } = news
    // Whoever reads lines of JSON finds first what happened.
    this.#events.push({ event, time: new Date(this.#ports.clock.date()).toISOString(), ...rest } as WatchEvent)
  }
}

/** The file or the row changed amid the cycle: there is more to come. */
function isMoving({ code }: Problem): boolean {
  return code === 'changed-meanwhile'
}

function stopped(): RowtreeError {
  return new RowtreeError('cancelled', 'Cannot go on: the session has stopped; start another one')
}
