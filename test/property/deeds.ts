import * as fc from 'fast-check'
import type { Side } from '../../src/types.ts'
import type { Call } from '../support/faults/index.ts'
import { isItem, meaningOf, type Obstacle, type Path, PATHS, textOf } from './place.ts'

/** What a person makes of the content that is there, or puts in its place. */
const KINDS = ['fresh', 'fresh', 'first-line', 'last-line', 'same-size', 'half', 'common', 'empty', 'blank', 'binary', 'comment', 'broken', 'crlf'] as const
export type Kind = (typeof KINDS)[number]

/** A person's edit of one path on one side. */
export interface Edit {
  readonly side: Side
  readonly path: Path
  /** `undefined`: it is deleted. */
  readonly kind: Kind | undefined
  readonly time: 'now' | 'past' | 'future'
  /** Under another name first, as editors do. */
  readonly replaces: boolean
}

/** One of rowtree's operations. */
export type Order =
  | { readonly command: 'export'; readonly prune: boolean; readonly force: boolean; readonly only: readonly string[] | undefined }
  | { readonly command: 'import'; readonly delete: boolean; readonly force: boolean; readonly paths: readonly string[] | undefined }
  | { readonly command: 'sync'; readonly prune: boolean; readonly delete: boolean; readonly only: readonly string[] | undefined }
  | { readonly command: 'resolve'; readonly paths: readonly string[]; readonly prefer: Side | 'merge'; readonly delete: boolean }
  /** The last operation, or as many before it. */
  | { readonly command: 'undo'; readonly back: number }

/** What else happens while an operation runs. */
export type Circumstance =
  | { readonly kind: 'calm' | 'twice' | 'dry' | 'foretold' | 'hidden' }
  /** A person's edit at this milestone, from 1; an aimed one where something is going to happen. */
  | { readonly kind: 'meanwhile'; readonly at: number; readonly edit: Edit; readonly aimed: boolean }
  /** What a SIGKILL at this milestone leaves is what goes on. */
  | { readonly kind: 'crash'; readonly at: number }
  /** System calls fail, or only those on one file. */
  | { readonly kind: 'fault'; readonly calls: readonly Call[]; readonly at: number; readonly times: number; readonly fault: 'EIO' | 'EACCES' | 'ENOSPC' | 'EPERM' | 'EMFILE'; readonly where: '' | 'tree' | '.rowtree'; readonly name: string }
  | { readonly kind: 'corrupt'; readonly share: number }

/** One command of a sequence. */
export type Deed =
  | ({ readonly do: 'edit' } & Edit)
  | { readonly do: 'rename'; readonly side: Side; readonly from: Path; readonly to: Path }
  | { readonly do: 'wipe'; readonly side: Side; readonly below: string }
  | { readonly do: 'block'; readonly path: Path; readonly with: Obstacle }
  | { readonly do: 'unmount'; readonly leaves: 'nothing' | 'empty' }
  | { readonly do: 'unblock' | 'mount' | 'restart' }
  | { readonly do: 'run'; readonly order: Order; readonly circumstance: Circumstance }

/** A sequence is only plain data, so that it shrinks, prints and replays. */
export interface Story {
  /** Whether the store was exported before the story begins. */
  readonly exported: boolean
  readonly onConflict: 'keep' | 'merge'
  readonly deeds: readonly Deed[]
}

