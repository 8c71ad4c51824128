import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Direction, Licence } from '../core/direction.ts'
import { isForeign } from '../core/droppings.ts'
import { Lately } from '../core/lately.ts'
import { PACE } from '../core/pace.ts'
import { RowtreeError } from '../errors.ts'
import { systemClock } from '../sync/clock.ts'
import { runCycle } from '../sync/cycle.ts'
import { Hook } from '../sync/hook.ts'
import { suspectsOf } from '../sync/suspects.ts'
import type { CyclePlan } from '../sync/plan.ts'
import type { CycleRequest, WatchPorts } from '../sync/session.ts'
import { startSession } from '../sync/watch.ts'
import { TreeWatcher } from '../sync/watcher.ts'
import { IGNORE_FILE, readIgnoreFile } from '../tree/ignore-file.ts'
import { Presence } from '../tree/presence.ts'
import { realPathOf } from '../tree/root.ts'
import { ageOf } from '../tree/stat.ts'
import type { Side } from '../types.ts'
import type { WatchOptions, WatchSession } from '../watch.ts'
import type { Sides } from './sides.ts'

/**
 * Starts a watch session: the config's settings, unless a caller chose otherwise.
 *
 * @param onEnd called when it is over
 */
export function openSession(config: Config, options: WatchOptions, sides: Pick<Sides, 'open' | 'token' | 'listen' | 'rest'>, onEnd: () => void): WatchSession {
  const { watch, tree, export: { tempSuffix: suffix } } = config
  const { settle = watch.settle, maxBatch = watch.maxBatch, onImport: command = watch.onImport, signal } = options
  checkTimes(options)
  const poll = often(options.poll ?? watch.poll)
  const oneWay = options.oneWay ?? watch.oneWay ?? (poll === Number.POSITIVE_INFINITY ? 'tree' : undefined)
  const root = realPathOf(tree)
  const presence = new Presence(root, tree)
  const disguised = (path: string): boolean => isForeign(path, suffix)
  const licence = (direction: Direction): Licence => licenceOf(config, options, oneWay, direction)
  const { only, ignore = [], workers, fsync } = options

  /** Of the tree's own ignore file, as its watcher has them: they change when that file has been quiet, like any other. */
  let rules: readonly string[] | undefined
  const lately = new Lately()

  const ports: WatchPorts = {
    token: () => sides.token(),
    listen: (onChange) => sides.listen(onChange),
    onEnd,
    ageOf: (path) => ageOf(join(root, path)),
    clock: systemClock,
    hook: command === undefined || command === 'off' ? undefined : (onFailure) => new Hook(command, { cwd: config.directory, onFailure }),
    async watcher(listener) {
      // Makes a root that was never there: its watcher would wait for it, and nothing else would make it.
      const errand = { command: 'watch', licence: licence('sync'), options: {}, presence }
      const tracked = await sides.open(errand, async ({ ports: { baseline } }) => [...baseline.paths()].filter(disguised))
      rules = readIgnoreFile(root)
      // The patterns may leave out their own file, whose changes have to be seen.
      return new TreeWatcher({ root, place: tree, identity: presence.identity, suffix, ignore: [...config.ignore, ...rules, ...ignore, `!/${IGNORE_FILE}`], tracked }, listener)
    },
    async cycle({ direction, paths, rows, signal: stopped, giveUp, onDeed }: CycleRequest) {
      const versions = new Map<string, string>()
      const told: Pick<CyclePlan, 'onDeed' | 'onUndecided'> = {
        onDeed(deed, path, collection) {
          if (deed === 'deleted' || deed === 'removed') lately.lose(deed === 'deleted' ? 'tree' : 'store', path, collection, systemClock.now())
          else lately.regain(path)
          onDeed(deed, path)
        },
        onUndecided: (path, held) => void versions.set(path, held),
      }
      const own = { only, ignore, workers: paths ? 0 : workers, fsync, signal: stopped }
      const errand = { command: 'watch', licence: licence(direction), options: own, presence, rules, giveUp }
      const summary = await sides.open(errand, async ({ ports: open, plan }) => {
        // Without a baseline each save would meet a row that it was never compared with.
        const suspects = paths && !open.baseline.isEmpty() ? suspectsOf(open, paths, rows) : undefined
        const done = await runCycle(open, { ...plan, paths: suspects, hints: true, lately: lately.at(systemClock.now()), ...told })
        // Threads would sit there for hours.
        await sides.rest()
        return done
      })
      return { summary, versions }
    },
  }
  const settings = {
    oneWay,
    settle,
    maxBatch,
    rescan: often(options.rescan ?? watch.rescan),
    poll: oneWay === 'tree' ? Number.POSITIVE_INFINITY : poll,
    root,
    rules: IGNORE_FILE,
    disguised,
  }
  return startSession(ports, settings, signal)
}

/** What the config's own limits keep out of it: a session that never rests, or never does anything. */
function checkTimes({ settle, maxBatch, rescan, poll }: WatchOptions): void {
  const chosen: Readonly<Record<keyof typeof PACE, number | 'off' | undefined>> = { settle, maxBatch, rescan, poll }
  for (const [name, { least, most }] of Object.entries(PACE)) {
    const value = chosen[name as keyof typeof PACE]
    if (value === undefined || value === 'off' || (value >= least && value <= most)) continue
    throw new RowtreeError('usage', `Cannot watch: ${name} is ${value}; give it a number from ${least} to ${most}`)
  }
}

function often(interval: number | 'off'): number {
  return interval === 'off' ? Number.POSITIVE_INFINITY : interval
}

function licenceOf(config: Config, options: WatchOptions, oneWay: Side | undefined, direction: Direction): Licence {
  const { prune = config.export.prune, delete: deletes = false } = options
  // Who takes the tree's changes, too, takes a missing file for one of them.
  return { direction, prune, delete: deletes, prefer: undefined, onConflict: config.onConflict, leaveMissing: oneWay !== 'store' }
}
