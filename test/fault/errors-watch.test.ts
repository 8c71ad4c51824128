import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import type { WatchEvent } from '../../src/index.ts'
import { eventually } from '../support/eventually.ts'
import { type Actor, startActor } from '../support/faults/acting.ts'
import { CAN_INJECT, type Fault, Faults } from '../support/faults/index.ts'
import { amount, method } from '../support/method.ts'
import { CAN_MOUNT, leaveRoom, mountTmpfs } from '../support/mounts.ts'
import { CONFIG, type Project, project, tempsBelow } from '../support/project.ts'
import { samplePages, sql } from '../support/tables.ts'

const A = 'north/page-000000.html'
const NO_INJECTION = CAN_INJECT ? undefined : 'needs Linux and a C compiler'

/** A project whose session runs in an actor; the tree may be somewhere else. */
async function watched(faults?: Faults, tree?: string): Promise<{ readonly one: Project; readonly actor: Actor; readonly said: () => readonly WatchEvent[] }> {
  const plain = project(samplePages(4), tree === undefined ? CONFIG : CONFIG.replace('./tree', tree))
  const one = { ...plain, tree: tree ?? plain.tree }
  const actor = await startActor(faults?.env)
  let end: string | undefined
  void actor.tell({ do: 'watch', directories: [one.directory], options: { poll: 100, settle: 20, rescan: 1_000, workers: 0 } }).then((answer) => (end = answer?.error?.message))
  const said = (): readonly WatchEvent[] => actor.events.map(({ event }) => event)
  await eventually('the session is ready', () => {
    if (end !== undefined) throw new Error(end)
    return said().some(({ event }) => event === 'ready')
  })
  return { one, actor, said }
}

function rowOf({ database }: Project): string {
  const db = new DatabaseSync(database)
  db.exec('pragma busy_timeout = 5000')
  const row = db.prepare(`select body from pages where slug = 'page-000000'`).get()
  db.close()
  return String(row?.['body'])
}

const fileOf = ({ tree }: Project): string => readFileSync(join(tree, A), 'utf8')
const update = ({ database }: Project, body: string): void => sql(database, `update pages set body = '${body}' where slug = 'page-000000'`)

/** Problems that are told more often than they begin, and what is left of temps. */
function lossesOf({ tree }: Project, events: readonly WatchEvent[]): string[] {
  const losses: string[] = tempsBelow(tree).map((path) => `a temp remains: ${path}`)
  const open = new Set<string>()
  for (const event of events) {
    if (event.event === 'recovered') open.delete(event.code)
    else if (event.event === 'problem') {
      if (open.has(event.code)) losses.push(`told twice: ${event.message}`)
      if (!event.message.startsWith('Cannot ')) losses.push(`told without a word of what cannot be done: ${event.message}`)
      open.add(event.code)
    }
  }
  return losses
}

method('A session whose reads and writes fail for a while', NO_INJECTION, async (trials) => {
  const faults = new Faults()
  const { one, said } = await watched(faults)
  const kinds: readonly (readonly [fault: Fault, call: 'read' | 'open' | 'write' | 'fsync' | 'rename'])[] = [
    ['EIO', 'read'], ['EMFILE', 'open'], ['EACCES', 'open'], ['ENOSPC', 'write'], ['EIO', 'write'], ['EDQUOT', 'write'], ['EROFS', 'rename'],
  ]
  for (let round = 0; round < amount(2, 20); round++) {
    const [fault, call] = kinds[round % kinds.length]!
    const from = said().length
    const text = `round ${round}\n`
    faults.arm({ root: one.tree, calls: [call], at: 1, times: 2 ** 31, fault })
    if (call === 'read' || call === 'open') writeFileSync(join(one.tree, A), text)
    else update(one, text)
    await eventually(`a ${call} meets ${fault}`, () => faults.counts().struck > 1)
    faults.disarm()
    await eventually(`both sides are the same after ${fault} at ${call}`, () => rowOf(one) === text && fileOf(one) === text)
    await eventually('it is told', () => said().slice(from).some(({ event }) => event === 'imported' || event === 'exported'))
    trials.add(...lossesOf(one, said().slice(from)).map((loss) => `${fault} at ${call}: ${loss}`))
  }
})

method('A session whose store another program keeps locked', undefined, async (trials) => {
  const { one, said } = await watched()
  for (let round = 0; round < amount(1, 3); round++) {
    const from = said().length
    const text = `locked ${round}\n`
    const other = new DatabaseSync(one.database)
    onTestFinished(() => void (other.isOpen && other.close()))
    // The session itself may be reading just now.
    other.exec('pragma busy_timeout = 5000; begin exclusive')
    writeFileSync(join(one.tree, A), text)
    await eventually('the lock is told', () => said().slice(from).some((event) => event.event === 'problem' && event.code === 'store-locked'))
    other.close()
    await eventually('the save is taken', () => rowOf(one) === text)
    await eventually('it is over', () => said().slice(from).some(({ event }) => event === 'recovered'))
    trials.add(...lossesOf(one, said().slice(from)))
  }
})

method('A session whose disk is full for a while', CAN_MOUNT ? undefined : 'needs root and mount', async (trials) => {
  const tree = mountTmpfs(1 << 24)
  const { one, said } = await watched(undefined, tree)
  for (let round = 0; round < amount(1, 6); round++) {
    const from = said().length
    const text = `full ${round}\n`.padEnd(20_000, 'x')
    leaveRoom(tree, 'pages', round % 5)
    update(one, text)
    await eventually('the full disk is told', () => said().slice(from).some((event) => event.event === 'problem' && event.code === 'disk-full'))
    const now = fileOf(one)
    const torn = now.startsWith(`full ${round}`) ? [`the file is cut short: ${now.length} bytes`] : []
    // Who imports needs no room in the tree.
    leaveRoom(tree, 'pages', undefined)
    await eventually('the row is exported', () => fileOf(one) === text)
    await eventually('it is over', () => said().slice(from).some(({ event }) => event === 'recovered'))
    trials.add(...torn, ...lossesOf(one, said().slice(from)))
  }
})
