import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startActor } from '../support/faults/acting.ts'
import { type Call, CAN_INJECT, Faults, type Noted } from '../support/faults/index.ts'
import { method } from '../support/method.ts'
import { IS_DENO } from '../support/script.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { once, sample } from './striking.ts'

const FORMS = [
  { form: 'file', data: 'new\n'.repeat(3_000), after: 'new\n'.repeat(3_000), options: {} },
  { form: 'file', data: 'new\n', after: 'new\n', options: { backup: true } },
  { form: 'json', data: { word: 'new' }, after: '{\n  "word": "new"\n}\n', options: {} },
  { form: 'yaml', data: { word: 'new' }, after: 'word: new # as it is\n', options: {} },
] as const

const BEFORE = 'word: old # as it is\n'

/** Calls on temps where a failure leaves one to a sweep. Deno looks at what it removes. */
const LEAVING: ReadonlySet<Call> = new Set(IS_DENO ? ['unlink', 'stat'] : ['unlink'])

method('An error at every system call of writeFileAtomic, writeJsonAtomic, writeYamlAtomic', CAN_INJECT ? undefined : 'needs Linux and a C compiler', async (trials) => {
  const directory = join(temporaryDirectory(), 'files')
  const path = join(directory, 'below/file')
  const faults = new Faults()
  const actor = await startActor(faults.env)
  for (const exists of [true, false]) {
    for (const { form, data, after, options } of FORMS) {
      const write = async (): Promise<string | undefined> => (await actor.tell({ do: 'write', path, form, data, options }))!.error?.message
      const begin = (): void => {
        rmSync(directory, { recursive: true, force: true })
        mkdirSync(exists ? join(directory, 'below') : directory, { recursive: true })
        if (exists) writeFileSync(path, BEFORE)
      }
      begin()
      faults.arm({ root: directory })
      await write()
      const calls = faults.log()
      for (const strike of sample(once(calls), 10, 1_000)) {
        begin()
        faults.arm({ root: directory, ...strike })
        const error = await write()
        const log = faults.log()
        faults.disarm()
        if (!log.some(({ isStruck }) => isStruck)) continue
        const call = log.find(({ isStruck }) => isStruck)!
        const title = `${form} ${JSON.stringify(options)}, ${strike.fault} at ${call.call} ${call.path}`
        const expected = form === 'yaml' && !exists ? 'word: new\n' : after
        trials.add(...judge(path, exists ? BEFORE : undefined, expected, error, call).map((loss) => `${title}: ${loss}`))
      }
    }
  }
})

function judge(path: string, before: string | undefined, after: string, error: string | undefined, struck: Noted): string[] {
  const names = readdirSync(join(path, '../..'), { recursive: true }) as string[]
  const now = names.includes('below/file') ? readFileSync(path, 'utf8') : undefined
  const losses: string[] = []
  if (now !== before && now !== after) losses.push(`the file is neither old nor new: ${JSON.stringify(now)}`)
  if (error === undefined && now !== after) losses.push('it says that it is written, and it is not')
  // Behind the rename only a flush can fail: the file is whole, and may not outlive a power failure.
  if (error !== undefined && now === after && !isFlush(struck)) losses.push(`it is written, and it says: ${error}`)
  const temps = names.filter((name) => name.includes('.rowtree-'))
  if (temps.length > 0 && !LEAVING.has(struck.call)) losses.push(`temps remain: ${temps.join(', ')}`)
  for (const name of names.filter((one) => one.includes('.bak-'))) {
    if (readFileSync(join(path, '../..', name), 'utf8') !== before) losses.push(`the copy ${name} is not what was there`)
  }
  return losses
}

/** Of a directory: it is opened, flushed and closed. */
function isFlush({ call, path }: Noted): boolean {
  return ['open', 'fsync', 'close'].includes(call) && !path.includes('.rowtree-') && !path.endsWith('/file')
}
