import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type Engine, RowtreeError } from '../../src/index.ts'
import { type Milestone, MILESTONES } from '../../src/sync/milestones.ts'
import { eventually } from '../support/eventually.ts'
import { LONG, method, type Trials } from '../support/method.ts'
import { type Site, site } from '../support/site.ts'
import { samplePages } from '../support/tables.ts'

const path = (index: number): string => `${index % 2 === 0 ? 'north' : 'south'}/page-${String(index).padStart(6, '0')}.html`
const OLD = samplePages(12)[0]!.body as string
const old = (index: number): string => OLD.replace('<h1>0', `<h1>${index}`)

const MOMENTS: readonly Milestone[] = ['staged', 'kept', 'published', 'removed', 'rows-written', 'rows-kept', 'rows-committed', 'committing', 'committed']

/** What people and programs do to the state of a tree, or to its sides, while rowtree is at work. */
const DEEDS: Readonly<Record<string, (one: Site, older: Buffer) => void>> = {
  'the state directory is removed': ({ directory }) => rmSync(`${directory}/.rowtree`, { recursive: true, force: true }),
  'the state directory is moved away': ({ directory }) => {
    if (existsSync(`${directory}/.rowtree`)) renameSync(`${directory}/.rowtree`, `${directory}/moved`)
  },
  'the baseline is removed': ({ directory }) => rmSync(`${directory}/.rowtree/baseline.db`, { force: true }),
  'the baseline and its journal are removed': ({ directory }) => {
    for (const end of ['', '-journal']) rmSync(`${directory}/.rowtree/baseline.db${end}`, { force: true })
  },
  'the baseline is replaced by an older copy': ({ directory }, older) => {
    rmSync(`${directory}/.rowtree/baseline.db`, { force: true })
    if (existsSync(`${directory}/.rowtree`)) writeFileSync(`${directory}/.rowtree/baseline.db`, older)
  },
  'the baseline is overwritten by an older copy': ({ directory }, older) => {
    if (existsSync(`${directory}/.rowtree`)) writeFileSync(`${directory}/.rowtree/baseline.db`, older)
  },
  'the lock is removed': ({ directory }) => rmSync(`${directory}/.rowtree/lock.db`, { force: true }),
  'the tree is moved away': ({ root }) => {
    if (!existsSync(`${root}.away`)) renameSync(root, `${root}.away`)
  },
  'the store is moved away': ({ store }) => {
    if (!existsSync(`${store}.away`)) renameSync(store, `${store}.away`)
  },
}

const OPERATIONS: Readonly<Record<string, (engine: Engine) => Promise<unknown>>> = {
  export: (engine) => engine.export({ prune: true }),
  import: (engine) => engine.import({ delete: true }),
  sync: (engine) => engine.sync({ prune: true, delete: true }),
}

/** Two rows and two files that were edited, a conflict, a row and a file that are gone; the others as they were. */
function edit({ setRow, setFile }: Site): void {
  for (const index of [0, 1, 4]) setRow(path(index), `row ${index}`)
  for (const index of [2, 3, 4]) setFile(path(index), `file ${index}`)
  setRow(path(5), undefined)
  setFile(path(6), undefined)
}

/** What is lost of `edit`: each content that was written last has to be on one side still, and what nobody touched on both. */
function lossesOf({ row, file }: Site): string[] {
  const losses: string[] = []
  for (let index = 0; index < 12; index++) {
    const both = [row(path(index)), file(path(index))]
    const say = (state: string): void => void losses.push(`${path(index)}: ${state}; there are ${JSON.stringify(both.map((text) => text?.slice(0, 20)))}`)
    const allowed = new Set([old(index), `row ${index}`, `file ${index}`, undefined])
    if (both.some((text) => !allowed.has(text))) say('nobody wrote that')
    if ([0, 1, 4].includes(index) && !both.includes(`row ${index}`)) say('the edit of the row is gone')
    if ([2, 3, 4].includes(index) && !both.includes(`file ${index}`)) say('the edit of the file is gone')
    if (index >= 7 && both.some((text) => text !== old(index))) say('it is not as it was')
  }
  return losses
}

/** Brings back what was moved away, unless something is in its place by now. */
function bringBack({ root, store }: Site): void {
  for (const away of [root, store]) {
    if (!existsSync(`${away}.away`)) continue
    rmSync(away, { recursive: true, force: true })
    renameSync(`${away}.away`, away)
  }
}

function clear(error: unknown): string[] {
  return error instanceof RowtreeError && /^Cannot [^\n]+$/.test(error.message) ? [] : [`it ended with ${error instanceof Error ? error.stack : String(error)}`]
}

async function strike(trials: Trials, operation: string, what: string, moment: Milestone): Promise<void> {
  const one = await site()
  const older = readFileSync(`${one.directory}/.rowtree/baseline.db`)
  // So that the copy is older than what is agreed on: both went from the old content to another one and back.
  one.setFile(path(7), 'in between')
  await one.engine.import()
  one.setFile(path(7), old(7))
  await one.engine.import()
  edit(one)
  const losses: string[] = []
  let hasStruck = false
  const listen = (reached: unknown): void => {
    if (hasStruck || reached !== moment) return
    hasStruck = true
    DEEDS[what]!(one, older)
  }
  const attempt = async (again: boolean): Promise<void> => {
    try {
      await OPERATIONS[operation]!(one.engine)
    } catch (error) {
      losses.push(...clear(error).map((loss) => `${again ? 'again, ' : ''}${loss}`))
    }
  }
  subscribe(MILESTONES, listen)
  try {
    await attempt(false)
  } finally {
    unsubscribe(MILESTONES, listen)
  }
  if (!hasStruck) return
  bringBack(one)
  losses.push(...lossesOf(one))
  await attempt(true)
  losses.push(...lossesOf(one).map((loss) => `again, ${loss}`))
  trials.add(...losses.map((loss) => `${what} when ${operation} had reached "${moment}": ${loss}`))
}

for (const what of Object.keys(DEEDS)) {
  method(`while a cycle is at work ${what}`, undefined, async (trials) => {
    for (const [index, moment] of MOMENTS.entries()) {
      for (const [turn, operation] of Object.keys(OPERATIONS).entries()) {
        // A sample of them; all in the long run.
        if (LONG || (index + turn) % 6 === 0) await strike(trials, operation, what, moment)
      }
    }
  })
}

method('while a session runs its state, its tree and its store are removed, replaced and brought back', undefined, async (trials) => {
  for (const [what, deed] of Object.entries(DEEDS)) {
    const one = await site()
    const older = readFileSync(`${one.directory}/.rowtree/baseline.db`)
    const session = one.engine.watch({ settle: 20, poll: 100 })
    for await (const { event } of session) if (event === 'ready') break
    one.setFile(path(8), 'in between')
    await session.flush()
    one.setFile(path(8), old(8))
    await session.flush()
    deed(one, older)
    if (/tree|store/.test(what)) bringBack(one)
    edit(one)
    const losses: string[] = []
    await session.flush().catch((error: unknown) => losses.push(...clear(error)))
    // Without its baseline, or with an older one, a session finds conflicts.
    if (/lock|tree is|store is/.test(what)) await eventually(`${what}: an edit arrives`, () => one.row(path(2)) === 'file 2' || one.file(path(2)) !== 'file 2')
    await session.stop()
    losses.push(...lossesOf(one))
    trials.add(...losses.map((loss) => `${what}: ${loss}`))
  }
})
