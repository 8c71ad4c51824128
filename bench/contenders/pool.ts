/**
 * rowtree's writers alone: the jobs, threads, flushes and renames of an export, without a database. The baseline is a map in memory that keeps no contents.
 * What is replaced is read and compared before, as always.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Baseline, BaselineEntry } from '../../src/baseline/baseline.ts'
import { DEFAULT_GUARDS } from '../../src/core/guards.ts'
import { Agenda } from '../../src/sync/agenda.ts'
import { Coordinator } from '../../src/sync/coordinator.ts'
import { Packer } from '../../src/sync/packing.ts'
import { WriterPool } from '../../src/sync/pool.ts'
import { Tally } from '../../src/sync/tally.ts'
import { filesystemClock } from '../../src/tree/clock.ts'
import { Directories } from '../../src/tree/directories.ts'
import type { FsyncMode } from '../../src/types.ts'
import { course, demand, tell } from '../course.ts'
import { contentOf, directoryOf, pathOf } from '../data.ts'
import type { Figures } from '../figures.ts'
import { calm, turns } from '../turns.ts'

const { directory, files, sizes, fsync, workers, rounds } = course<{ files: number; sizes: number[]; fsync: FsyncMode; workers: number; rounds: number }>()

type Memory = Pick<Baseline, 'begin' | 'commit' | 'checkpoint' | 'rollback' | 'isEmpty' | 'find' | 'addPack' | 'put' | 'refresh' | 'remove' | 'record' | 'retract' | 'merges' | 'holds'>

/** What a writer asks of a baseline. */
function memory(entries: Map<string, BaselineEntry>): Baseline {
  const part: Memory = {
    begin() {},
    commit() {},
    checkpoint() {},
    rollback() {},
    isEmpty: () => entries.size === 0,
    find: (paths) => new Map(paths.flatMap((path) => (entries.has(path) ? [[path, entries.get(path)!]] : []))),
    addPack: () => 0,
    put: (entry) => void entries.set(entry.path, entry),
    refresh: (path, stat, settled) => void entries.set(path, { ...entries.get(path)!, stat, settled }),
    remove: ({ path }) => void entries.delete(path),
    record: (records) => records.map(() => 0),
    retract() {},
    merges: () => new Map(),
    holds: () => true,
  }
  return part as Baseline
}

const state = join(directory, 'state')
mkdirSync(state)
const pool = new WriterPool(workers)
pool.start()

/** Writes all files; `offset` moves the contents, so that each is another one. */
async function writeAll(root: string, entries: Map<string, BaselineEntry>, contents: readonly string[], offset: number): Promise<void> {
  const [packer, tally, directories] = [new Packer(), new Tally(), new Directories(root, '.tmp', false)]
  const coordinator = new Coordinator(
    { root, baseline: memory(entries), directories, pool, packer, tally, agenda: new Agenda(), clock: filesystemClock(root, state) },
    {
      suffix: '.tmp', fsync, dryRun: false, guards: DEFAULT_GUARDS, undone: new Map(), onSteps() {},
      licence: { direction: 'export', prune: false, delete: false, prefer: undefined, onConflict: 'keep' },
    },
  )
  for (let index = 0; index < files; index++) {
    const [path, site] = [pathOf(index), directoryOf(index)]
    const { fresh } = directories.prepare(site)
    const packed = packer.add({ collection: 'pages', key: [path], path, directory: site, fresh, rowless: false, binary: false, source: '' }, contents[(index + offset) % files]!)
    if (packed) await coordinator.submit(packed)
  }
  const rest = packer.take()
  if (rest) await coordinator.submit(rest)
  await coordinator.finish()
  demand(tally.exported, files, 'written')
}

const figures: Record<string, Figures[string]> = {}
for (const size of sizes) {
  const contents = Array.from({ length: files }, (_, index) => contentOf(index, size))
  const root = join(directory, String(size))
  let entries = new Map<string, BaselineEntry>()
  const settle = (): void => {
    if (fsync !== 'off') calm(directory)
  }
  const times = await turns({
    new: {
      before() {
        rmSync(root, { recursive: true, force: true })
        mkdirSync(root)
        entries = new Map()
        settle()
      },
      run: () => writeAll(root, entries, contents, 0),
    },
    replace: { before: settle, run: () => writeAll(root, entries, contents, 1) },
  }, rounds)
  for (const [kind, { first, later }] of Object.entries(times)) Object.assign(figures, { [`${kind}${size}`]: later, [`${kind}${size}First`]: first })
  rmSync(root, { recursive: true })
}
await pool.close()
tell(figures)
