import { formatPatch, OMIT_HEADERS, structuredPatch, type StructuredPatchHunk } from 'diff'
import { linesOf } from './alignment.ts'

/** One version of a text, by name. */
export interface LabelledText {
  /** Stands before the path, such as `store`. */
  readonly label: string
  /** `undefined`: there is none. */
  readonly text: string | undefined
}

/** How one text becomes another. */
export interface Patch {
  /** In unified format; empty where the texts are equal. */
  readonly patch: string
  /** Lines. */
  readonly added: number
  readonly removed: number
}

/** More lines than this that come or go are not compared any further: the time grows with their square. */
const MOST_EDITS = 1_000

/**
 * A patch as `git apply` and `patch -p1` take it, byte for byte, with three lines of context. Texts that differ
 * too much to be compared quickly are replaced as a whole.
 *
 * @param path relative, `/`-separated
 *
 * @example
 * ```ts
 * unifiedPatch('a.html', { label: 'store', text: 'x\n' }, { label: 'tree', text: 'y\n' })
 * // { patch: '--- store/a.html\n+++ tree/a.html\n@@ -1,1 +1,1 @@\n-x\n+y\n', added: 1, removed: 1 }
 * ```
 */
export function unifiedPatch(path: string, from: LabelledText, to: LabelledText): Patch {
  if (from.text === to.text) return { patch: '', added: 0, removed: 0 }
  const hunks = hunksOf(from.text ?? '', to.text ?? '')
  const patch = `${headerOf(path, from, to)}${hunks.length > 0 ? formatPatch({ ...NAMELESS, hunks }, OMIT_HEADERS) : ''}`
  const count = (mark: string): number => hunks.reduce((sum, { lines }) => sum + lines.filter((line) => line.startsWith(mark)).length, 0)
  return { patch, added: count('+'), removed: count('-') }
}

const NAMELESS = { oldFileName: undefined, newFileName: undefined, oldHeader: undefined, newHeader: undefined } as const

function hunksOf(from: string, to: string): StructuredPatchHunk[] {
  if (from === to) return []
  const patch = structuredPatch('', '', from, to, undefined, undefined, { context: 3, maxEditLength: MOST_EDITS })
  return patch?.hunks ?? [replacement(linesOf(from), linesOf(to))]
}

function replacement(from: readonly string[], to: readonly string[]): StructuredPatchHunk {
  const lines = [...marked('-', from), ...marked('+', to)]
  return { oldStart: 1, oldLines: from.length, newStart: 1, newLines: to.length, lines }
}

function marked(mark: string, lines: readonly string[]): string[] {
  return lines.flatMap((line) => (line.endsWith('\n') ? [mark + line.slice(0, -1)] : [mark + line, '\\ No newline at end of file']))
}

function headerOf(path: string, from: LabelledText, to: LabelledText): string {
  // The tools take a name with spaces to end at a tab.
  const name = ({ label, text }: LabelledText): string => (text === undefined ? '/dev/null' : `${label}/${path}${path.includes(' ') ? '\t' : ''}`)
  const names = `--- ${name(from)}\n+++ ${name(to)}\n`
  if (from.text !== undefined && to.text !== undefined) return names
  const mode = from.text === undefined ? 'new file mode' : 'deleted file mode'
  // An empty file has no lines that could tell that it comes or goes. In this line a space ends a name, unless it is quoted.
  return from.text || to.text ? names : `diff --git "${from.label}/${path}" "${to.label}/${path}"\n${mode} 100644\n`
}
