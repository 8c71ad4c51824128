import { join } from 'node:path'
import { undoneVerdict } from '../core/guards.ts'
import { digestOf } from '../digest.ts'
import { readBelow } from '../tree/anchor.ts'
import { lstatBelow } from '../tree/stat.ts'
import type { Digest } from '../types.ts'
import type { CyclePorts } from './plan.ts'
import { inWordsOf } from './words.ts'

const CHUNK = 500

/** Holds those of these paths whose sides differ, as long as both stay as they are now. */
export async function holdUndone({ store, root, baseline }: CyclePorts, paths: readonly string[]): Promise<void> {
  for (let start = 0; start < paths.length; start += CHUNK) {
    const chunk = paths.slice(start, start + CHUNK)
    const findings = await store.find(chunk)
    const entries = baseline.find(chunk)
    for (const [index, path] of chunk.entries()) {
      const finding = findings[index]!
      const row = finding.kind === 'row' ? finding.row : undefined
      const content = row?.structured ? inWordsOf(root, baseline, entries.get(path), row).content : row?.content
      const sides = { store: content === undefined ? undefined : digestOf(content), tree: digestOfFile(root, path) }
      if (sides.store === sides.tree) baseline.decide(path)
      else baseline.defer({ path, kind: 'hold', ...undoneVerdict(path), ...sides, since: Date.now() })
    }
  }
}

function digestOfFile(root: string, path: string): Digest | undefined {
  const file = lstatBelow(join(root, path))?.kind === 'file' ? readBelow(root, path) : undefined
  return file && digestOf(file.bytes)
}
