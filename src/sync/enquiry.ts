import type { WatchPorts, WatchSettings } from './session.ts'

/** What a session knows of the store: whether it changed since it was read last, and when to ask again. */
export class Enquiry {
  readonly #ports: Pick<WatchPorts, 'token' | 'listen' | 'clock'>
  readonly #settings: Pick<WatchSettings, 'poll' | 'settle'>
  readonly #wake: () => void
  #token = ''
  #pollAt: number
  /** When the store told of a change that nobody asked about yet. */
  #toldAt = Number.POSITIVE_INFINITY
  /** Until then a change that is told waits for those that follow it. */
  #restUntil = Number.NEGATIVE_INFINITY
  #isOver = false
  #deafen: (() => Promise<void>) | undefined

  /** @param wake called when it is to be asked earlier than was said */
  constructor(ports: Pick<WatchPorts, 'token' | 'listen' | 'clock'>, settings: Pick<WatchSettings, 'poll' | 'settle'>, wake: () => void) {
    this.#ports = ports
    this.#settings = settings
    this.#wake = wake
    this.#pollAt = ports.clock.now() + settings.poll
  }

  /** When the store is to be asked. */
  get dueAt(): number {
    return Math.min(this.#pollAt, Math.max(this.#toldAt, this.#restUntil))
  }

  /** Takes for known what is about to be read. Where the store tells of changes it is listened to first, so that none falls between the two. */
  async begin(): Promise<void> {
    if (this.#settings.poll === Number.POSITIVE_INFINITY) return
    this.#deafen ??= await this.#ports.listen?.(() => this.#hear())
    this.#token = await this.#ports.token()
  }

  /** Takes the store's changes, if there are any; answers whether there were. Where that fails they are still to be taken. */
  async ask(take: () => Promise<unknown>): Promise<boolean> {
    const { clock, token } = this.#ports
    const told = this.#toldAt
    this.#toldAt = Number.POSITIVE_INFINITY
    this.#pollAt = clock.now() + this.#settings.poll
    const before = this.#token
    try {
      // Asked for before the rows are read: what changes meanwhile differs from it.
      const now = await token()
      if (now === before) return false
      this.#token = now
      await take()
      return true
    } catch (error) {
      this.#token = before
      // Nobody tells it twice, and the next turn may be hours away.
      this.#toldAt = Math.min(this.#toldAt, told)
      throw error
    } finally {
      this.#restUntil = clock.now() + this.#settings.settle
    }
  }

  /** Makes the next question find a change, whatever the store says. */
  forget(): void {
    this.#token = ''
    if (this.#deafen) this.#hear()
  }

  /** Ends the listening; nothing is heard afterwards. */
  async close(): Promise<void> {
    this.#isOver = true
    const deafen = this.#deafen
    this.#deafen = undefined
    await deafen?.()
  }

  #hear(): void {
    if (this.#isOver) return
    this.#toldAt = Math.min(this.#toldAt, this.#ports.clock.now())
    this.#wake()
  }
}
