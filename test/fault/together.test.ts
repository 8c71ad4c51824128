import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { openEngine, loadConfig } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { type Actor, startActor } from '../support/faults/acting.ts'
import type { Answer, Deed } from '../support/faults/actor.ts'
import { amount, LONG, method, type Trials } from '../support/method.ts'
import { CONFIG, type Project, project, tempsBelow } from '../support/project.ts'
import { samplePages, sql } from '../support/tables.ts'
import { contentsOf, fileAt, rowsOf } from './together-sides.ts'

type Operation = Extract<Deed, { do: 'operate' }>['operation']

const ROWS = 40
const pathOf = (index: number): string => `${index % 2 === 0 ? 'north' : 'south'}/page-${String(index).padStart(6, '0')}.html`
const setRow = (one: Project, index: number, body: string): void => sql(one.database, `update pages set body = '${body}' where slug = 'page-${String(index).padStart(6, '0')}'`)
const setFile = (one: Project, index: number, body: string): void => writeFileSync(fileAt(one.tree, pathOf(index)), body)

/** What is wrong with an answer: each has to come to its end, or say that another one is at it. */
function faultOf(answer: Answer | undefined): string[] {
  return answer?.ok || answer?.error?.code === 'locked' ? [] : [`it ended with ${JSON.stringify(answer)}`]
}

/** Edits by people: rows in the first third, files in the second. */
function edit(one: Project, round: number): Map<string, string> {
  const edits = new Map<string, string>()
  for (let index = 0; index < ROWS / 3; index += 3) {
    const body = `row ${index} of round ${round}`
    setRow(one, index, body)
    edits.set(pathOf(index), body)
    const file = Math.floor(ROWS / 3) + 1 + index
    setFile(one, file, `file ${file} of round ${round}`)
    edits.set(pathOf(file), `file ${file} of round ${round}`)
  }
  return edits
}

/** Goes on editing in the last third: whatever is the same on both sides becomes something else on one of them, now here, now there. */
function goOn(one: Project, edits: Map<string, string>): void {
  const rows = rowsOf(one.database)
  for (let index = Math.ceil((ROWS / 3) * 2); index < ROWS; index += 2) {
    const path = pathOf(index)
    const body = rows.get(path)
    // Only these: temps come and go.
    if (body === undefined || contentsOf(one.tree, path).get(path) !== body) continue
    const turn = Number(/^turn (\d+)/.exec(body)?.[1] ?? 0) + 1
    const next = `turn ${turn} of page ${index}`
    if (turn % 2 === 0) setRow(one, index, next)
    else setFile(one, index, next)
    edits.set(path, next)
  }
}

/** Ends with both sides the same, holding all that was edited last and nothing else than was there. */
async function converge(trials: Trials, one: Project, edits: ReadonlyMap<string, string>, what: string, answers: readonly (Answer | undefined)[] = []): Promise<void> {
  const engine = await openEngine(await loadConfig({ cwd: one.directory, env: {} }))
  const { conflicts, holds, problems } = await engine.sync()
  await engine.close()
  const rows = rowsOf(one.database)
  const files = contentsOf(one.tree)
  const losses = [...answers.flatMap(faultOf), ...[...conflicts, ...holds, ...problems].map(({ message }) => message)]
  for (const [path, body] of edits) {
    if (rows.get(path) !== body) losses.push(`${path}: the row holds ${JSON.stringify(rows.get(path))} and not ${JSON.stringify(body)}`)
    if (files.get(path) !== body) losses.push(`${path}: the file holds ${JSON.stringify(files.get(path))} and not ${JSON.stringify(body)}`)
  }
  if (rows.size !== ROWS || files.size !== ROWS) losses.push(`there are ${rows.size} rows and ${files.size} files, and not ${ROWS}`)
  for (const [path, body] of rows) if (files.get(path) !== body) losses.push(`${path}: the sides differ`)
  losses.push(...tempsBelow(one.directory).map((path) => `${path} is left`))
  trials.add(...losses.map((loss) => `${what}: ${loss}`))
}

const MIXES: Readonly<Record<string, readonly Operation[]>> = {
  'only exports': ['export'],
  'only imports': ['import'],
  'exports, imports and syncs': ['export', 'import', 'sync'],
  'syncs, a look and a sweep': ['sync', 'status', 'sync', 'sweep'],
}

/** Does something again and again until all work is done. */
async function meanwhile(deed: () => void, works: readonly Promise<(Answer | undefined)[]>[]): Promise<(Answer | undefined)[]> {
  let isOver = false
  const answers = Promise.all(works).finally(() => (isOver = true))
  await eventually('all are done', () => {
    deed()
    return isOver
  })
  return (await answers).flat()
}

async function crew(count: number): Promise<Actor[]> {
  return await Promise.all(Array.from({ length: count }, () => startActor()))
}

for (const count of LONG ? [2, 8] : [4]) {
  method(`${count} processes at once on one tree, while people edit both sides`, undefined, async (trials) => {
    const one = project(samplePages(ROWS))
    const actors = await crew(count)
    await converge(trials, one, new Map(), 'from nothing', await Promise.all(actors.map((actor) => actor.tell({ do: 'operate', directory: one.directory, operation: 'export' }))))
    for (const [what, operations] of Object.entries(MIXES)) {
      for (let round = 0; round < amount(1, 6); round++) {
        const edits = edit(one, round)
        const answers = await meanwhile(() => goOn(one, edits), actors.map(async (actor, index) => {
          const all: (Answer | undefined)[] = []
          for (let turn = 0; turn < 2; turn++) all.push(await actor.tell({ do: 'operate', directory: one.directory, operation: operations[(index + round + turn) % operations.length]! }))
          return all
        }))
        await converge(trials, one, edits, `${what}, round ${round}`, answers)
      }
    }
  })
}

