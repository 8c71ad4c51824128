import { CONFIG } from '../support/project.ts'
import { sql } from '../support/tables.ts'
import type { Errand } from './errand.ts'
import { type Ground, pathOf, type Situation, textOf } from './scene.ts'

const PATHS = Array.from({ length: 20 }, (_, index) => pathOf(index))
const MERGING = `${CONFIG}onConflict: merge\n`

/** Rows that are new, of a new directory too, replaced and gone. */
function changeRows({ setRow }: Ground): void {
  for (const path of PATHS.slice(0, 5)) setRow(path, textOf(path, 'row'))
  for (const path of PATHS.slice(5, 8)) setRow(path, undefined)
  for (const path of ['north/new.html', 'north/newer.html', 'west/new.html', 'west/newer.html']) setRow(path, textOf(path, 'new row'))
}

/** The same of files. */
function changeFiles({ setFile }: Ground): void {
  for (const path of PATHS.slice(8, 13)) setFile(path, textOf(path, 'file'))
  for (const path of PATHS.slice(13, 15)) setFile(path, undefined)
  for (const path of ['south/made.html', 'east/made.html', 'east/more.html']) setFile(path, textOf(path, 'new file'))
}

/** Both sides, some at places so far apart that they can be merged. */
function changeBoth(ground: Ground): void {
  changeRows(ground)
  changeFiles(ground)
  for (const path of PATHS.slice(15, 18)) {
    ground.setRow(path, textOf(path, 'row'))
    ground.setFile(path, textOf(path, 'old', 'file'))
  }
}

/** Both sides, at the same place. */
function clash({ setFile, setRow }: Ground): void {
  for (const path of PATHS.slice(0, 4)) {
    setRow(path, textOf(path, 'row'))
    setFile(path, textOf(path, 'file'))
  }
  setRow(PATHS[4]!, undefined)
  setFile(PATHS[4]!, textOf(PATHS[4]!, 'file'))
  setRow(PATHS[5]!, textOf(PATHS[5]!, 'row'))
  setFile(PATHS[5]!, undefined)
}

const SYNC: Errand = { operation: 'sync', options: { prune: true, delete: true } }
const MODES = ['off', 'batch', 'file'] as const

/** Commands, each in situations in which it does everything that it can do. */
export const COMMANDS: Readonly<Record<string, readonly Situation[]>> = {
  'a first export': MODES.map((fsync) => ({ errand: { operation: 'export', options: { fsync } } })),
  'an export of new, changed and removed rows': MODES.map((fsync) => ({ errand: { operation: 'export', options: { fsync, prune: true } }, prepare: changeRows })),
  'an import of new, changed and removed files': [{ errand: { operation: 'import', options: { delete: true } }, prepare: changeFiles }],
  'a sync with changes and deletions on both sides, and merges': [
    { config: MERGING, errand: SYNC, prepare: changeBoth },
    {
      config: MERGING,
      errand: { ...SYNC, options: { ...SYNC.options, fsync: 'batch' } },
      prepare(ground) {
        sql(`${ground.directory}/site.sqlite`, 'pragma journal_mode = wal')
        changeBoth(ground)
      },
    },
  ],
  'an undo': [{
    config: MERGING,
    errand: { operation: 'undo', options: { operation: 1 } },
    async prepare(ground) {
      changeBoth(ground)
      await ground.run(SYNC)
    },
  }],
  'a resolve': [
    ...(['store', 'tree'] as const).map((prefer): Situation => ({ errand: { operation: 'resolve', paths: PATHS.slice(0, 6), options: { prefer } }, prepare: clash })),
    {
      errand: { operation: 'resolve', paths: PATHS.slice(0, 4), options: { prefer: 'merge' } },
      async prepare(ground) {
        clash(ground)
        await ground.run({ operation: 'resolve', paths: PATHS.slice(0, 4), options: { prefer: 'merge' } })
        for (const path of PATHS.slice(0, 2)) ground.setFile(`${path}.rowtree-merge`, textOf(path, 'mended'))
      },
    },
  ],
}

/** So many rows that writer threads start. */
const MANY = 2_400

/** Commands that write on several threads, whose calls come in another order each time. */
export const THREADED: readonly Situation[] = [
  { rows: MANY, errand: { operation: 'export', options: { workers: 2 } } },
  {
    rows: MANY,
    errand: { operation: 'export', options: { workers: 2, prune: true } },
    prepare(ground) {
      sql(`${ground.directory}/site.sqlite`, `update pages set body = replace(body, 'old', 'row') where rowid % 4 < 2; delete from pages where rowid % 40 = 3`)
    },
  },
]
