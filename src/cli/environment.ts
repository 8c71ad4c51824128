import { type Command, InvalidArgumentError, type Option } from 'commander'
import { messageOf } from '../errors.ts'

/** Environment variables by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

const SWITCH: Readonly<Record<string, boolean>> = {
  1: true,
  true: true,
  yes: true,
  on: true,
  0: false,
  false: false,
  no: false,
  off: false,
}

/** Whether a variable turns a flag on or off; `undefined` when it says neither. */
export function asSwitch(text: string | undefined): boolean | undefined {
  return SWITCH[text?.toLowerCase() ?? '']
}

/**
 * Takes what no flag says from the environment: `--dry-run` is also `ROWTREE_DRY_RUN`. An empty
 * variable counts as unset. Commander would take any value of a switch, even `0`, for yes.
 *
 * @throws {InvalidArgumentError} naming the variable
 */
export function applyEnvironment(command: Command, environment: Environment): void {
  for (let at: Command | null = command; at; at = at.parent) {
    for (const option of at.options) {
      const name = option.attributeName()
      if (option.negate || name === 'version' || at.getOptionValueSource(name) === 'cli') continue
      const variable = `ROWTREE_${option.name().replaceAll('-', '_').toUpperCase()}`
      const text = environment[variable]
      if (text) at.setOptionValueWithSource(name, read(option, variable, text), 'env')
    }
  }
}

function read(option: Option, variable: string, text: string): unknown {
  try {
    if (!option.isBoolean()) return option.parseArg ? option.parseArg(text, undefined) : text
    const on = asSwitch(text)
    if (on === undefined) throw new InvalidArgumentError('Write 1 or 0.')
    return on
  } catch (error) {
    throw new InvalidArgumentError(`environment variable ${variable}=${text} is invalid. ${messageOf(error)}`)
  }
}
