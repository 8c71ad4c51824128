import { Worker } from 'node:worker_threads'
import { messageOf, RowtreeError } from '../errors.ts'
import type { Standing, Suspicion, WatcherOrder, WatcherReport, WatcherSettings } from '../tree/sighting.ts'

/** What a session hears of its tree. */
export interface WatcherListener {
  /** These files were written, appeared or vanished; a suspicion says that there may be more. */
  dirty(paths: readonly string[], suspicion?: Suspicion): void
  /** The system gives no more events; all files are looked at again and again instead. */
  limited(message: string, errno: string): void
  /** The root vanished, another directory stands in its place, or it is there again: rescan then. Told at each change. */
  root(standing: Standing): void
  /** The thread died and another one took its place: look at everything, it cannot know what changed in between. */
  replaced(reason: string): void
  /** Threads die one after the other; there will be no other. */
  failed(error: RowtreeError): void
}

/** What a rescan found. */
export interface Rescanned {
  /** The files that differ, or may. */
  readonly paths: readonly string[]
  /** How many there are. */
  readonly files: number
}

/** What a thread owes an answer to, and what the next one is asked instead if it dies. */
interface Asked extends Omit<PromiseWithResolvers<Rescanned>, 'promise'> {
  readonly order: WatcherOrder
}

/** As many deaths within this time, in milliseconds, are no accident. */
const DEATHS = 5
const WITHIN = 10_000

/** The pause before the second replacement; each further one waits twice as long. In milliseconds. */
const FIRST_PAUSE = 100

/** How long a thread may take to end when it is asked to. */
const PATIENCE = 2_000

