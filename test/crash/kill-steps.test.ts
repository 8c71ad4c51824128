import process from 'node:process'
import { CAN_INJECT, type Call, CHANGING, type Fault } from '../support/faults/index.ts'
import { amount, LONG, method, SEED, type Trials } from '../support/method.ts'
import { deedOf } from './errand.ts'
import { judge } from './judge.ts'
import { judgeLate } from './late.ts'
import { type Lane, Lanes, randomFor, spread } from './lanes.ts'
import { type Scene, setUp, type Situation } from './scene.ts'
import { COMMANDS, THREADED } from './situations.ts'

const MISSING = CAN_INJECT ? undefined : 'needs Linux and a C compiler'

/** What may leave another state behind; whoever closes a file does not. */
const STEPS: readonly Call[] = CHANGING.filter((call) => call !== 'close')

/** Lets an actor run the scene's errand, and strikes one of its steps. Tells which one that was, and how many there were. */
async function strike(scene: Scene, lane: Lane, directory: string, at: number, fault: Fault): Promise<{ readonly where: string; readonly seen: number }> {
  const faults = lane.faults!
  const answer = await lane.act(async (actor) => {
    faults.arm({ root: directory, calls: STEPS, at, fault, victim: actor.pid })
    return await actor.tell(deedOf(scene.errand, directory))
  })
  if (answer?.ok === false) throw new Error(answer.error!.message)
  const struck = faults.log().find(({ isStruck }) => isStruck)
  return { where: struck ? `${struck.call} ${struck.path}` : 'the end', seen: faults.counts().seen }
}

type Verdict = (scene: Scene, directory: string, random: () => number) => Promise<string[]>

/** Kills the command at so many of its steps, and judges what is left each time. */
async function killAtSteps(trials: Trials, situation: Situation, count: number, random: () => number, verdict: Verdict = judge): Promise<void> {
  const scene = await setUp(situation)
  const lanes = new Lanes()
  let total = 0
  await lanes.each([scene.copy()], async (directory, lane) => {
    total = (await strike(scene, lane, directory, 0, 'kill-before')).seen
    trials.add(...(await verdict(scene, directory, random)).map((loss) => `unharmed: ${loss}`))
    scene.discard(directory)
  })
  // What a call leaves is what the next one finds: before each of them is all there is, and a few behind prove that.
  const all = spread(total, count, random).map((at) => ({ at, fault: 'kill-before' as Fault }))
  const few = spread(total, Math.ceil(all.length / 5), random).map((at) => ({ at, fault: 'kill-after' as Fault }))
  await lanes.each([...all, ...few], async ({ at, fault }, lane) => {
    const directory = scene.copy()
    const { where } = await strike(scene, lane, directory, at, fault)
    trials.add(...(await verdict(scene, directory, random)).map((loss) => `${fault} ${at} of ${total} (${where}): ${loss}`))
    scene.discard(directory)
  })
}

for (const [command, situations] of Object.entries(COMMANDS)) {
  method(`SIGKILL before and after every system call of ${command}`, MISSING, async (trials) => {
    process.stderr.write(`ROWTREE_SEED=${SEED}\n`)
    const random = randomFor(command)
    const some = LONG ? situations : [situations[Math.floor(random() * situations.length)]!]
    for (const situation of some) await killAtSteps(trials, situation, amount(1, Infinity), random)
  })
}

method('SIGKILL at random system calls of an export with writer threads', MISSING, async (trials) => {
  process.stderr.write(`ROWTREE_SEED=${SEED}\n`)
  const random = randomFor('threads')
  const some = LONG ? THREADED : [THREADED[Math.floor(random() * THREADED.length)]!]
  for (const situation of some) await killAtSteps(trials, situation, amount(1, 100), random)
})

method('SIGKILL at random system calls, and files and rows that change before the restart', MISSING, async (trials) => {
  process.stderr.write(`ROWTREE_SEED=${SEED}\n`)
  const random = randomFor('late')
  const all = Object.values(COMMANDS).flat()
  const some = LONG ? all : [all[Math.floor(random() * all.length)]!]
  for (const situation of some) await killAtSteps(trials, situation, amount(2, 15), random, judgeLate)
})
