/** The watcher thread: events of the system -> paths to look at -> what differs from the snapshot. */
import type { Stats } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import process from 'node:process'
import { parentPort, workerData } from 'node:worker_threads'
import { type FSWatcher, watch } from 'chokidar'
import { WatchFilter } from '../src/core/watched.ts'
import { releaseMemory } from '../src/memory.ts'
import { BurstDetector } from '../src/tree/burst.ts'
import { type Limit, limitOf } from '../src/tree/limits.ts'
import { Outbox } from '../src/tree/outbox.ts'
import { Presence } from '../src/tree/presence.ts'
import type { Standing, WatcherOrder, WatcherReport, WatcherSettings } from '../src/tree/sighting.ts'
import { Snapshot } from '../src/tree/snapshot.ts'
import { unhurried } from '../src/tree/unhurried.ts'

/** How often the root is looked at, and the shortest pause between two rescans where events are not to be had, in milliseconds. */
const SECOND = 1_000

/** Where polling stands in for events, it may take a tenth of the thread's time. */
const POLLING_SHARE = 10

/** How long a session waits until all directories are watched, in milliseconds; then rescans have to find what nobody tells. */
const READY = 10_000

/** Deno opens one of the few inotify instances for each watch, so there one watch has to do for the whole tree. */
const BACKEND = 'deno' in process.versions ? 'native-recursive' : 'auto'

const port = parentPort!
const settings = workerData as WatcherSettings
const filter = new WatchFilter(settings)
const presence = new Presence(settings.root, settings.place, settings.identity)
const snapshot = new Snapshot(presence, filter)
const bursts = new BurstDetector()
/** What events named, and what was found when it was looked at. */
const named = new Outbox(lookAt)
const found = new Outbox((paths, suspicion) => report({ kind: 'dirty', paths, ...(suspicion && { suspicion }) }), 0)

let chokidar: FSWatcher | undefined
let polling: NodeJS.Timeout | undefined
let watchingRoot: NodeJS.Timeout | undefined
let limited = false
let ready = false
/** Whether the root is being looked at right now, or waited for. */
let checking = true
let standing: Standing = 'same'
/** Whether the session knows which directory is the root. */
let known = settings.identity !== undefined
let stopped = false

function report(message: WatcherReport): void {
  if (!stopped) port.postMessage(message)
}

/** Looks at what events named. */
function lookAt(paths: readonly string[]): void {
  // In another root there is nothing to see, and what happened in ours meanwhile is told by the rescan after its return.
  if (standing !== 'same' || !presence.holds()) {
    void watchRoot()
    return
  }
  const dirty: string[] = []
  for (const path of paths) {
    const wasFile = snapshot.knowsFile(path)
    const seen = snapshot.look(path)
    if (seen === 'directory') {
      if (wasFile) {
        // Chokidar was told that it is a file, and its row has none any more.
        chokidar?.add(join(settings.root, path))
        dirty.push(path)
      }
      scan(path)
    } else for (const one of seen) dirty.push(one)
  }
  found.add(dirty)
}

/** Scans by directory. What they find is remembered by the snapshot at once, but reported at their end. */
const scans = new Map<string, Promise<void>>()
/** Directories that are to be scanned once more, because something happened in them since. */
const again = new Set<string>()

function scan(directory: string): void {
  if (scans.has(directory)) again.add(directory)
  else scans.set(directory, scanUntilQuiet(directory))
}

async function scanUntilQuiet(directory: string): Promise<void> {
  do {
    again.delete(directory)
    // The whole tree is looked at where the system told that something happened, but not where.
    found.add(await unhurried(snapshot.rescan(directory)), directory === '' ? 'burst' : 'new-directory')
  } while (again.has(directory))
  scans.delete(directory)
}

async function rescan(id: number): Promise<void> {
  const paths = await unhurried(snapshot.rescan())
  // What others found is not found again: it has to be told before the answer.
  while (scans.size > 0) await Promise.all(scans.values())
  found.flush()
  report({ kind: 'rescanned', id, paths, files: snapshot.files })
}

/** What was told while it was on a filesystem that is not mounted any more is not gone. */
function confirm(id: number, paths: readonly string[]): void {
  const gone = paths.filter((path) => snapshot.look(path).length > 0)
  report({ kind: 'confirmed', id, paths: presence.holds() ? gone : [] })
}

async function poll(): Promise<void> {
  const since = performance.now()
  if (standing === 'same') found.add(await unhurried(snapshot.rescan('', true)))
  const pause = settings.polling ?? Math.max(SECOND, POLLING_SHARE * (performance.now() - since))
  if (!stopped) polling = setTimeout(() => void poll(), pause)
}

