import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Engine } from '../../src/index.ts'
import { openBaseline } from '../../src/baseline/sqlite.ts'
import type { Baseline, Stored } from '../../src/baseline/baseline.ts'
import { digestOf } from '../../src/digest.ts'
import { perform, undo } from './errand.ts'
import type { Scene } from './scene.ts'
import { listOf, type Sides, sidesOf, TEMP } from '../support/sides.ts'
import { withEngine } from '../support/with-engine.ts'

/**
 * What breaks the promise in a project whose process was killed, in words. It looks at what the killed process left, runs the command again
 * as a person would, and once more, and at last takes back all that was done.
 */
export async function judge(scene: Scene, directory: string): Promise<string[]> {
  const losses: string[] = []
  try {
    losses.push(...halfWritten(scene, sidesOf(directory)))
    await withEngine(directory, async (engine) => {
      losses.push(...(await convergence(scene, engine, directory)))
      losses.push(...temps(directory), ...differing('is left', 'is gone', listOf(join(directory, 'tree')).filter((path) => !TEMP.test(path)), scene.list))
      losses.push(...withBaseline(directory, (baseline) => [...damages(baseline), ...forgotten(writtenIn(scene.before), sidesOf(directory), baseline)]))
      losses.push(...(await undoing(scene, engine, directory)))
    })
    losses.push(...broken(directory))
  } catch (error) {
    losses.push(`The command cannot go on: ${error instanceof Error ? error.message : String(error)}`)
  }
  return losses
}

/** Files and rows that are neither what they were before nor what the command makes of them. */
function halfWritten({ before, after }: Scene, now: Sides): string[] {
  return (['files', 'rows'] as const).flatMap((side) => {
    const paths = new Set([...before[side].keys(), ...after[side].keys(), ...now[side].keys()])
    return [...paths].flatMap((path) => {
      const content = now[side].get(path)
      return content === before[side].get(path) || content === after[side].get(path) ? [] : [`${path}: its ${NAMES[side]} ${describe(content)}, neither old nor new`]
    })
  })
}

const NAMES = { files: 'file', rows: 'row' } as const

/** What one more run leaves to be wished, and a second one. */
async function convergence(scene: Scene, engine: Engine, directory: string): Promise<string[]> {
  const losses: string[] = []
  const first = await perform(engine, scene.errand)
  const known = new Set([...scene.first.told, ...scene.second.told])
  losses.push(...first.told.filter((one) => !known.has(one)).map((one) => `${one} is told in vain`))
  // Where paths are named, nothing else is looked at.
  if (scene.errand.operation === 'resolve' || scene.errand.operation === 'undo') await engine.sweep()
  losses.push(...unlike('after one more run', sidesOf(directory), scene.after))
  const second = await perform(engine, scene.errand)
  if (second.deeds !== scene.second.deeds) losses.push(`The second run still does something to ${second.deeds} items`)
  losses.push(...differing('is told by the second run', 'is not told by the second run', second.told, scene.second.told))
  const { items } = await engine.status()
  return [...losses, ...differing('is not as it should be', 'is not found', items.map(({ path, state }) => `${path}: ${state}`), scene.status)]
}

/** What only a cycle leaves that did not come to its end. */
export function temps(directory: string): string[] {
  const [tree, state] = [listOf(join(directory, 'tree')), listOf(join(directory, '.rowtree'))]
  const journals = [...readdirSync(directory).map((name) => join(directory, name)), ...state.map((name) => join(directory, '.rowtree', name))]
  return [
    ...[...tree, ...state].filter((path) => TEMP.test(path)).map((path) => `${path} is left`),
    ...journals.filter((path) => path.endsWith('-journal') && statSync(path).size > 0).map((path) => `${path} is left hot`),
  ]
}

/** Something that a person wrote to one side. */
export interface Written {
  readonly side: keyof Sides
  readonly path: string
  readonly content: string
}

export function writtenIn(sides: Sides): Written[] {
  return (['files', 'rows'] as const).flatMap((side) => [...sides[side]].map(([path, content]) => ({ side, path, content })))
}

/** Contents that a person wrote, and that are in no file, no row and not in history. */
export function forgotten(written: readonly Written[], now: Sides, baseline: Baseline): string[] {
  const kept = new Set<string>()
  for (const { id } of baseline.operations(1_000)) {
    for (const { path, before: content } of baseline.records(id)) if (content) kept.add(`${path} ${content.digest}`)
  }
  return written.flatMap(({ side, path, content }) => {
    const digest = digestOf(Buffer.from(content, 'latin1'))
    const stays = placesOf(path).some((place) => now.files.get(place) === content || now.rows.get(place) === content || kept.has(`${place} ${digest}`))
    return stays ? [] : [`${path}: what its ${NAMES[side]} held is nowhere, nor in history: ${describe(content)}`]
  })
}

