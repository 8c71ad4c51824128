/** What makes the writer do its work twice: each file is staged, and discarded, before it is staged. */
export const SLOWDOWN = {
  file: 'src/tree/atomic.ts',
  /** Stands in the file exactly once; the work comes before it. */
  before: '  const fd = create(temp, options.predecessor)\n  let entry: Entry\n',
  work: '  const twice = create(`${temp}2`, options.predecessor)\n  fill(twice, `${temp}2`, bytes, options)\n  finish(twice, `${temp}2`)\n  discard(`${temp}2`)\n',
} as const
