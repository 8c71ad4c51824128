import { onTestFinished } from 'vitest'
import type { WatchEvent, WatchOptions, WatchSession } from '../../src/index.ts'
import { eventually } from './eventually.ts'
import type { Site } from './site.ts'
import { keepTrail, type Step, trailOf } from './trail.ts'

/** A site that is watched. */
export interface WatchedSite extends Site {
  readonly session: WatchSession
  /** What was told so far. */
  readonly events: readonly WatchEvent[]
  /** Every value that a row took since. */
  trail(): Step[]
  /** Waits until a row holds what its file holds, without asking for a flush. */
  arrival(path: string): Promise<void>
  /** Takes what is not taken yet, ends the session, and tells what came of it. */
  outcome(): Promise<Outcome>
}

/** What a session did, and what it left. Names and paths are sorted. */
export interface Outcome {
  /** Rows that were written, by `site/slug`. */
  readonly changed: readonly string[]
  /** Paths that were told to be imported. */
  readonly imported: readonly string[]
  /** Rows that were blank or gone, if only for a moment. */
  readonly harmed: readonly Step[]
  /** All else that was told, such as `held north/a file-emptied`. */
  readonly told: readonly string[]
  /** What `status` finds that is not equal on both sides. */
  readonly unsettled: readonly unknown[]
}

/** These files were taken, and nothing else happened. */
export function saved(paths: readonly string[], told: readonly string[] = []): Outcome {
  const names = paths.map((path) => path.replace(/\.html$/, ''))
  return { changed: names.toSorted(), imported: paths.toSorted(), harmed: [], told, unsettled: [] }
}

/**
 * Watches a site until the running test is over. The returned promise waits until every save is going to be seen. The session may
 * do whatever a session can: it takes both sides' changes and deletes rows.
 */
export async function watchSite(site: Site, options: WatchOptions = {}): Promise<WatchedSite> {
  keepTrail(site.store)
  const session = site.engine.watch({ poll: 100, delete: true, settle: 60, ...options })
  const events: WatchEvent[] = []
  const collected = collect(session, events)
  const stop = async (): Promise<void> => {
    await session.stop()
    await collected
  }
  onTestFinished(stop)
  await Promise.race([collected, eventually('the session is ready', () => events.some(({ event }) => event === 'ready'))])
  const trail = (): Step[] => trailOf(site.store)
  return {
    ...site,
    session,
    events,
    trail,
    arrival: async (path) => void (await eventually(`the row of ${path} holds what its file holds`, () => site.row(path) === site.file(path))),
    async outcome() {
      await session.flush()
      await stop()
      const { items, problems } = await site.engine.status()
      return {
        changed: sorted(trail().map(({ name }) => name)),
        imported: sorted(events.flatMap((one) => (one.event === 'imported' ? one.paths : []))),
        harmed: trail().filter(({ body }) => body === null || body.trim() === ''),
        told: events.filter(({ event }) => !CALM.has(event)).map(lineOf),
        unsettled: [...items.filter(({ state }) => state !== 'in-sync'), ...problems],
      }
    },
  }
}

/** Events that tell of no difficulty. */
const CALM: ReadonlySet<string> = new Set(['ready', 'imported', 'rescan', 'stopped'])

async function collect(session: WatchSession, events: WatchEvent[]): Promise<void> {
  for await (const event of session) events.push(event)
}

function sorted(paths: readonly string[]): string[] {
  return [...new Set(paths)].toSorted()
}

function lineOf(one: WatchEvent): string {
  return [one.event, 'path' in one && one.path, 'code' in one && one.code].filter((word) => word !== false).join(' ')
}
