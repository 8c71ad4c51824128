import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { type Command, CommanderError } from 'commander'
import { errnoOf, RowtreeError } from '../errors.ts'
import { asSwitch } from './environment.ts'
import { USAGE } from './exit.ts'
import { Output } from './output.ts'
import { program } from './program.ts'

/** Runs the command line; the process's exit code tells how it went. */
export async function main(args: readonly string[]): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  // Every colour goes through styleText, which asks the environment.
  if (args.includes('--no-color')) process.env['NO_COLOR'] = '1'
  const json = args.includes('--json') || asSwitch(process.env['ROWTREE_JSON']) === true
  const rowtree = program()
  if (json) rowtree.configureOutput({ writeErr() {} })
  try {
    await rowtree.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Asking for help or the version ends this way too.
    if (error.exitCode === 0) return
    process.exitCode = USAGE
    const helped = error.code === 'commander.help'
    // Without a command people see the help instead.
    if (helped && !json) return
    const state = helped ? 'no command is given' : plain(error.message)
    const output = new Output({ json, quiet: false, verbose: false })
    output.fail(commandIn(rowtree, args), new RowtreeError('usage', `Cannot run rowtree: ${state}`))
  }
}

/** Commander's message as one line in our form; it quotes arguments, and one of them may be a URL with a password. */
function plain(message: string): string {
  return message.replace(/^error: /, '').replace(/\n\((.*)\)$/, '. $1').replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):\S*@/gi, '$1:***@')
}

/** The command that the arguments name first; `null` when there is none. A path may be called like a command. */
function commandIn(rowtree: Command, args: readonly string[]): string | null {
  for (const [index, arg] of args.entries()) {
    if (/^(-c|--config|-C|--cwd)$/.test(args[index - 1] ?? '')) continue
    const known = rowtree.commands.find((command) => [command.name(), ...command.aliases()].includes(arg))
    if (known) return known.name()
  }
  return null
}

/** Whoever reads the output may stop early, as `head` does; that is no reason to leave work half done. */
function ignoreClosedPipe(error: Error): void {
  if (errnoOf(error) !== 'EPIPE') throw error
}

// Node 22 does not know import.meta.main.
if (import.meta.main ?? process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2))
