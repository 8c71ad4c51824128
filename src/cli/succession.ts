import type { Config } from '../config.ts'
import { type Engine, openEngine } from '../engine.ts'
import { type ErrorCode, RowtreeError } from '../errors.ts'
import type { WatchEvent, WatchOptions, WatchSession } from '../watch.ts'
import { ConfigFollower } from './config-follower.ts'

/** The config file changed, and the session that follows goes by it. */
export interface Reloaded {
  readonly event: 'reloaded'
  /** ISO 8601, UTC. */
  readonly time: string
  /** The config file. */
  readonly path: string
}

/** What only another text of the config can mend. */
const OF_THE_FILE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['config-invalid', 'config-unreadable', 'store-unsupported', 'usage'])

/** What sessions one after another need. */
export interface SuccessionOptions {
  /** Reads the config anew. */
  load(): Promise<Config>
  /** The choices for each session. */
  readonly watch: WatchOptions
  /** Takes an event; `false` when nobody listens any more. */
  tell(event: WatchEvent | Reloaded, config: Config): Promise<boolean>
  /** How often the config file is looked at, in milliseconds. */
  readonly interval?: number
}

interface Reign {
  readonly config: Config
  readonly engine: Engine
}

/**
 * Watches by a config, and by the next one when its file changes: that is opened before the running session ends. A config that is
 * no good is told as a problem, and the session goes on by the one before it.
 *
 * @throws {RowtreeError} what the first engine cannot be opened for, and what ends a session
 */
export async function watchSuccession(config: Config, options: SuccessionOptions): Promise<void> {
  const { tell, watch } = options
  let reign: Reign = { config, engine: await openEngine(config) }
  let heir: Reign | undefined
  let session: WatchSession | undefined
  let fault: ErrorCode | undefined

  const changed = async (): Promise<'done' | 'later'> => {
    const path = config.file ?? ''
    try {
      const next = await options.load()
      const isOther = JSON.stringify(next) !== JSON.stringify((heir ?? reign).config)
      if (isOther) {
        const opened = await accede(next, watch.signal)
        await heir?.engine.close()
        heir = opened
      }
    } catch (error) {
      if (watch.signal?.aborted) return 'done'
      if (!(error instanceof RowtreeError)) {
        // A mistake of ours: it is thrown as soon as the session is over.
        await session?.stop()
        throw error
      }
      // What is wrong with the file itself stays so until it is written again; a store that is locked does not.
      const next = OF_THE_FILE.has(error.code) ? 'done' : 'later'
      if (fault === error.code && next === 'later') return next
      fault = error.code
      const message = `${error.message.replace(/[.?!]$/, '')}; the session goes on by the settings before`
      await tell({ event: 'problem', time: now(), path, code: fault, message }, reign.config)
      return next
    }
    if (fault !== undefined) await tell({ event: 'recovered', time: now(), path, code: fault, message: `${path} is valid again` }, reign.config)
    fault = undefined
    if (heir) await session?.stop()
    return 'done'
  }

  const follower = config.file === undefined ? undefined : new ConfigFollower({ file: config.file, changed, ...(options.interval !== undefined && { interval: options.interval }) })
  try {
    for (;;) {
      session = reign.engine.watch(watch)
      let listening = true
      for await (const event of session) {
        // For the listener it goes on.
        if (event.event === 'stopped' && heir && listening && !watch.signal?.aborted) continue
        if (listening && !(await tell(event, reign.config))) {
          listening = false
          await session.stop()
        }
      }
      if (!heir || !listening || watch.signal?.aborted) return
      await reign.engine.close()
      reign = heir
      heir = undefined
      await tell({ event: 'reloaded', time: now(), path: config.file ?? '' }, reign.config)
    }
  } finally {
    await follower?.close()
    await heir?.engine.close()
    await reign.engine.close()
  }
}

/** Opens all that a session needs, to see whether it can be opened. */
async function accede(config: Config, signal: AbortSignal | undefined): Promise<Reign> {
  const engine = await openEngine(config)
  try {
    await engine.status({ paths: [], signal })
    return { config, engine }
  } catch (error) {
    await engine.close()
    throw error
  }
}

function now(): string {
  return new Date().toISOString()
}
