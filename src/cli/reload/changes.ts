/** What pages are told: stylesheets to swap, or to load themselves again. */

/** One event for pages. `ready` asks for nothing: it only names where in the session they are. */
export interface PageEvent {
  readonly event: 'styles' | 'page' | 'ready'
  /** The session and how many events it had, such as `9f86d081-12`. */
  readonly id: string
  readonly paths: readonly string[]
}

/** All that a session told, as far as a page that was away has to know it. */
export interface Changes {
  /** Notes a batch: `styles` where all of it are stylesheets. */
  add(paths: readonly string[]): PageEvent
  /**
   * What a page missed, as one event. A page of another session missed nothing that anybody knows of; it stays as it is.
   *
   * @param id of the last event that it saw
   */
  since(id: string | undefined): PageEvent
}

/** @param session what sets its ids apart from those of other sessions; no `-` */
export function changesOf(session: string): Changes {
  /** When each stylesheet changed last, and when anything else did, as numbers of events. */
  const styles = new Map<string, number>()
  let page = 0
  let count = 0
  const event = (kind: PageEvent['event'], paths: readonly string[]): PageEvent => ({ event: kind, id: `${session}-${count}`, paths })
  return {
    add(paths) {
      count++
      if (!paths.every(isStyle)) {
        page = count
        return event('page', paths)
      }
      for (const path of paths) styles.set(path, count)
      return event('styles', paths)
    },
    since(id) {
      const [, seenSession, number] = /^(.+)-(\d+)$/.exec(id ?? '') ?? []
      if (seenSession !== session) return event('ready', [])
      const seen = Number(number)
      if (page > seen) return event('page', [])
      const missed = [...styles].filter(([, changed]) => changed > seen).map(([path]) => path)
      return event(missed.length > 0 ? 'styles' : 'ready', missed)
    },
  }
}

function isStyle(path: string): boolean {
  return /\.css$/i.test(path)
}