/** Sources run as they are; a build turns both this file and the worker into JavaScript. */
const WATCHER: URL = new URL(`../../workers/watcher${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** A watcher makes little garbage, and a large young generation would be kept for nothing. In megabytes. */
const LIMITS = { maxYoungGenerationSizeMb: 4 }

/** Starts a watcher thread. */
export function startWatcher(settings: WatcherSettings): Worker {
  return new Worker(WATCHER, { workerData: settings, resourceLimits: LIMITS })
}

/**
 * The watcher thread as a session sees it: it is there until it is closed. A thread that dies is replaced; what was asked of it is
 * asked of the next one.
 *
 * @example
 * ```ts
 * const watcher = new TreeWatcher({ root, suffix: '.tmp', ignore: [], tracked: [] }, listener)
 * await watcher.start()
 * const { paths } = await watcher.rescan()
 * await watcher.close()
 * ```
 */
export class TreeWatcher {
  readonly #settings: WatcherSettings
  readonly #listener: WatcherListener
  readonly #startThread: (settings: WatcherSettings) => Worker
  readonly #tracked: Set<string>
  readonly #started = Promise.withResolvers<{ files: number }>()
  readonly #asked = new Map<number, Asked>()
  #deaths: readonly number[] = []
  #thread: Worker | undefined
  #ready = false
  /** Which directory is the root, as soon as any thread has seen it. */
  #identity: string | undefined
  /** What stands in the root's place, as the thread sees it, and as the listener was told. */
  #standing: Standing = 'same'
  #told: Standing = 'same'
  #reason: string | undefined
  #limited = false
  #restart: NodeJS.Timeout | undefined
  #end: RowtreeError | undefined
  #count = 0

  /** @param startThread for a test that wants to have the thread in hand */
  constructor(settings: WatcherSettings, listener: WatcherListener, startThread: (settings: WatcherSettings) => Worker = startWatcher) {
    this.#settings = settings
    this.#listener = listener
    this.#startThread = startThread
    this.#tracked = new Set(settings.tracked)
    this.#identity = settings.identity
    // Who starts or asks meets the failure; until then it must not count as unhandled.
    this.#started.promise.catch(() => {})
  }

  /**
   * Resolves when every later change is going to be seen.
   *
   * @throws `RowtreeError` `worker-died` when no thread comes up, `cancelled` when it is closed before
   */
  start(): Promise<{ files: number }> {
    if (!this.#thread && !this.#end) this.#launch()
    return this.#started.promise
  }

  /**
   * Looks at all files.
   *
   * @throws `RowtreeError` as `start` does
   */
  rescan(): Promise<Rescanned> {
    return this.#ask((id) => ({ kind: 'rescan', id }))
  }

  /**
   * Which of these files, that are not there, are gone, and not only out of sight with their filesystem.
   *
   * @throws `RowtreeError` as `start` does
   */
  async confirm(paths: readonly string[]): Promise<readonly string[]> {
    return (await this.#ask((id) => ({ kind: 'confirm', id, paths }))).paths
  }

  #ask(orderOf: (id: number) => WatcherOrder): Promise<Rescanned> {
    if (this.#end) return Promise.reject(this.#end)
    const id = this.#count++
    const { promise, ...settle } = Promise.withResolvers<Rescanned>()
    const order = orderOf(id)
    this.#asked.set(id, { order, ...settle })
    if (this.#ready) this.#order(order)
    return promise
  }

  /** Paths that take part whatever they look like, from now on. */
  track(paths: readonly string[]): void {
    const fresh = paths.filter((path) => !this.#tracked.has(path))
    for (const path of fresh) this.#tracked.add(path)
    if (fresh.length > 0 && this.#thread) this.#order({ kind: 'track', paths: fresh })
  }

  /** Ends the thread. Nothing is told any more, and what was asked fails with `cancelled`. */
  async close(): Promise<void> {
    const thread = this.#thread
    this.#finish(new RowtreeError('cancelled', 'Cannot look at the tree: the watcher is closed'))
    if (!thread) return
    const ended = new Promise((resolve) => thread.once('exit', resolve))
    send(thread, { kind: 'stop' })
    // It may hang in a call of the system, on a file server that does not answer.
    const impatient = setTimeout(() => void thread.terminate(), PATIENCE)
    await ended
    clearTimeout(impatient)
  }

  #launch(): void {
    this.#ready = false
    this.#standing = 'same'
    const thread = this.#startThread({ ...this.#settings, identity: this.#identity, tracked: [...this.#tracked] })
    this.#thread = thread
    let reason = 'it ended'
    thread.on('message', (report: WatcherReport) => {
      if (this.#thread === thread) this.#hear(report)
    })
    thread.on('error', (error) => (reason = messageOf(error).split('\n', 1)[0]!))
    thread.on('exit', () => {
      if (this.#thread === thread) this.#replace(reason)
    })
  }

  #hear(report: WatcherReport): void {
    if (report.kind === 'ready') this.#welcome(report.files)
    else if (report.kind === 'dirty') this.#listener.dirty(report.paths, report.suspicion)
    else if (report.kind === 'known') this.#identity = report.identity
    else if (report.kind === 'root') {
      this.#standing = report.standing
      this.#tellRoot()
    } else if (report.kind === 'limited') {
      if (!this.#limited) this.#listener.limited(report.message, report.errno)
      this.#limited = true
    } else {
      this.#asked.get(report.id)?.resolve({ paths: report.paths, files: 'files' in report ? report.files : 0 })
      this.#asked.delete(report.id)
    }
  }

  #welcome(files: number): void {
    this.#ready = true
    for (const { order } of this.#asked.values()) this.#order(order)
    this.#started.resolve({ files })
    const reason = this.#reason
    this.#reason = undefined
    if (reason !== undefined) this.#listener.replaced(reason)
    this.#tellRoot()
  }

  #tellRoot(): void {
    if (this.#standing === this.#told) return
    this.#told = this.#standing
    this.#listener.root(this.#standing)
  }

  #replace(reason: string): void {
    const now = performance.now()
    this.#thread = undefined
    this.#ready = false
    this.#reason = reason
    this.#deaths = [...this.#deaths.filter((time) => now - time < WITHIN), now]
    const recent = this.#deaths.length
    if (recent < DEATHS) {
      this.#restart = setTimeout(() => this.#launch(), recent === 1 ? 0 : FIRST_PAUSE * 2 ** (recent - 2))
      return
    }
    const error = new RowtreeError('worker-died', `Cannot watch ${this.#settings.root}: the watcher thread died ${recent} times, at last because ${reason}; start again`, {
      path: this.#settings.root,
    })
    this.#finish(error)
    this.#listener.failed(error)
  }

  #finish(error: RowtreeError): void {
    this.#end ??= error
    this.#thread = undefined
    this.#ready = false
    clearTimeout(this.#restart)
    this.#started.reject(this.#end)
    for (const { reject } of this.#asked.values()) reject(this.#end)
    this.#asked.clear()
  }

  #order(order: WatcherOrder): void {
    if (this.#thread) send(this.#thread, order)
  }
}

function send(thread: Worker, order: WatcherOrder): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
  thread.postMessage(order)
}
