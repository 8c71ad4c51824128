import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '../support/eventually.ts'
import { type Actor, startActor } from '../support/faults/acting.ts'
import { amount, method, SEED } from '../support/method.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { withEngine } from '../support/with-engine.ts'
import { Edited } from './edited.ts'
import { randomFor } from './lanes.ts'

const WATCH = { settle: 10, poll: 100, maxBatch: 8, rescan: 1_000 } as const

/** Sessions of one process, which die together: in the short run 200 are killed in all, each in its own state. */
const SESSIONS = amount(20, 1)
const KILLS = amount(10, 1_000)

method('SIGKILL of sessions at random moments, amid edits of files and rows', undefined, async (trials) => {
  process.stderr.write(`ROWTREE_SEED=${SEED}\n`)
  const random = randomFor('watch')
  const base = temporaryDirectory()
  const projects: Edited[] = []
  for (let index = 0; index < SESSIONS; index++) projects.push(await Edited.in(join(base, String(index))))
  const directories = projects.map(({ directory }) => directory)

  let next: Promise<Actor> = startActor()
  for (let kill = 1; kill <= KILLS; kill++) {
    const actor = await next
    if (kill < KILLS) next = startActor()
    // Where the test fails before, nobody waits for it.
    next.catch(() => {})
    const watching = actor.tell({ do: 'watch', directories, options: WATCH })
    let ended: string | undefined
    void watching.then((answer) => (ended = answer?.error?.message))
    // Some die before they are ready, others amid their work.
    const isEarly = random() < 0.2
    const moment = random() * 250
    if (!isEarly) await edits(projects, random, () => ended !== undefined || actor.events.filter(({ event }) => event.event === 'ready').length === SESSIONS)
    const start = performance.now()
    await edits(projects, random, () => performance.now() - start > moment)
    await actor.kill()
    await watching
    if (ended !== undefined) throw new Error(`A session ended by itself: ${ended}`)
    for (const project of projects) trials.add(...project.losses().map((loss) => `kill ${kill}, ${project.directory}: ${loss}`))
    for (const { directory, event } of actor.events) if (event.event === 'problem') trials.losses.push(`kill ${kill}, ${directory}: ${event.code} ${event.message}`)
  }

  // The last ones are left alone until all is done.
  const actor = await startActor()
  void actor.tell({ do: 'watch', directories, options: WATCH })
  const waits = ({ directory }: Edited): ReadonlySet<string> => {
    return new Set(actor.events.flatMap((one) => (one.directory === directory && one.event.event === 'conflict' ? [one.event.path] : [])))
  }
  await eventually('everything is on both sides, or a conflict', () => projects.every((project) => {
    const waiting = waits(project)
    return project.behind().every(({ path }) => waiting.has(path))
  }))
  await actor.kill()
  let conflicts = 0
  for (const project of projects) {
    trials.losses.push(...project.losses().map((loss) => `at the end, ${project.directory}: ${loss}`))
    await withEngine(project.directory, async (engine) => {
      await engine.sync()
      trials.losses.push(...project.remains().map((loss) => `at the end, ${project.directory}: ${loss}`))
      // A crash between what was written and the baseline makes a conflict of what changes next: a person has to say so then.
      for (const { path, prefer } of project.behind()) {
        conflicts++
        await engine.resolve([path], { prefer })
      }
    })
    trials.losses.push(...project.behind().map(({ path }) => `${project.directory}: ${path} stays behind`))
  }
  process.stderr.write(`${conflicts} conflicts too many after ${KILLS} kills of ${SESSIONS} sessions\n`)
})

/** Goes on editing until this is so. */
async function edits(projects: readonly Edited[], random: () => number, isOver: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!isOver()) {
    if (performance.now() > deadline) throw new Error('The sessions are not ready within a minute')
    projects[Math.floor(random() * projects.length)]!.edit(random)
    await delay(random() * 10)
  }
}