method('processes at once on one tree, whose lock is removed again and again', undefined, async (trials) => {
  const one = project(samplePages(ROWS))
  const actors = await crew(amount(3, 8))
  await actors[0]!.tell({ do: 'operate', directory: one.directory, operation: 'export' })
  for (let round = 0; round < amount(2, 20); round++) {
    const edits = edit(one, round)
    const operations = MIXES['exports, imports and syncs']!
    const removed = ['lock.db', ...(round % 2 === 1 ? ['baseline.db', 'baseline.db-journal'] : [])]
    const remove = (): void => removed.forEach((name) => rmSync(one.at('.rowtree', name), { force: true }))
    const answers = await meanwhile(remove, actors.map(async (actor, index) => {
      const all: (Answer | undefined)[] = []
      for (let turn = 0; turn < 3; turn++) all.push(await actor.tell({ do: 'operate', directory: one.directory, operation: operations[(index + turn) % 3]! }))
      return all
    }))
    // What two at once make of one baseline it may refuse; harm they must not do.
    trials.add(...answers.flatMap(faultOf).filter((loss) => !/"code":"(?:baseline-invalid|locked|io-error|read-only)"/.test(loss)))
    if (round % 2 === 1) await settle(one, edits, trials)
    await converge(trials, one, edits, `round ${round}`)
  }
})

/** Without a baseline what differs is a conflict: each edit has to be on one side still. */
async function settle(one: Project, edits: ReadonlyMap<string, string>, trials: Trials): Promise<void> {
  const rows = rowsOf(one.database)
  const files = contentsOf(one.tree)
  trials.add(...[...edits].filter(([path, body]) => rows.get(path) !== body && files.get(path) !== body).map(([path]) => `${path}: the edit is gone`))
  const engine = await openEngine(await loadConfig({ cwd: one.directory, env: {} }))
  for (const [path, body] of rows) {
    if (files.get(path) !== body) await engine.resolve([path], { prefer: edits.get(path) === body ? 'store' : 'tree' })
  }
  await engine.close()
}

method('sessions at once on one tree, while people edit both sides', undefined, async (trials) => {
  const one = project(samplePages(ROWS))
  const actors = await crew(amount(3, 8))
  await actors[0]!.tell({ do: 'operate', directory: one.directory, operation: 'export' })
  for (const actor of actors) void actor.tell({ do: 'watch', directories: [one.directory], options: { settle: 50, poll: 100 } })
  await eventually('all sessions are ready', () => actors.every(({ events }) => events.some(({ event }) => event.event === 'ready')))
  for (let round = 0; round < amount(2, 20); round++) {
    const edits = edit(one, round)
    await eventually(`the edits of round ${round} are on both sides`, () => {
      const rows = rowsOf(one.database)
      return [...edits].every(([path, body]) => rows.get(path) === body) && [...edits].every(([path, body]) => contentsOf(one.tree, path).get(path) === body)
    })
    trials.add(...actors.flatMap(({ events }) => events.flatMap(({ event }) => (event.event === 'conflict' || event.event === 'held' ? [`${event.path}: ${event.message}`] : []))))
  }
    for (const actor of actors) await actor.kill()
  await converge(trials, one, new Map(), 'at the end')
})

method('two trees of one store, and processes at once on each', undefined, async (trials) => {
  const one = project(samplePages(ROWS))
  const other = `${one.directory}/other`
  const second = { ...one, directory: other, tree: `${other}/tree` } as Project
  mkdirSync(other)
  writeFileSync(`${other}/rowtree.yaml`, CONFIG.replace('sqlite:site.sqlite', `sqlite:${one.database}`))
  const actors = await crew(2)
  const both = [one, second]
  const tell = (operation: Operation) => Promise.all(actors.map((actor, index) => actor.tell({ do: 'operate', directory: both[index]!.directory, operation })))
  await tell('export')
  for (let round = 0; round < amount(2, 20); round++) {
    const edits = edit(both[round % 2]!, round)
    const answers = [...(await tell('sync')), ...(await tell('sync')), ...(await tell('sync'))]
    for (const each of both) await converge(trials, each, edits, `round ${round}, ${each.directory}`, answers)
  }
})

method('two stores that take one tree and one state for theirs', undefined, async (trials) => {
  const one = project(samplePages(ROWS))
  const stranger = project(samplePages(ROWS).map((page, index) => ({ ...page, body: `stranger ${index}` })))
  writeFileSync(stranger.at('rowtree.yaml'), `${CONFIG.replace('./tree', one.tree)}state: ${one.at('.rowtree')}\n`)
  const [actor] = await crew(1)
  const tell = (directory: string, operation: Operation) => actor!.tell({ do: 'operate', directory, operation })
  await tell(one.directory, 'export')
  const before = { rows: rowsOf(one.database), strange: rowsOf(stranger.database), files: contentsOf(one.tree) }
  for (const operation of ['import', 'status', 'import'] as const) {
    const answer = await tell(stranger.directory, operation)
    const strange = rowsOf(stranger.database)
    trials.add(...faultOf(answer), ...[...before.strange].filter(([path, body]) => strange.get(path) !== body).map(([path]) => `${operation}: ${path}: the row of the other store is gone`))
  }
  const [rows, files] = [rowsOf(one.database), contentsOf(one.tree)]
  trials.add(...[...before.rows].filter(([path, body]) => rows.get(path) !== body || files.get(path) !== before.files.get(path)).map(([path]) => `${path}: the first store's row or file changed`))
})