/** Opens the watch and resolves when the system tells of every later change, or will not, or takes too long: chokidar waits for ever for a directory that is swapped for a symlink all the time. */
async function open(): Promise<void> {
  if (limited || settings.polling !== undefined) return
  const watcher = watch(settings.root, {
    backend: BACKEND,
    ignored: isIgnored,
    ignoreInitial: true,
    ignorePermissionErrors: true,
    followSymlinks: false,
    atomic: false,
  })
  chokidar = watcher
  let isLate = false
  await new Promise<void>((resolve) => {
    const patience = setTimeout(() => {
      isLate = true
      resolve()
    }, READY)
    patience.unref()
    watcher.on('raw', onRaw)
    watcher.on('addDir', (directory) => named.add([pathOf(directory)]))
    watcher.on('unlinkDir', (directory) => {
      if (snapshot.knows(pathOf(directory))) named.add([pathOf(directory)])
    })
    watcher.on('ready', () => {
      clearTimeout(patience)
      // What happened in between was told by nobody.
      if (isLate) scan('')
      resolve()
    })
    watcher.on('error', (error) => {
      onError(error)
      if (limited) resolve()
    })
  })
}

/**
 * Whether chokidar leaves a path alone: it watches directories, and what happens to the files in them is told as raw events, within 2 ms
 * and without a record of each file. It asks without stats first, and makes them for each file whenever something happens to it,
 * unless the answer is clear by then.
 */
function isIgnored(path: string, stats?: Stats): boolean {
  if (path === settings.root) return false
  const place = pathOf(path)
  return stats ? !(stats.isDirectory() && filter.enters(place)) : snapshot.knowsFile(place)
}

async function close(): Promise<void> {
  const watcher = chokidar
  chokidar = undefined
  await watcher?.close()
}

function onRaw(_event: string, name: string | null, details: unknown): void {
  if (bursts.count(performance.now())) found.add([], 'burst')
  const { watchedPath } = details as { readonly watchedPath: string }
  const directory = pathOf(watchedPath)
  if (name === null || name === '') {
    named.add([directory])
    return
  }
  const path = pathOf(`${watchedPath}${sep}${name}`)
  if (!filter.takes(path)) return
  // A directory tells of its own end by its own name, as if something in it were gone.
  named.add([name === basename(watchedPath) && !snapshot.knows(path) ? directory : path])
}

function onError(error: unknown): void {
  const limit = limitOf(error, settings.root)
  if (!limit) {
    found.add([], 'watcher-error')
    void watchRoot()
  } else giveUp(limit)
}

/** Polls from now on. */
function giveUp(limit: Limit): void {
  if (limited) return
  limited = true
  report({ kind: 'limited', ...limit })
  void close()
  if (ready && settings.polling === undefined) void poll()
}

function pathOf(absolute: string): string {
  const path = relative(settings.root, absolute)
  return sep === '/' ? path : path.replaceAll(sep, '/')
}

/** Holds while the root is not there, or not the same; what changed meanwhile is told by the rescan that the session asks for at its return. */
async function watchRoot(): Promise<void> {
  if (checking || stopped) return
  checking = true
  clearTimeout(watchingRoot)
  const now = presence.standing()
  if (now !== standing) {
    if (now === 'same') {
      await Promise.all(scans.values())
      await open()
    }
    tellRoot(now)
    if (now !== 'same') {
      named.clear()
      await close()
    }
  }
  checking = false
  if (!stopped) watchingRoot = setTimeout(() => void watchRoot(), SECOND)
}

function tellRoot(now: Standing): void {
  if (!known && presence.identity !== undefined) report({ kind: 'known', identity: presence.identity })
  known = presence.identity !== undefined
  if (now === standing) return
  standing = now
  report({ kind: 'root', standing })
}

async function start(): Promise<void> {
  tellRoot(presence.standing())
  if (standing === 'same') {
    // Once for chokidar, which need not look at files then, and once when nothing can be missed any more.
    await unhurried(snapshot.rescan())
    await open()
    await unhurried(snapshot.rescan())
  }
  // From now on there is little to do.
  releaseMemory()
  ready = true
  report({ kind: 'ready', files: snapshot.files })
  checking = false
  await watchRoot()
  if (limited || settings.polling !== undefined) await poll()
}

async function stop(): Promise<void> {
  stopped = true
  clearTimeout(watchingRoot)
  clearTimeout(polling)
  named.clear()
  found.clear()
  await close()
  process.exit(0)
}

port.on('message', (order: WatcherOrder) => {
  if (order.kind === 'rescan') void rescan(order.id)
  else if (order.kind === 'confirm') confirm(order.id, order.paths)
  else if (order.kind === 'track') filter.track(order.paths)
  else void stop()
})
void start()
