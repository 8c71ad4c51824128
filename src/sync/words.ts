import { type Baseline, type BaselineEntry, storedIn } from '../baseline/baseline.ts'
import { reviseStructured } from '../core/codec.ts'
import { asText } from '../core/text.ts'
import { digestOf } from '../digest.ts'
import { readBelow } from '../tree/anchor.ts'
import type { Digest, Row } from '../types.ts'

/** A structured row's content in the words of its file, and the digest of its own words. */
export interface Worded {
  readonly content: string | Uint8Array
  readonly source: Digest
}

/**
 * Puts a structured row into the words of its file, with the comments and the order that a person gave them. Only
 * where what it says is something else than the file or the baseline says do its bytes differ from theirs.
 */
export function inWordsOf(root: string, baseline: Baseline, entry: BaselineEntry | undefined, row: Row): Worded {
  const canonical = asText(row.content)
  const source = digestOf(row.content)
  if (entry?.source === source) return { content: baseline.content(storedIn(entry)), source }
  // The file may say the same already: after a crash, or because both were changed alike.
  const file = textAt(root, row.path)
  if (file !== undefined && reviseStructured(file, canonical) === file) return { content: file, source }
  const base = entry && asText(baseline.content(storedIn(entry)))
  return { content: base === undefined ? canonical : reviseStructured(base, canonical), source }
}

function textAt(root: string, path: string): string | undefined {
  const bytes = readBelow(root, path)?.bytes
  return bytes && asText(bytes)
}