const path = fc.constantFrom(...PATHS)
const side = fc.constantFrom<Side>('store', 'tree')
const edit: fc.Arbitrary<Edit> = fc.record({
  side,
  path,
  kind: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...KINDS) }, { weight: 1, arbitrary: fc.constant(undefined) }),
  time: fc.constantFrom('now', 'now', 'past', 'future'),
  replaces: fc.boolean(),
})
const NAMES = [...PATHS, 'north', 'south', 'items', ''] as const
const only = fc.option(fc.constantFrom(['/north/'], ['*.html', '!/south/b.html'], ['/items/'], ['/north/a.html']), { nil: undefined, freq: 4 })
const order: fc.Arbitrary<Order> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ command: fc.constant('export'), prune: fc.boolean(), force: often(false), only }) },
  { weight: 2, arbitrary: fc.record({ command: fc.constant('import'), delete: fc.boolean(), force: often(false), paths: fc.option(fc.subarray([...NAMES], { minLength: 1, maxLength: 3 }), { nil: undefined, freq: 3 }) }) },
  { weight: 5, arbitrary: fc.record({ command: fc.constant('sync'), prune: fc.boolean(), delete: fc.boolean(), only }) },
  { weight: 2, arbitrary: fc.record({ command: fc.constant('resolve'), paths: fc.subarray([...NAMES], { minLength: 1, maxLength: 2 }), prefer: fc.constantFrom('store', 'tree', 'merge'), delete: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ command: fc.constant('undo'), back: fc.constantFrom(0, 0, 1, 2) }) },
)
const at = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 14 }))
const READS: readonly Call[] = ['stat', 'open', 'read', 'list']
const fault = fc.constantFrom('EIO', 'EACCES', 'ENOSPC', 'EPERM', 'EMFILE')
const circumstance: fc.Arbitrary<Circumstance> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom<Circumstance>({ kind: 'calm' }, { kind: 'twice' }, { kind: 'foretold' }, { kind: 'dry' }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('meanwhile'), at, edit, aimed: often(true) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('crash'), at }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fault'),
      calls: fc.constantFrom(READS, ['stat'], ['list'], ['write', 'fsync', 'truncate'], ['rename', 'link', 'unlink'], ['mkdir', 'open'], ['close', 'read', 'write', 'unlink']),
      at: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 150 })),
      times: fc.constantFrom(1, 1, 3, 1_000),
      fault,
      where: fc.constantFrom('', 'tree', 'tree', '.rowtree'),
      name: fc.constant(''),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('fault'),
      calls: fc.constantFrom(READS, ['stat'], ['read', 'open']),
      at: fc.constantFrom(1, 1, 2),
      times: fc.constantFrom(1, 1_000),
      fault,
      where: fc.constant('tree'),
      name: path,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('corrupt'), share: fc.double({ min: 0, max: 0.999, noNaN: true }) }) },
  { weight: 1, arbitrary: fc.constant<Circumstance>({ kind: 'hidden' }) },
)
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 12, arbitrary: edit.map((one): Deed => ({ do: 'edit', ...one })) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rename'), side, from: path, to: path }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wipe'), side, below: fc.constantFrom('north', 'south', 'items', '') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('block'), path, with: fc.constantFrom('directory', 'symlink', 'dangling', 'parent-file', 'parent-loop', 'parent-elsewhere') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unmount'), leaves: fc.constantFrom('nothing', 'empty') }) },
  { weight: 3, arbitrary: fc.constantFrom<Deed>({ do: 'unblock' }, { do: 'mount' }, { do: 'restart' }) },
  { weight: 14, arbitrary: fc.record({ do: fc.constant('run'), order, circumstance }) },
)

