import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What the runtime's own collector takes, https://nodejs.org/api/globals.html#globalgc. */
type Collector = (options: { readonly type: 'major'; readonly execution: 'async'; readonly flavor: 'last-resort' }) => unknown

/**
 * Gives the memory back to the system that the calling thread does not use. A runtime keeps what a burst of work needed, and collects only
 * when it needs more: whoever sits there for hours afterwards holds several times of what it uses. It takes some ten milliseconds.
 */
export function releaseMemory(): void {
  setFlagsFromString('--expose-gc')
  const collector = runInNewContext('gc') as Collector
  void collector({ type: 'major', execution: 'async', flavor: 'last-resort' })
}
