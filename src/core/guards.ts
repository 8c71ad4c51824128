import type { FileStat, Problem } from '../types.ts'
import { resolveCommand } from './remedy.ts'
import { asText, isBlank, type TextFault, textFault } from './text.ts'
import { findUnsafe } from './unsafe-template.ts'

/** Rules that turn a change into a hold: it waits until a person decides. */
export interface Guards {
  /** Let a file that was emptied empty its row, and an empty new file become a row. */
  readonly allowEmpty: boolean
  /** How much of a collection may be gone before nothing of it is deleted: a share from 0 to 1, or a number of rows. */
  readonly maxDelete: { readonly share: number } | { readonly count: number }
  /** Bytes of a file that may become a row. */
  readonly maxFileSize: number
  /** Directories, such as `template_sets/`, whose files a board evaluates: what it refuses itself is held. Default: none. */
  readonly evaluated?: readonly string[] | undefined
}

export const DEFAULT_GUARDS: Guards = { allowEmpty: false, maxDelete: { share: 0.25 }, maxFileSize: 8 * 1024 * 1024 }

/** Why a change is held. */
export type Verdict = Pick<Problem, 'code' | 'message'>

/**
 * Holds a file that is too large, before it is read.
 *
 * @param size bytes
 */
export function guardSize(path: string, size: number, guards: Guards): Verdict | undefined {
  if (size <= guards.maxFileSize) return undefined
  const state = `it has ${size.toLocaleString('en-US')} bytes, more than guards.maxFileSize (${guards.maxFileSize.toLocaleString('en-US')})`
  return held('file-too-large', `Cannot import ${path}: ${state}. Shorten it, raise the limit, or confirm with: ${resolveCommand(path, 'tree')}`)
}

/** Disks write in blocks of this many bytes, or multiples of it. */
const BLOCK = 512

/**
 * Holds a file of which only the first blocks, or none, reached the disk before power was lost: it is the very file that was agreed on, nobody wrote
 * to it since, and yet it is shorter.
 *
 * @param agreed what the baseline knows of the file
 */
export function guardStat(path: string, file: FileStat, agreed: FileStat | undefined): Verdict | undefined {
  if (!agreed || file.inode !== agreed.inode || file.mtime !== agreed.mtime || file.size >= agreed.size || file.size % BLOCK > 0) return undefined
  const state = `it has ${file.size.toLocaleString('en-US')} bytes of ${agreed.size.toLocaleString('en-US')}, and nobody wrote to it since: so a power failure leaves files`
  return held('file-cut-short', `Cannot import ${path}: ${state}. Take the row's content with: ${resolveCommand(path, 'store')} (or --prefer tree)`)
}

/**
 * Holds a file whose content looks like an accident: emptied by a crashed editor or a full disk, or not a text. A valid text of 2 KB
 * takes under a microsecond.
 *
 * @param row what the row holds; `undefined` where there is none
 * @param binary the content need not be a text
 */
export function guardContent(
  path: string,
  file: Uint8Array,
  row: Uint8Array | undefined,
  binary: boolean,
  guards: Guards,
): Verdict | undefined {
  if (!guards.allowEmpty && isBlank(file) && !(row && isBlank(row))) return emptied(path, file, row)
  const fault = binary ? undefined : textFault(file)
  if (fault) return notText(path, file, row, fault)
  return guards.evaluated?.some((directory) => path.startsWith(directory)) ? guardTemplate(path, file, row) : undefined
}

function guardTemplate(path: string, file: Uint8Array, row: Uint8Array | undefined): Verdict | undefined {
  const found = findUnsafe(asText(file))
  if (!found) return undefined
  const instead = row ? ` (or --prefer store)` : ''
  const state = `the template ${found.state}, at line ${found.line}. MyBB refuses such a template`
  return held('unsafe-template', `Cannot import ${path}: ${state}. Mend it, or confirm with: ${resolveCommand(path, 'tree')}${instead}`)
}

function emptied(path: string, file: Uint8Array, row: Uint8Array | undefined): Verdict {
  const empty = file.length === 0 ? 'empty' : 'only white space'
  const [state, remedy] = row ? [`it is ${empty}, but its row is not`, 'Fill it again'] : [`it is new and ${empty}`, 'Fill it']
  return held('file-emptied', `Cannot import ${path}: ${state}. ${remedy}, or confirm with: ${resolveCommand(path, 'tree')}`)
}

function notText(path: string, file: Uint8Array, row: Uint8Array | undefined, { code, offset, line }: TextFault): Verdict {
  const place = `at byte ${offset} (line ${line})`
  const [state, remedy] =
    code === 'holds-nul'
      ? [`it holds a NUL ${place}, where databases cut a text`, 'Remove it']
      : [isUtf16(file) ? 'it is UTF-16' : `it is not UTF-8 ${place}`, 'Save it as UTF-8']
  // Without a row there is nothing to take back.
  const instead = row ? `, or take the row's content with: ${resolveCommand(path, 'store')}` : ''
  return held(code, `Cannot import ${path}: ${state}. ${remedy}${instead}`)
}

/** By its byte order mark, which cannot start a text in UTF-8. */
function isUtf16(file: Uint8Array): boolean {
  return (file[0] === 0xff && file[1] === 0xfe) || (file[0] === 0xfe && file[1] === 0xff)
}

/** Holds a file that names a row whose file belongs elsewhere. */
export function misplacedVerdict(path: string, belongs: string): Verdict {
  return held('misplaced', `Cannot import ${path}: the file of its row belongs at ${belongs}. Move it there`)
}

/** Holds a path that an undo made differ: nothing would be undone if the next cycle did it again. */
export function undoneVerdict(path: string): Verdict {
  const state = 'an undo took this change back; it stays out until the file or its row changes'
  return held('undone', `Cannot sync ${path}: ${state}. Decide with: ${resolveCommand(path, 'tree')} (or --prefer store)`)
}

function held(code: Verdict['code'], message: string): Verdict {
  return { code, message }
}
