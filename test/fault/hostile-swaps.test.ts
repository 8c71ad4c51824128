import { execFileSync } from 'node:child_process'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import { type ConfigInput, type Engine, openEngine, RowtreeError } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { amount, method } from '../support/method.ts'
import { CAN_SWAP, startDiverting, startSwapping } from '../support/swapper/index.ts'
import { createPages, pagesConfig, samplePages, sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const missing = CAN_SWAP ? undefined : 'needs Linux and a C compiler'

const SECRET = 'the secret of somebody else\n'

/** A tree, and beside it what rowtree must neither write nor read. */
interface Scene {
  readonly directory: string
  readonly tree: string
  readonly store: string
  readonly engine: Engine
  /** A directory that holds a secret under the name of each file of `north`. */
  readonly outside: string
  /** A symlink to it. */
  readonly link: string
  /** A directory for what a neighbour sets aside. */
  readonly scratch: string
  /** What was written, removed or read outside since the last time. */
  losses(): string[]
}

async function scene(input: Partial<ConfigInput> = {}, count = 24): Promise<Scene> {
  const directory = temporaryDirectory()
  const store = createPages(directory, samplePages(count))
  const config = pagesConfig(directory, { export: { fsync: 'off', workers: 0 }, ...input })
  const engine = await openEngine(config)
  onTestFinished(() => engine.close())
  await engine.export()
  const [outside, link, scratch] = ['outside', 'link', 'scratch'].map((name) => join(directory, name)) as [string, string, string]
  mkdirSync(outside)
  mkdirSync(scratch)
  for (const name of readdirSync(join(config.tree, 'north'))) writeFileSync(join(outside, name), SECRET)
  symlinkSync(outside, link)
  let before = stateOf(outside)
  return {
    directory, tree: config.tree, store, engine, outside, link, scratch,
    losses() {
      const now = stateOf(outside)
      const changed = Object.keys({ ...before, ...now }).filter((name) => before[name] !== now[name])
      before = now
      const db = new DatabaseSync(store, { readOnly: true })
      const taken = db.prepare('select site, slug from pages where body = ?').all(SECRET)
      db.close()
      return [
        ...changed.map((name) => `outside the tree: ${name} is not as it was`),
        ...taken.map((row) => `the row ${String(row['site'])}/${String(row['slug'])} holds what a file outside the tree held`),
      ]
    },
  }
}

/** Every entry of a directory, and when names in it last changed. */
function stateOf(directory: string): Record<string, string> {
  const names = readdirSync(directory)
  return Object.fromEntries([['.', String(statSync(directory, { bigint: true }).mtimeNs)], ...names.map((name) => [name, `${statSync(join(directory, name)).ino} ${readFileSync(join(directory, name), 'utf8')}`])])
}

/** Edits what is north; a save may meet the symlink, and must not go through it. */
function setRows(store: string, round: number): void {
  sql(store, `update pages set body = 'round ${round} ' || slug where site = 'north'`)
}

method('A directory swapped for a symlink during exports', missing, async (trials) => {
  const { tree, store, engine, link, losses } = await scene()
  await startSwapping([join(tree, 'north'), link])
  for (let round = 0; round < amount(60, 500); round++) {
    setRows(store, round)
    await engine.export({ force: true })
    trials.add(...losses())
  }
})

method('A directory swapped for a symlink during imports and syncs', missing, async (trials) => {
  const { store, tree, engine, link, losses } = await scene()
  await startSwapping([join(tree, 'north'), link])
  for (let round = 0; round < amount(60, 500); round++) {
    if (round % 3 === 0) setRows(store, round)
    if (round % 2 === 0) await engine.import({ force: true, delete: true })
    else await engine.sync({ delete: true, prune: true })
    trials.add(...losses())
  }
})

method('A new directory swapped for a symlink before it has its name', missing, async (trials) => {
  const { tree, store, engine, outside, scratch, losses } = await scene()
  await startDiverting(tree, outside, scratch)
  for (let round = 0; round < amount(40, 300); round++) {
    sql(store, `delete from pages where site like 'new%'; insert into pages select 'new-' || ${round}, 'new-' || slug, body from pages where site = 'south'`)
    await engine.export()
    trials.add(...losses())
  }
})

/** What stands in the place of three files of `north` now and then: a symlink out of the tree, a FIFO that nobody writes to, and a file that has a second name outside. */
async function swapFiles({ tree, outside, scratch }: Scene): Promise<void> {
  const [first, second, third] = readdirSync(join(tree, 'north')).toSorted().map((name) => join(tree, 'north', name)) as [string, string, string]
  const [symlink, fifo, hard] = ['symlink', 'fifo', 'hard'].map((name) => join(scratch, name)) as [string, string, string]
  symlinkSync(join(outside, readdirSync(outside)[0]!), symlink)
  execFileSync('mkfifo', [fifo])
  // What it holds is a file of the tree as well: it may be read, but not changed where its other name is.
  writeFileSync(join(outside, 'linked'), 'linked\n')
  linkSync(join(outside, 'linked'), hard)
  await startSwapping([first, symlink], [second, fifo], [third, hard])
}

/** Undoes the last operation, if there is one. */
async function undo(engine: Engine): Promise<void> {
  try {
    await engine.undo()
  } catch (error) {
    if (!(error instanceof RowtreeError && error.code === 'undo-unknown')) throw error
  }
}

method('Files swapped for a symlink, a FIFO and a hard link during exports, imports, syncs and undos', missing, async (trials) => {
  const place = await scene()
  const { engine, store, losses } = place
  await swapFiles(place)
  losses()
  const operations = [() => engine.export({ force: true }), () => engine.import({ force: true, delete: true }), () => engine.sync({ delete: true, prune: true }), () => undo(engine)]
  for (let round = 0; round < amount(60, 500); round++) {
    if (round % 3 === 0) setRows(store, round)
    await operations[round % operations.length]!()
    trials.add(...losses())
  }
})

method('Files and directories swapped under a session', missing, async (trials) => {
  const place = await scene()
  const { engine, tree, store, link, losses } = place
  const session = engine.watch({ settle: 20, poll: 100, delete: true, prune: true })
  // A watcher that is opened meanwhile is not ready for ten seconds.
  await session.flush()
  await swapFiles(place)
  await startSwapping([join(tree, 'south'), link])
  losses()
  for (let round = 0; round < amount(5, 100); round++) {
    setRows(store, round)
    sql(store, `insert or replace into pages values ('calm', 'page', 'round ${round}')`)
    // A flush would wait for files that are never quiet.
    await eventually('the session goes on', () => calm() === `round ${round}`)
    trials.add(...losses())
  }
  await session.stop()

  function calm(): string {
    const path = join(tree, 'calm/page.html')
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
})
