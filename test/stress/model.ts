import { textOf } from './pages.ts'

/** What a random writer is told. */
export interface EditOrder {
  /** The tree's root, or the database. */
  readonly target: string
  readonly name: string
  readonly seed: number
  readonly seconds: number
  /** Paths that nobody else writes. */
  readonly own: readonly string[]
  /** Paths that are written on the other side as well. */
  readonly shared: readonly string[]
}

/** What a writer left: the mark of its last write, by path. */
export type Last = Readonly<Record<string, string>>

/** The text of an edit: no other edit has it; some are as long as others, some longer or shorter. */
export function editOf(path: string, mark: string): string {
  const count = Number(mark.slice(mark.lastIndexOf('-') + 1))
  return textOf(path, mark).concat('dolor sit amet '.repeat((count % 5) ** 3))
}

/** Milliseconds until the next edit: often at once, seldom longer than a settle window. */
export function pauseOf(random: () => number): number {
  const kind = random()
  return kind < 0.6 ? random() * 20 : kind < 0.95 ? random() * 100 : random() * 400
}

/** One path at the end. */
export interface End {
  readonly path: string
  readonly file: string | undefined
  readonly row: string | undefined
  /** What a person was told of it, if anything waits. */
  readonly told: boolean
  /** Contents that were overwritten at the path and are kept. */
  readonly history: ReadonlySet<string>
  /** Last writes, by who may have written there; the first content where nobody did. */
  readonly first: string
  readonly byFile: string | undefined
  readonly byRow: string | undefined
}

/** What is wrong at a path, in words; empty where nothing is. */
export function faultsOf({ path, file, row, told, history, first, byFile, byRow }: End): string[] {
  const faults: string[] = []
  const isKept = (text: string): boolean => text === file || text === row || history.has(text)
  if (file !== row && !told) faults.push(`${path}: the sides differ and nobody was told: ${nameOf(file)} and ${nameOf(row)}`)
  if (told && (byFile === undefined || byRow === undefined)) faults.push(`${path}: one side alone was written, and yet somebody is asked`)
  for (const text of [byFile, byRow]) if (text !== undefined && !isKept(text)) faults.push(`${path}: ${nameOf(text)} is lost; ${nameOf(file)} and ${nameOf(row)} are left`)
  const latest = [byFile, byRow].filter((text) => text !== undefined)
  for (const text of [file, row]) if (text === undefined || !(latest.length > 0 ? latest : [first]).includes(text)) faults.push(`${path}: ${nameOf(text)} is not the last that was written`)
  return faults
}

function nameOf(text: string | undefined): string {
  return text === undefined ? 'nothing' : (/<p>(.*)<\/p>/.exec(text)?.[1] ?? JSON.stringify(text.slice(0, 20)))
}