/** Where a content may have gone: what a person mended is what the merged sides hold. */
function placesOf(path: string): string[] {
  return path.endsWith(MARKED) ? [path, path.slice(0, -MARKED.length)] : [path]
}

const MARKED = '.rowtree-merge'

/** Contents of the baseline that are not what their digests say. */
function damages(baseline: Baseline): string[] {
  const paths = [...baseline.paths()]
  const entries = [...baseline.find(paths).values()].map(({ path, digest, stat, place }) => ({ path, stored: { digest, size: stat.size, place } }))
  const records = baseline.operations(1_000).flatMap(({ id }) => baseline.records(id).flatMap(({ path, before, base }) => [before, base].flatMap((stored) => (stored ? [{ path, stored }] : []))))
  const isDamaged = (stored: Stored): boolean => digestOf(baseline.content(stored)) !== stored.digest
  return [...entries, ...records].flatMap(({ path, stored }) => (isDamaged(stored) ? [`${path}: the baseline holds another content than it says`] : []))
}

/** Takes back what was done since the scene began, newest first; then everything has to be as it was. */
async function undoing(scene: Scene, engine: Engine, directory: string): Promise<string[]> {
  const operations = (await engine.operations(1_000)).filter(({ id }) => id > scene.operation)
  if (operations.length === 0) return []
  const told: string[] = []
  for (const { id } of operations) told.push(...(await undo(engine, id)).told.map((one) => `${one} while it is undone`))
  // A file with conflict markers is made anew by the next merge, of the versions that are back.
  return [...told, ...unlike('after the undo', sidesOf(directory), scene.before).filter((loss) => !loss.includes(`${MARKED}: `))]
}

/** What SQLite itself finds wrong with the files. */
export function broken(directory: string): string[] {
  return ['.rowtree/baseline.db', 'site.sqlite'].flatMap((name) => {
    if (!existsSync(join(directory, name))) return [`${name} is gone`]
    const db = new DatabaseSync(join(directory, name))
    const found = db.prepare('pragma integrity_check').all().map((row) => String(row['integrity_check']))
    const accounts = name === 'site.sqlite' ? [] : db.prepare(ACCOUNTS).all().map(({ pack }) => `pack ${String(pack)} is kept for other bytes than are in use`)
    db.close()
    return [...found.filter((line) => line !== 'ok'), ...accounts].map((line) => `${name}: ${line}`)
  })
}

/** Packs whose account does not tell what entries and history refer to. */
const ACCOUNTS = `
  with used as (
    select pack, sum(size) as live from (
      select pack, size from entries
      union all select before_pack, before_size from history where before_pack is not null
      union all select base_pack, base_size from history
        where base_pack is not null and not (base_pack, base_offset, base_size) is (before_pack, before_offset, before_size)
    ) group by pack
  )
  select pack from accounts left join used using (pack) where accounts.live is not coalesce(used.live, 0)`

export function withBaseline<T>(directory: string, work: (baseline: Baseline) => T): T {
  const baseline = openBaseline(join(directory, '.rowtree/baseline.db'), { tree: '../tree', durable: false, command: 'judge' })
  try {
    return work(baseline)
  } finally {
    baseline.close()
  }
}

/** Where sides are not as they should be. */
function unlike(when: string, now: Sides, wanted: Sides): string[] {
  return (['files', 'rows'] as const).flatMap((side) => {
    const paths = new Set([...now[side].keys(), ...wanted[side].keys()])
    return [...paths].filter((path) => now[side].get(path) !== wanted[side].get(path)).map((path) => `${path}: its ${NAMES[side]} ${describe(now[side].get(path))} ${when}`)
  })
}

function differing(extra: string, missing: string, now: readonly string[], wanted: readonly string[]): string[] {
  const [here, there] = [new Set(now), new Set(wanted)]
  return [...now.filter((one) => !there.has(one)).map((one) => `${one} ${extra}`), ...wanted.filter((one) => !here.has(one)).map((one) => `${one} ${missing}`)]
}

function describe(content: string | undefined): string {
  return content === undefined ? 'is gone' : `holds ${JSON.stringify(content.slice(0, 40))} (${content.length} bytes)`
}
