/** A line that keeps a promise, and what is left when it is taken away. */
export interface Mutant {
  /** What is missing then. */
  readonly without: string
  readonly file: string
  /** Stands in the file exactly once. */
  readonly line: string
  /** Default: nothing. */
  readonly instead?: string
  /** Tests of which at least one must fail. */
  readonly tests: readonly string[]
}

const ORDER = 'test/fault/order.test.ts'
const [ATOMIC, STAGING] = ['test/tree/atomic.test.ts', 'test/tree/staging.test.ts']

/** What stands between a person's work and its loss, line by line. */
export const MUTANTS: readonly Mutant[] = [
  // Durable before it has a name.
  { without: 'the flush of each file', file: 'src/tree/atomic.ts', line: '  if (options.flush) fsyncSync(fd)\n', tests: [ORDER] },
  {
    without: 'the flush of a batch',
    file: 'src/sync/coordinator.ts',
    line: "    if (this.#options.fsync !== 'batch' || (await flushFilesystem(this.#ports.root))) return\n",
    instead: '    return\n',
    tests: [ORDER],
  },
  { without: 'the flush in writeFileAtomic', file: 'src/tree/write.ts', line: '    if (flush) await flushFile(fd)\n', tests: [ORDER] },
  // A name that is still there after a power failure.
  { without: 'the flush of a directory after an export', file: 'src/sync/coordinator.ts', line: '    for (const directory of touched) flushDirectory(join(root, directory))\n', tests: [ORDER] },
  { without: 'the flush of a directory after a removal', file: 'src/sync/removal.ts', line: "    if (fsync !== 'off') for (const directory of touched) flushDirectory(join(root, directory))\n", tests: [ORDER] },
  { without: 'the flush of a directory after a merge', file: 'src/tree/replace.ts', line: "    if (options.fsync !== 'off') flushDeed(`${root}/${directory}`, made)\n", tests: [ORDER] },
  { without: 'the flush of a directory in writeFileAtomic', file: 'src/tree/write.ts', line: '  if (flush) flushUpwards(directory, made)\n', tests: [ORDER] },
  { without: 'the flush of directories that were made', file: 'src/tree/durable.ts', line: '  for (let path = directory; path.length >= made.length; path = dirname(path)) flushDirectory(dirname(path))\n', tests: [ORDER] },
  { without: 'the flush of what an import takes', file: 'src/sync/import.ts', line: '  await flushFound(root, tasks.map(({ path }) => path), fsync)\n', tests: [ORDER] },
  { without: 'the flush of what both sides agree on', file: 'src/sync/coordinator.ts', line: '    await this.secure()\n', tests: [ORDER] },
  { without: 'the flush of the directory in which SQLite removes its journal', file: 'src/store/sqlite/file.ts', line: "  database.exec('pragma synchronous = extra')\n", tests: [ORDER] },
  { without: 'the flush of the directories of tree and state', file: 'src/tree/root.ts', line: '  if (flush && made !== undefined) flushUpwards(path, made)\n', tests: [ORDER] },
  // Whole, or not at all.
  { without: 'the size check', file: 'src/tree/atomic.ts', line: '  if (entry.size !== size) throw shortWrite(temp, entry.size, size)\n', tests: [ATOMIC] },
  { without: 'O_EXCL', file: 'src/tree/atomic.ts', line: "openSync(temp, 'wx', ", instead: "openSync(temp, 'w', ", tests: [ATOMIC] },
  { without: 'the discard after a full disk', file: 'src/tree/staging.ts', line: '        discardJob(work)\n', tests: [STAGING, 'test/cli/bad-disk.test.ts'] },
  // Compare, then swap.
  { without: 'the re-check before rename', file: 'src/tree/atomic.ts', line: "  if (entry?.kind !== 'file' || !sameStat(entry, seen)) return false\n", tests: [ATOMIC, STAGING] },
  { without: 'the re-check of a content whose stat proves nothing', file: 'src/tree/publishing.ts', line: '  if (digest !== undefined && !holds(target, digest)) return false\n', tests: [STAGING] },
  { without: 'the refusal of a name that was taken', file: 'src/tree/atomic.ts', line: '    linkSync(temp, target)\n', instead: '    renameSync(temp, target)\n    return true\n', tests: [ATOMIC, STAGING] },
  { without: 'the re-check before a removal', file: 'src/tree/remove.ts', line: "  if (entry?.kind !== 'file' || !sameStat(entry, seen.stat)) return false\n", tests: ['test/tree/remove.test.ts'] },
  { without: 'the compare in the row update', file: 'src/store/task.ts', line: "else if (digest !== change.expected) task.state = 'changed'", instead: '', tests: ['test/contract/apply.test.ts'] },
  { without: 'the reading back of a row', file: 'src/store/task.ts', line: '  if (asked !== undefined && !sameContent(held, asked)) {\n', instead: '  if (asked === null) {\n', tests: ['test/store/apply.test.ts'] },
  // Held for a person.
  { without: 'the empty guard', file: 'src/core/guards.ts', line: '  if (!guards.allowEmpty && isBlank(file) && !(row && isBlank(row))) return emptied(path, file, row)\n', tests: ['test/core/guards.test.ts'] },
  { without: 'the guard against files that were cut short', file: 'src/core/guards.ts', line: ' || file.size >= agreed.size || file.size % BLOCK > 0) return undefined', instead: ' || agreed) return undefined', tests: ['test/core/guards.test.ts', 'test/crash/power-off.test.ts'] },
  { without: 'the guard against bytes that are no text', file: 'src/core/guards.ts', line: '  if (fault) return notText(path, file, row, fault)\n', tests: ['test/core/guards.test.ts'] },
  { without: 'the delete limit', file: 'src/core/deletions.ts', line: 'loss.missing > allowed(loss.total, maxDelete)', instead: 'loss.missing < 0', tests: ['test/core/deletions.test.ts'] },
  { without: 'the hold when everything is gone', file: 'src/core/deletions.ts', line: 'missing === total && total > 0', instead: 'missing < 0', tests: ['test/core/deletions.test.ts'] },
  // The last save wins.
  {
    without: 'the last-save-wins settle',
    file: 'src/core/settle.ts',
    line: '    this.#last.delete(path)\n    this.#last.set(path, now)\n    if (!this.#first',
    instead: '    if (!this.#last.has(path)) this.#last.set(path, now)\n    if (!this.#first',
    tests: ['test/core/settle.test.ts'],
  },
  // History first.
  { without: 'history before files are replaced', file: 'src/sync/record.ts', line: '    if (kept.length > 0) this.#baseline.checkpoint()\n', tests: [ORDER] },
  { without: 'history before rows are written', file: 'src/sync/import.ts', line: '  baseline.checkpoint()\n', tests: [ORDER] },
  { without: 'history before files are removed', file: 'src/sync/removal.ts', line: '  baseline.checkpoint()\n', tests: [ORDER] },
  // Nothing outside the tree, and no two at once.
  { without: 'the refusal to enter a directory through a symlink', file: 'src/tree/anchor.ts', line: 'const FLAGS = 0o10000000 | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0)', instead: 'const FLAGS = 0o10000000 | (constants.O_DIRECTORY ?? 0)', tests: [STAGING] },
  { without: 'the check of directories where none can be held', file: 'src/tree/anchor.ts', line: '    const obstacle = findObstacle(this.#root, directory)\n', instead: '    const obstacle = undefined as ReturnType<typeof findObstacle>\n', tests: ['test/tree/anchor.test.ts'] },
  { without: 'the refusal to read through a symlink', file: 'src/tree/read.ts', line: 'constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | ', instead: 'constants.O_RDONLY | ', tests: ['test/tree/read.test.ts'] },
  { without: 'the lock', file: 'src/baseline/lock.ts', line: '; begin exclusive', tests: ['test/baseline/lock.test.ts'] },
  { without: 'the refusal of a newer baseline', file: 'src/baseline/schema.ts', line: '  if (version > VERSION) {\n', instead: '  if (version < 0) {\n', tests: ['test/baseline/baseline.test.ts', 'test/baseline/migration.test.ts'] },
]
