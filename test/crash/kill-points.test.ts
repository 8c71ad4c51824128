import process from 'node:process'
import type { Milestone } from '../../src/sync/milestones.ts'
import { LONG, method, SEED } from '../support/method.ts'
import { deedOf } from './errand.ts'
import { judge } from './judge.ts'
import { Lanes, randomFor } from './lanes.ts'
import { type Scene, setUp } from './scene.ts'
import { COMMANDS } from './situations.ts'

/** What each of them is, as a test that misses one does not compile. */
const ALL: Readonly<Record<Milestone, true>> = {
  staged: true,
  durable: true,
  kept: true,
  placed: true,
  published: true,
  removed: true,
  'rows-written': true,
  'rows-kept': true,
  'rows-committed': true,
  'half-merged': true,
  committing: true,
  committed: true,
}
const MILESTONES = Object.keys(ALL) as Milestone[]

/** A milestone of a command, reached for this time. */
interface Point {
  readonly scene: Scene
  readonly milestone: Milestone
  readonly time: number
}

function pointsOf(scene: Scene): Point[] {
  const times = new Map<Milestone, number>()
  return scene.milestones.map((milestone) => {
    const time = (times.get(milestone) ?? 0) + 1
    times.set(milestone, time)
    return { scene, milestone, time }
  })
}

/** One situation of each command, or all of them. */
async function scenes(random: () => number): Promise<Scene[]> {
  const chosen = Object.values(COMMANDS).flatMap((situations) => (LONG ? situations : [situations[Math.floor(random() * situations.length)]!]))
  const made: Scene[] = []
  for (const situation of chosen) made.push(await setUp(situation))
  return made
}

method('SIGKILL at every named point of a cycle', undefined, async (trials) => {
  process.stderr.write(`ROWTREE_SEED=${SEED}\n`)
  const random = randomFor('points')
  const points = (await scenes(random)).flatMap(pointsOf)
  const reached = new Set(points.map(({ milestone }) => milestone))
  for (const milestone of MILESTONES) if (!reached.has(milestone)) trials.losses.push(`No command reaches ${milestone}: nobody knows what a crash leaves there`)
  const some = LONG ? points : MILESTONES.flatMap((milestone) => {
    const candidates = points.filter((point) => point.milestone === milestone)
    return candidates.splice(Math.floor(random() * candidates.length), 1)
  })
  await new Lanes().each(some, async ({ scene, milestone, time }, lane) => {
    const directory = scene.copy()
    const answer = await lane.act(async (actor) => {
      await actor.tell({ do: 'die', at: milestone, time })
      return await actor.tell(deedOf(scene.errand, directory))
    })
    const survived = answer === undefined ? [] : ['it did not die']
    const where = `${scene.errand.operation} ${JSON.stringify(scene.errand.options)} at ${milestone} ${time}`
    trials.add(...[...survived, ...(await judge(scene, directory))].map((loss) => `${where}: ${loss}`))
    scene.discard(directory)
  })
})
