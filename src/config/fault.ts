import { RowtreeError } from '../errors.ts'

/** The keys and indexes that lead to a value. */
export type Path = readonly PropertyKey[]

/** Line and column, both from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** One thing that is wrong with a config. Its message never holds a value that may be secret. */
export interface Fault {
  readonly message: string
  readonly path: Path
  /** Point at the key instead of the value, or at what this finds in the value's source. */
  readonly at?: 'key' | RegExp
  /** Known at once for syntax; otherwise found by path. */
  readonly position?: Position
}

/** Finds where a fault is in the text; absent when there is no text. */
export type Locate = (path: Path, at?: 'key' | RegExp) => Position

/** More faults than this are counted, not listed. */
const LISTED = 10

/**
 * The one error for all faults: a single line for one, else a line each, in the order of the text,
 * because repairing a file one fault a run is tiresome.
 */
export function refuse(faults: readonly Fault[], file?: string, locate?: Locate): RowtreeError {
  const placed = faults.map((fault) => ({
    message: fault.message,
    position: fault.position ?? locate?.(fault.path, fault.at),
  }))
  placed.sort((a, b) =>
    (a.position?.line ?? 0) - (b.position?.line ?? 0) || (a.position?.column ?? 0) - (b.position?.column ?? 0))

  const details = file === undefined ? {} : { path: file }
  const [first, ...others] = placed
  if (first !== undefined && others.length === 0) {
    const place = placeOf(first.position, file)
    const subject = file === undefined ? `the configuration${place && ` at ${place}`}` : place
    return new RowtreeError('config-invalid', `Cannot read ${subject}: ${first.message}`, details)
  }
  const lines = placed.slice(0, LISTED).map(({ position, message }) => {
    const place = placeOf(position, file)
    return `\n  ${place && `${place}: `}${message}`
  })
  if (placed.length > LISTED) lines.push(`\n  and ${placed.length - LISTED} more`)
  const heading = `Cannot read ${file ?? 'the configuration'}: ${placed.length} faults`
  return new RowtreeError('config-invalid', heading + lines.join(''), details)
}

/** `file:line:column`, the form that editors and terminals make a link of. */
function placeOf(position: Position | undefined, file: string | undefined): string {
  const parts = position === undefined ? [] : [position.line, position.column]
  return (file === undefined ? parts : [file, ...parts]).join(':')
}

/** A path for people: `collections.pages.key[0]`. A key that is no plain name is left out. */
export function nameOf(path: Path): string {
  let name = ''
  for (const step of path) {
    if (typeof step === 'number') name += `[${step}]`
    else name += (name && '.') + (isPlainName(step) ? step : '…')
  }
  return name
}

/** Whether a key may appear in a message: a misplaced URL or password must not. */
export function isPlainName(key: PropertyKey): key is string {
  return typeof key === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(key)
}