/** An edit, and another one on the other side while the first is carried over. */
const race: fc.Arbitrary<Deed[]> = fc.record({ edit, other: edit, command: fc.boolean(), at: fc.integer({ min: 1, max: 6 }) }).map((one) => {
  const [first, second] = one.edit.side === 'store' ? (['store', 'tree'] as const) : (['tree', 'store'] as const)
  const carrying: Order = one.command
    ? { command: 'sync', prune: false, delete: false, only: undefined }
    : first === 'store' ? { command: 'export', prune: false, force: false, only: undefined } : { command: 'import', delete: false, force: false, paths: undefined }
  return [
    { do: 'edit', ...one.edit, kind: one.edit.kind ?? 'fresh' },
    { do: 'run', order: carrying, circumstance: { kind: 'meanwhile', at: one.at, edit: { ...one.other, side: second, path: one.edit.path }, aimed: false } },
  ]
})
/** A file that cannot be looked at or read while rows of missing files are deleted. */
const blind: fc.Arbitrary<Deed[]> = fc.record({ name: path, calls: fc.constantFrom<readonly Call[]>(['stat'], ['open'], ['read'], READS), fault }).map((one) => {
  return [{ do: 'run', order: { command: 'sync', prune: true, delete: true, only: undefined }, circumstance: { kind: 'fault', where: 'tree', at: 1, times: 1_000, ...one } }]
})
const several = fc.oneof({ weight: 1, arbitrary: blind }, { weight: 10, arbitrary: deed.map((one) => [one]) }, { weight: 1, arbitrary: race })

export const story: fc.Arbitrary<Story> = fc.record({
  exported: often(true),
  onConflict: fc.constantFrom('keep', 'keep', 'merge'),
  deeds: fc.array(several, { minLength: 4, maxLength: 24, size: 'max' }).map((deeds) => deeds.flat()),
})

function often(value: boolean): fc.Arbitrary<boolean> {
  return fc.constantFrom(value, value, value, !value)
}

/**
 * The content that an edit leaves.
 *
 * @param before what is there, in the form of that side
 * @param mark no other edit has it
 */
export function contentOf({ side: where, path: place, kind }: Edit, before: string | undefined, mark: string): string | undefined {
  if (kind === undefined) return undefined
  if (!isItem(place)) return pageOf(place, kind, before, mark, where)
  const { name, note } = { name: 'New', note: null, ...(JSON.parse(where === 'store' ? before ?? '{}' : itemIn(place, before)) as Record<string, string | null>) }
  const said = kind === 'common' ? { name: 'Common', note } : kind === 'last-line' ? { name, note: mark } : kind === 'blank' ? { name: '', note } : { name: mark, note }
  if (where === 'store') return JSON.stringify(said)
  if (kind === 'empty') return ''
  if (kind === 'binary') return `name: "a\0b"\nnote: \xff\n`
  if (kind === 'broken') return `${before ?? ''}name: [${mark}\n`
  if (kind === 'half') return (before ?? '').slice(0, Math.ceil((before ?? '').length / 2))
  const comment = before === undefined || kind === 'comment' ? `# ${mark}\n` : ''
  const comments = (before ?? '').split('\n').filter((line) => line.startsWith('#')).map((line) => `${line}\n`)
  return `${comments.join('')}${comment}name: ${JSON.stringify(kind === 'comment' ? name : said.name)}\nnote: ${JSON.stringify(said.note)}\n`
}

function itemIn(place: string, before: string | undefined): string {
  const said = meaningOf(place, before)
  return said === undefined || said.startsWith('no item') || !/^[ -~]*$/.test(said) ? '{}' : said
}

function pageOf(place: string, kind: Kind, before: string | undefined, mark: string, where: Side): string {
  const lines = (before ?? textOf('first', place)).split('\n')
  switch (kind) {
    case 'first-line':
      return [`<h1>${mark}</h1>`, ...lines.slice(1)].join('\n').slice(0, 380)
    case 'last-line':
      return [...lines.slice(0, -2), `<p>${mark}</p>`, ''].join('\n').slice(-380)
    case 'same-size':
      return before === undefined || before.length < mark.length ? mark : mark + before.slice(mark.length)
    case 'half':
      return (before ?? '').slice(0, Math.ceil((before ?? '').length / 2))
    case 'common':
      return textOf('common', place)
    case 'empty':
      return ''
    case 'blank':
      return ' \n\t\n'
    case 'binary':
      return where === 'tree' ? `${mark}\0\xff` : `${mark} \xc3\xa9`
    case 'crlf':
      return lines.join('\r\n').slice(0, 300) + mark
    default:
      return textOf(mark, place)
  }
}
