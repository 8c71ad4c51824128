import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { startActor } from '../support/faults/acting.ts'
import { CAN_INJECT, Faults } from '../support/faults/index.ts'
import { amount, method } from '../support/method.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { type Deed, story, type Story } from './deeds.ts'
import { play, type Victim } from './play.ts'
import { search } from './sequences.ts'

const NAME = CAN_INJECT ? 'commands, edits, crashes and failing reads' : 'commands, edits and crashes (failing reads need Linux and a C compiler)'

method(`Random sequences of ${NAME} on real files and SQLite`, undefined, async (trials) => {
  const base = temporaryDirectory()
  const victim = CAN_INJECT ? await startVictim() : undefined
  let tries = 0
  const { failure, replay } = await search('random sequences on real files', story, amount(30, 500), async (one) => {
    const directory = join(base, String(++tries))
    try {
      const losses = await play(one, directory, victim)
      if (losses.length > 0) throw new Error(losses.join('\n'))
      trials.add()
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
  if (failure) trials.add(`${failure.error instanceof Error ? failure.error.stack : String(failure.error)}\nafter:\n${told(failure.value)}\nreplay with ${replay}`)
})

async function startVictim(): Promise<Victim> {
  const faults = new Faults()
  return { faults, actor: await startActor(faults.env) }
}

function told({ exported, onConflict, deeds }: Story): string {
  return [`  ${exported ? 'exported' : 'nothing exported'}, onConflict: ${onConflict}`, ...deeds.map((deed, index) => `  ${index + 1}. ${wordsOf(deed)}`)].join('\n')
}

function wordsOf({ do: what, ...rest }: Deed): string {
  return `${what} ${JSON.stringify(rest)}`
}
