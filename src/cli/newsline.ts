import { resolveCommand } from '../core/remedy.ts'
import type { Side } from '../types.ts'
import type { WatchEvent } from '../watch.ts'
import { caret, caretName } from './caret.ts'
import type { Reloaded } from './succession.ts'
import { number, type Paint, plain, plural, type Style } from './words.ts'

/** How news are told. */
export interface NewsStyle {
  /** The directory that is watched, as a person writes it. */
  readonly tree: string
  /** Columns of the terminal on stdout. @default as many as it takes */
  readonly columns?: number
  /** @default no colours */
  readonly stdout?: Paint
  readonly stderr?: Paint
  /** Tell also what is of no consequence. @default false */
  readonly verbose?: boolean
  /** How a command of rowtree's is typed here: the program, and flags with a space behind each. @default `rowtree` without flags */
  readonly typed?: { readonly program: string; readonly flags: string }
}

/**
 * A line for people: `data` is what was done, `attention` what a person has to look at and is told also when quiet, `note` what is
 * good to know beside that.
 */
export interface NewsLine {
  readonly as: 'data' | 'attention' | 'note'
  readonly text: string
}

type Batch = Extract<WatchEvent, { readonly seconds: number }>

const BATCHES: Readonly<Record<Batch['event'], { readonly style: Style; readonly noun?: string }>> = {
  imported: { style: 'green' },
  exported: { style: 'green' },
  deleted: { style: 'magenta', noun: 'row' },
  removed: { style: 'magenta', noun: 'file' },
}

/** More paths of one batch than this are counted, not named. */
const MOST_NAMED = 3

/**
 * An event of a session as a person reads it; nothing for what is of no consequence.
 *
 * @example
 * ```ts
 * newsLines({ event: 'imported', time, paths: ['a/header.html', 'a/footer.html'], seconds: 0.018 }, { tree: './site' })
 * // [{ as: 'data', text: '14:02:11 imported 2 (header.html, footer.html) 18 ms' }]
 * ```
 */
export function newsLines(event: WatchEvent | Reloaded, style: NewsStyle): NewsLine[] {
  const time = timeOf(event.time)
  const { stdout = plain, stderr = plain, verbose = false } = style
  const note = (text: string): NewsLine[] => [{ as: 'note', text: `${stderr('dim', time)} ${text}` }]
  const alert = (label: string, colour: Style, message: string): NewsLine[] => [
    { as: 'attention', text: `${stderr('dim', time)} ${stderr(colour, `${label}:`)} ${caret(pasteable(message, style))}` },
  ]
  switch (event.event) {
    case 'ready':
      return note(`watching ${number.format(event.files)} ${plural(event.files, 'file')} in ${caretName(style.tree)} · Ctrl-C ends`)
    case 'imported':
    case 'exported':
    case 'deleted':
    case 'removed':
      return [{ as: 'data', text: batchLine(event, time, style.columns ?? Number.POSITIVE_INFINITY, stdout) }]
    case 'untracked':
      return note(`${number.format(event.paths.length)} ${event.paths.length === 1 ? 'file fits' : 'files fit'} no collection: ${named(event.paths)}`)
    case 'conflict':
      return alert('conflict', 'yellow', withRemedy(event))
    case 'held':
      return alert('hold', 'yellow', event.message)
    case 'pending':
      return note(`${stderr('magenta', 'deletion:')} ${caret(pasteable(event.message, style))}`)
    case 'problem':
      return alert('problem', 'red', event.message)
    case 'recovered':
      return alert('recovered', 'green', event.message)
    case 'rescan':
      return verbose ? note(`looked at all files (${event.reason}): ${number.format(event.found)} to compare`) : []
    case 'reloaded':
      return note(`${caretName(event.path)} changed; watching by the new settings`)
    case 'stopped':
      return verbose ? note('stopped') : []
  }
}

/** One line a batch; with less room first fewer files are named, then the name loses its beginning, then none is. */
function batchLine({ event, paths, seconds }: Batch, time: string, columns: number, paint: Paint): string {
  const { style, noun } = BATCHES[event]
  const what = `${event} ${number.format(paths.length)}${noun === undefined ? '' : ` ${plural(paths.length, noun)}`}`
  const took = tookOf(seconds)
  // The last column stays free: some terminals wrap as soon as it is written.
  const room = columns - 1 - [time, what, took].join(' ').length - ' ()'.length
  const names = namesIn(paths, room)
  return [paint('dim', time), paint(style, what), ...(names === '' ? [] : [`(${names})`]), took].join(' ')
}

/** As many names as fit, of the first three; empty where there is no room for any. */
function namesIn(paths: readonly string[], room: number): string {
  const names = namesOf(paths, MOST_NAMED).map(caretName)
  for (let count = names.length; count > 0; count--) {
    const listed = [...names.slice(0, count), ...(count < paths.length ? ['…'] : [])].join(', ')
    if (listed.length <= room) return listed
  }
  const [first = ''] = names
  return room > SHORTEST ? `…${first.slice(first.length - room + 1)}` : ''
}

/** A name that was cut further would tell nothing. */
const SHORTEST = 8

function named(paths: readonly string[]): string {
  return [...paths.slice(0, MOST_NAMED).map(caretName), ...(paths.length > MOST_NAMED ? ['…'] : [])].join(', ')
}

/** The last segments of the first paths, where no other path has the same one; otherwise the whole path. */
function namesOf(paths: readonly string[], most: number): string[] {
  const first = paths.slice(0, most)
  const wanted = new Map(first.map((path) => [nameOf(path), 0]))
  for (const path of paths) {
    const seen = wanted.get(nameOf(path))
    if (seen !== undefined) wanted.set(nameOf(path), seen + 1)
  }
  return first.map((path) => (wanted.get(nameOf(path)) === 1 ? nameOf(path) : path))
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/** Most messages name the command that settles what they tell; those of conflicts at first sight do not. */
function withRemedy({ path, code, message }: { readonly path: string; readonly code: string; readonly message: string }): string {
  // The next cycle compares anew.
  if (code === 'changed-meanwhile' || message.includes('rowtree resolve ')) return message
  const prefer: Side | 'merge' = code === 'changed-on-both-sides' ? 'merge' : 'tree'
  return `${message}. Decide with: ${resolveCommand(path, prefer)} (or ${prefer === 'merge' ? 'store, tree' : 'store'})`
}

/** Commands in a message, the way this program is run here. */
function pasteable(message: string, { typed }: NewsStyle): string {
  if (!typed) return message
  return message.replaceAll(/\browtree (resolve|diff|import|export) /g, (_, command: string) => `${typed.program} ${command} ${typed.flags}`)
}

function tookOf(seconds: number): string {
  return seconds < 0.9995 ? `${Math.max(1, Math.round(seconds * 1_000))} ms` : `${seconds.toFixed(1)} s`
}

/** The time of day where we are. */
function timeOf(time: string): string {
  return new Date(time).toTimeString().slice(0, 8)
}
