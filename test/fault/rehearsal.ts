import { mkdirSync } from 'node:fs'
import { type Actor, startActor } from '../support/faults/acting.ts'
import type { Answer } from '../support/faults/actor.ts'
import type { Trials } from '../support/method.ts'
import { tempsBelow } from '../support/project.ts'
import { sidesOf } from '../support/sides.ts'
import { liesOf, lossesOf, type Span, unlike } from './judging.ts'
import { prepare, type Scene, stageAgain } from './scenes.ts'

/** What goes wrong while an operation runs. */
export interface Mishap {
  readonly title: string
  begin(): void
  /** What is wrong is over. Tells what it was, whether temps may remain, and what can be lost by it already; `undefined` when nothing went wrong. */
  end(): { readonly what: string; readonly keepsTemps?: boolean; readonly losses?: readonly string[] } | undefined
}

/** Whoever waits longer for an answer waits for ever: an operation of six rows takes milliseconds. */
const DEADLINE = 20_000

/** An actor for one rehearsal after the other, replaced when it does not answer. */
export class Player {
  readonly #env: NodeJS.ProcessEnv
  #actor: Actor | undefined

  constructor(env: NodeJS.ProcessEnv = {}) {
    this.#env = env
  }

  /** What came of an operation; `undefined` when it does not end. */
  async operate(directory: string, { operation, options }: Pick<Scene, 'operation' | 'options'>): Promise<Answer | undefined> {
    this.#actor ??= await startActor(this.#env)
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, DEADLINE, undefined)))
    const answer = await Promise.race([this.#actor.tell({ do: 'operate', directory, operation, ...(options && { options }) }), late])
    clearTimeout(timer)
    if (answer) return answer
    await this.#actor.kill()
    this.#actor = undefined
    return undefined
  }
}

/** Runs the operation of a scene again and again, each time on the same project anew, while something goes wrong. */
export class Rehearsal {
  readonly #scene: Scene
  readonly #prepared: string
  readonly #directory: string
  readonly #player: Player
  readonly #trials: Trials
  #span: Span = { before: NOTHING, after: NOTHING }

  private constructor(scene: Scene, prepared: string, directory: string, player: Player, trials: Trials) {
    this.#scene = scene
    this.#prepared = prepared
    this.#directory = directory
    this.#player = player
    this.#trials = trials
  }

  /**
   * Runs the operation once while nothing goes wrong, which says what it comes to.
   *
   * @param calm is called around it
   */
  static async begin(scene: Scene, directory: string, player: Player, trials: Trials, calm: Pick<Mishap, 'begin' | 'end'> = CALM): Promise<Rehearsal> {
    mkdirSync(directory, { recursive: true })
    const rehearsal = new Rehearsal(scene, await prepare(scene), directory, player, trials)
    await rehearsal.#measure(calm)
    return rehearsal
  }

  async #measure(calm: Pick<Mishap, 'begin' | 'end'>): Promise<void> {
    stageAgain(this.#prepared, this.#directory)
    const before = sidesOf(this.#directory)
    calm.begin()
    const answer = await this.#operate()
    calm.end()
    this.#span = { before, after: sidesOf(this.#directory) }
    const losses = answer ? [...liesOf(answer, this.#directory, this.#span), ...lossesOf(this.#directory, this.#span)] : ['it hangs']
    this.#trials.add(...losses.map((loss) => `while nothing is wrong: ${loss}`))
  }

  /** One trial; `false` when nothing was to be noticed of the mishap. */
  async try(mishap: Mishap): Promise<boolean> {
    stageAgain(this.#prepared, this.#directory)
    mishap.begin()
    const answer = await this.#operate()
    const happened = mishap.end()
    if (!happened) return false
    const losses = answer ? [...(happened.losses ?? []), ...(await this.#judge(answer, happened.keepsTemps ?? false))] : ['it hangs']
    this.#trials.add(...losses.map((loss) => `${mishap.title}${happened.what}: ${loss}`))
    return !answer?.ok || losses.length > 0
  }

  async #judge(answer: Answer, keepsTemps: boolean): Promise<string[]> {
    const losses = [...liesOf(answer, this.#directory, this.#span), ...lossesOf(this.#directory, this.#span)]
    const temps = keepsTemps ? [] : tempsBelow(this.#directory)
    if (temps.length > 0) losses.push(`temps remain: ${temps.join(', ')}`)
    return [...losses, ...(await this.#recover(answer))]
  }

  /** What is wrong with the operation after the one that failed, and with the one after that. */
  async #recover(answer: Answer): Promise<string[]> {
    const losses: string[] = []
    const isUndo = this.#scene.operation === 'undo'
    // Another undo would take back the operation before.
    if (!isUndo || !this.#isWhole(answer)) {
      const again = await this.#operate()
      // What failed behind the last commit has left nothing to be taken back.
      const isOver = again?.error?.code === 'undo-unknown' && this.#unfinished().length === 0
      if (!again?.ok && !isOver) return [`the next one fails: ${again?.error?.message ?? 'it hangs'}`]
      losses.push(...this.#unfinished().map((what) => `the next one leaves the ${what} as it should not be`), ...lossesOf(this.#directory, this.#span))
    }
    const idle = await this.#operate(isUndo ? { operation: 'status' } : this.#scene)
    if (!idle?.ok) return [...losses, `the one after the next fails: ${idle?.error?.message ?? 'it hangs'}`]
    const { exported = 0, imported = 0, removed = 0, deleted = 0, adopted = 0 } = idle.value as Record<string, number>
    const counts = { exported, imported, removed, deleted, adopted }
    if (Object.values(counts).some((count) => count > 0)) losses.push(`the one after the next finds work: ${JSON.stringify(counts)}`)
    return [...losses, ...this.#unfinished().map((what) => `the one after the next changes the ${what}`)]
  }

  #isWhole(answer: Answer): boolean {
    return answer.ok && this.#unfinished().length === 0 && (answer.value as { problems: unknown[] }).problems.length === 0
  }

  #unfinished(): string[] {
    return unlike(sidesOf(this.#directory), this.#span.after)
  }

  async #operate(scene: Pick<Scene, 'operation' | 'options'> = this.#scene): Promise<Answer | undefined> {
    return await this.#player.operate(this.#directory, scene)
  }
}

const NOTHING: Span['before'] = { files: new Map(), rows: new Map() }
const CALM: Pick<Mishap, 'begin' | 'end'> = { begin: () => undefined, end: () => undefined }
