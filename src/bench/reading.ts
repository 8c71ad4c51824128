import type { Reading } from '../bench.ts'

/** What a store gives: rows in chunks, see the port. */
interface Readable {
  read(): AsyncIterable<{ readonly rows: readonly { readonly content: string | Uint8Array }[]; readonly problems: readonly unknown[] }>
}

/** Reads a store from its first row to its last, through its preset, and keeps nothing. */
export async function readAll(store: Readable, signal: AbortSignal | undefined): Promise<Reading> {
  let [rows, problems, bytes] = [0, 0, 0]
  const start = performance.now()
  for await (const chunk of store.read()) {
    signal?.throwIfAborted()
    rows += chunk.rows.length
    problems += chunk.problems.length
    for (const { content } of chunk.rows) bytes += typeof content === 'string' ? Buffer.byteLength(content) : content.length
  }
  const seconds = (performance.now() - start) / 1_000
  return { rows, problems, bytes, seconds: Number(seconds.toPrecision(6)), rowsPerSecond: Math.round(rows / seconds), bytesPerSecond: Math.round(bytes / seconds) }
}
