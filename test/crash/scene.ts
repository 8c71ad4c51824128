import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Milestone, MILESTONES } from '../../src/sync/milestones.ts'
import { CONFIG } from '../support/project.ts'
import { createPages, type Page, sql } from '../support/tables.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type Errand, type Outcome, perform } from './errand.ts'
import { copyProject, listOf, type Sides, sidesOf } from '../support/sides.ts'
import { withEngine } from '../support/with-engine.ts'

/** What somebody finds and does before the command runs. */
export interface Situation {
  readonly errand: Errand
  readonly config?: string
  /** Rows of the first export. Default 20. */
  readonly rows?: number
  /** What happens after the first export; without it there was none. */
  readonly prepare?: (ground: Ground) => Promise<void> | void
}

/** A project that is being prepared. */
export interface Ground {
  readonly directory: string
  run(errand: Errand): Promise<void>
  setFile(path: string, content: string | undefined): void
  setRow(path: string, content: string | undefined): void
}

/** A situation that was set up once, with what the command makes of it when it is left alone. */
export interface Scene {
  readonly errand: Errand
  readonly before: Sides
  readonly after: Sides
  /** What lies in tree and state afterwards, directories included. */
  readonly list: readonly string[]
  readonly first: Outcome
  /** The milestones that it reached, in their order. */
  readonly milestones: readonly Milestone[]
  /** What the command comes to when it is run again at once. */
  readonly second: Outcome
  /** What `status` tells then. */
  readonly status: readonly string[]
  /** The last operation of history before the command ran. */
  readonly operation: number
  /** A project of its own in this situation. */
  copy(): string
  discard(directory: string): void
}

/** The path of page `index` in one of two directories. */
export function pathOf(index: number): string {
  return `${index % 2 === 0 ? 'north' : 'south'}/page-${String(index).padStart(6, '0')}.html`
}

/** A page's text; what two marks change lies so far apart that it can be merged. */
export function textOf(path: string, head: string, foot: string = 'foot'): string {
  return `<h1>${head}</h1>\n<p>${path}</p>\n${'lorem ipsum\n'.repeat(20)}<p>${foot}</p>\n`
}

/** Sets a situation up, for the running test. */
export async function setUp({ errand, config = CONFIG, rows = 20, prepare }: Situation): Promise<Scene> {
  const base = temporaryDirectory()
  const template = join(base, 'template')
  mkdirSync(template)
  writeFileSync(join(template, 'rowtree.yaml'), config)
  createPages(template, Array.from({ length: rows }, (_, index) => pageOf(pathOf(index), textOf(pathOf(index), 'old'))))
  if (prepare) {
    const ground = groundIn(template)
    await ground.run({ operation: 'export', options: {} })
    await prepare(ground)
  }
  let copies = 0
  const copy = (): string => {
    const directory = join(base, `project-${copies++}`)
    copyProject(template, directory)
    return directory
  }
  const undisturbed = copy()
  const ran = await withEngine(undisturbed, async (engine) => {
    const operation = (await engine.operations(1))[0]?.id ?? 0
    const milestones: Milestone[] = []
    const note = (milestone: unknown): void => void milestones.push(milestone as Milestone)
    subscribe(MILESTONES, note)
    const first = await perform(engine, errand)
    unsubscribe(MILESTONES, note)
    const after = sidesOf(undisturbed)
    const second = await perform(engine, errand)
    const { items } = await engine.status()
    return { operation, first, milestones, after, second, status: items.map(({ path, state }) => `${path}: ${state}`) }
  })
  return { errand, before: sidesOf(template), ...ran, list: listOf(join(undisturbed, 'tree')), copy, discard: (directory) => rmSync(directory, { recursive: true }) }
}

export function groundIn(directory: string): Ground {
  return {
    directory,
    run: async (errand) => void (await withEngine(directory, (engine) => perform(engine, errand))),
    setFile(path, content) {
      const absolute = join(directory, 'tree', path)
      if (content === undefined) return unlinkSync(absolute)
      mkdirSync(dirname(absolute), { recursive: true })
      writeFileSync(absolute, content)
    },
    setRow(path, content) {
      const { site, slug } = pageOf(path, '')
      const change = content === undefined
        ? `delete from pages where site = '${site}' and slug = '${slug}'`
        : `insert or replace into pages values ('${site}', '${slug}', '${content}')`
      sql(join(directory, 'site.sqlite'), change)
    },
  }
}

export function pageOf(path: string, body: string): Page {
  const [site, slug] = path.replace('.html', '').split('/') as [string, string]
  return { site, slug, body }
}
