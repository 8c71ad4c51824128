import type { Checkout } from './checkout.ts'

/** `npm run`'s scripts, `npm test` among them. */
const NPM = /\bnpm (?:run |test\b)(?:--[\w-]+ )*([\w:-]*)/g

/** Scripts of this repository. */
const OWN = /(?<![\w/$.-])\.ci\/[\w-]+/g

/** A command of rowtree with what stands literally behind it. */
const ROWTREE = /(?:\browtree|\bbin\.cjs") ([a-z]+)((?:[ \t]+[^\s|&;<>()]+)*)/g

/** What shell code names that is not there, one line each. */
export function faultsOfShell(text: string, { has, scripts, flags }: Checkout): string[] {
  const code = text.replaceAll(/^\s*#.*$/gm, '').replaceAll(/\\\n/g, ' ')
  const faults: string[] = []
  for (const [, script] of code.matchAll(NPM)) if (!scripts.has(script || 'test')) faults.push(`there is no script ${script}`)
  for (const [path] of code.matchAll(OWN)) if (!has(path, true)) faults.push(`${path} is no program`)
  for (const [, command, rest] of code.matchAll(ROWTREE)) {
    const known = flags.get(command!)
    if (!known) faults.push(`rowtree has no ${command}`)
    else for (const [flag] of rest!.matchAll(/(?<=\s)--?[a-z][\w-]*/g)) if (!known.has(flag)) faults.push(`rowtree ${command} has no ${flag}`)
  }
  return faults
}
