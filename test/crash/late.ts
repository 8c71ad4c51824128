import { hasMarkers } from '../../src/core/merge.ts'
import { perform } from './errand.ts'
import { broken, forgotten, temps, withBaseline, type Written, writtenIn } from './judge.ts'
import { groundIn, type Scene, textOf } from './scene.ts'
import { type Sides, sidesOf } from '../support/sides.ts'
import { withEngine } from '../support/with-engine.ts'

/** What a person did between the crash and the restart. */
interface Deeds {
  readonly written: readonly Written[]
  /** What is gone because the person replaced it, so that nobody else has to keep it. */
  readonly replaced: ReadonlySet<string>
}

const named = ({ path, content }: Pick<Written, 'path' | 'content'>): string => `${path} ${content}`

/**
 * What breaks the promise in a project whose process was killed, and where files and rows were written and deleted before anybody started
 * another. There may be conflicts that nobody would have had otherwise; but whatever a person wrote is somewhere, and a second run rests.
 */
export async function judgeLate(scene: Scene, directory: string, random: () => number): Promise<string[]> {
  const { written, replaced } = goOn(directory, random)
  const kept = [...writtenIn(scene.before), ...written].filter((one) => !replaced.has(named(one)) && !hasMarkers(one.content))
  const losses: string[] = []
  try {
    await withEngine(directory, async (engine) => {
      await perform(engine, scene.errand)
      const { deeds } = await perform(engine, scene.errand)
      if (deeds > 0) losses.push(`The second run still does something to ${deeds} items`)
      await engine.sweep()
    })
    losses.push(...temps(directory), ...withBaseline(directory, (baseline) => forgotten(kept, sidesOf(directory), baseline)), ...broken(directory))
  } catch (error) {
    losses.push(`The command cannot go on: ${error instanceof Error ? error.message : String(error)}`)
  }
  return losses
}

/** Writes and deletes some files and rows. */
function goOn(directory: string, random: () => number): Deeds {
  const ground = groundIn(directory)
  const found = sidesOf(directory)
  const paths = [...new Set([...found.files.keys(), ...found.rows.keys()])].filter((path) => path.endsWith('.html'))
  const written: Written[] = []
  const replaced = new Set<string>()
  for (let count = 0; count < 6; count++) {
    const [path] = paths.splice(Math.floor(random() * paths.length), 1) as [string]
    const side: keyof Sides = random() < 0.5 ? 'files' : 'rows'
    const [before, other] = [found[side].get(path), found[side === 'files' ? 'rows' : 'files'].get(path)]
    const content = random() < 0.2 && before !== undefined ? undefined : textOf(path, `late ${count}`)
    // The file is a link to the one that the next trial begins with.
    if (side === 'files' && before !== undefined) ground.setFile(path, undefined)
    if (side === 'files' && content !== undefined) ground.setFile(path, content)
    if (side === 'rows') ground.setRow(path, content)
    if (content !== undefined) written.push({ side, path, content })
    if (before !== undefined && before !== other) replaced.add(named({ path, content: before }))
  }
  return { written, replaced }
}
