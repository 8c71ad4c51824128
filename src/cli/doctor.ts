import process from 'node:process'
import type { Check } from '../doctor.ts'
import { diagnose } from '../engine.ts'
import { shownCheck, verdict } from './checkup.ts'
import { FAILED, OK } from './exit.ts'
import { type GlobalFlags, run } from './run.ts'
import { stderrPaint, stdoutPaint } from './output.ts'

/** Flags of `rowtree doctor`. */
export type DoctorFlags = GlobalFlags

/** `rowtree doctor`: looks at all that rowtree relies on, and tells of each thing as soon as it is known. */
export async function doctorCommand(flags: DoctorFlags): Promise<void> {
  await run('doctor', flags, async ({ output, cwd, signal }) => {
    const { quiet } = output.options
    const stream = quiet ? process.stderr : process.stdout
    const paint = quiet ? stderrPaint : stdoutPaint()
    const say = (line: string): void => (quiet ? output.attention(line) : output.say(line))
    const checks: Check[] = []
    let group: string | undefined
    for await (const check of diagnose({ file: flags.config, cwd, env: process.env })) {
      if (signal.aborted) break
      checks.push(check)
      if (quiet && check.status === 'ok') continue
      if (check.group !== group) say(paint('bold', (group = check.group)))
      for (const line of shownCheck(check, { paint, columns: stream.columns })) say(line)
    }
    const ok = checks.every(({ status }) => status !== 'fail')
    output.document({ command: 'doctor', ok, checks: checks.map(({ measured, ...check }) => ({ ...check, ...measured })) })
    output.say(`\n${verdict(checks)}`)
    return ok ? OK : FAILED
  })
}
