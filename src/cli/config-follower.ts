import { readFileSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { errnoOf } from '../errors.ts'

/** What is followed, and who hears of it. */
export interface FollowerOptions {
  /** Absolute. */
  readonly file: string
  /**
   * The file has another text than before, and had it for a while. Nothing is looked at before this is done. The answer `later` asks for
   * being told again soon, of whatever the file says then.
   */
  changed(): Promise<'done' | 'later'>
  /** How often the file is looked at, in milliseconds. @default 250 */
  readonly interval?: number
  /** How soon that is, and how long the file may be missing before it counts as changed, in milliseconds. @default 2,000 */
  readonly patience?: number
}

/**
 * Looks at a config file now and then. A change counts when two looks in a row saw the same, because editors write in pieces; a moment
 * without the file is none, because they replace it; and neither is a new time with the same text.
 *
 * @example
 * ```ts
 * const follower = new ConfigFollower({ file: '/srv/rowtree.yaml', changed: async () => 'done' })
 * await follower.close()
 * ```
 */
export class ConfigFollower {
  readonly #options: FollowerOptions
  readonly #closing = new AbortController()
  readonly #done: Promise<void>
  #stamp: string | undefined
  #text: string | undefined

  constructor(options: FollowerOptions) {
    this.#options = options
    this.#stamp = stampOf(options.file)
    this.#text = textOf(options.file)
    this.#done = this.#follow(options.interval ?? 250, options.patience ?? 2_000)
    // Whoever closes hears of an error; until then it is nobody's.
    this.#done.catch(() => {})
  }

  /** Resolves when nobody is going to be told any more. Throws what `changed` threw. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#done
  }

  async #follow(interval: number, patience: number): Promise<void> {
    let before = this.#stamp
    let pause = interval
    let missing = 0
    while (await this.#pause(pause)) {
      pause = interval
      const stamp = stampOf(this.#options.file)
      const isQuiet = stamp === before
      before = stamp
      const isGone = stamp === undefined
      missing = isGone ? missing + interval : 0
      if (!isQuiet || (isGone ? missing < patience : stamp === this.#stamp)) continue
      this.#stamp = stamp
      const text = textOf(this.#options.file)
      if (!isGone && text === this.#text) continue
      this.#text = text
      if ((await this.#options.changed()) === 'done') continue
      this.#stamp = this.#text = undefined
      pause = patience
    }
  }

  /** Whether there is anything to do afterwards. */
  async #pause(interval: number): Promise<boolean> {
    const { signal } = this.#closing
    try {
      await delay(interval, undefined, { signal, ref: false })
    } catch (error) {
      if (!signal.aborted) throw error
    }
    return !signal.aborted
  }
}

/** What tells whether a file was written; `undefined` where there is none at the moment. */
function stampOf(file: string): string | undefined {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(file)
    return [ino, size, mtimeMs, ctimeMs].join(' ')
  } catch (error) {
    return unread(error)
  }
}

/** What cannot be read now is told by whoever loads it. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    return unread(error)
  }
}

function unread(error: unknown): undefined {
  if (errnoOf(error) === undefined) throw error
}
