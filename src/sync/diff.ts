import { join } from 'node:path'
import { storedIn } from '../baseline/baseline.ts'
import { unifiedPatch } from '../core/patch.ts'
import { asBytes, asText, textFault } from '../core/text.ts'
import type { Difference, Version } from '../options.ts'
import { readBelow } from '../tree/anchor.ts'
import { lstatBelow } from '../tree/stat.ts'
import type { StatusItem } from '../types.ts'
import type { CyclePorts } from './plan.ts'
import { inWordsOf } from './words.ts'

/** Which two versions are compared. */
export interface Pair {
  readonly from: Version
  readonly to: Version
}

const CHUNK = 100

/** Yields how two versions of each of these paths differ; those that are equal are left out. */
export async function* differences({ store, root, baseline }: CyclePorts, items: readonly StatusItem[], { from, to }: Pair): AsyncGenerator<Difference> {
  for (let start = 0; start < items.length; start += CHUNK) {
    const chunk = items.slice(start, start + CHUNK)
    const paths = chunk.map(({ path }) => path)
    const entries = baseline.find(paths)
    const findings = from === 'store' || to === 'store' ? await store.find(paths) : []
    for (const [index, { path, state }] of chunk.entries()) {
      const finding = findings[index]
      const version = (which: Version): Uint8Array | undefined => {
        const entry = entries.get(path)
        if (which === 'baseline') return entry && baseline.content(storedIn(entry))
        if (which === 'tree') return lstatBelow(join(root, path))?.kind === 'file' ? readBelow(root, path)?.bytes : undefined
        if (finding?.kind !== 'row') return undefined
        const { row } = finding
        return asBytes(row.structured ? inWordsOf(root, baseline, entry, row).content : row.content)
      }
      const [before, after] = [version(from), version(to)]
      if (before && after ? Buffer.compare(before, after) === 0 : before === after) continue
      yield { path, state, from, to, ...compare(path, { from, to }, before, after) }
    }
  }
}

function compare(path: string, { from, to }: Pair, before: Uint8Array | undefined, after: Uint8Array | undefined): Omit<Difference, 'path' | 'state' | 'from' | 'to'> {
  if ((before && textFault(before)) || (after && textFault(after))) return { binary: true, added: 0, removed: 0, patch: '' }
  return { binary: false, ...unifiedPatch(path, { label: from, text: before && asText(before) }, { label: to, text: after && asText(after) }) }
}
