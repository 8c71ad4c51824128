import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError, Option } from 'commander'
import { errnoOf, RowtreeError } from '../errors.ts'
import { VERSION } from '../version.ts'
import type { DemoFlags } from './demo.ts'
import { applyEnvironment, asSwitch } from './environment.ts'
import { USAGE } from './exit.ts'
import type { ExportFlags } from './export.ts'
import { duration, patterns, rows, threads } from './options.ts'
import { Output } from './output.ts'
import type { SweepFlags } from './sweep.ts'

/** Commands are loaded when they are called, so that `--help` and `--version` come at once. */
function program(): Command {
  const rowtree = new Command('rowtree')
    .description('Keeps the rows of a database and the files of a directory tree the same.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({ subcommandTerm: (command) => [command.name(), ...command.aliases()].join(', ') })
    .configureOutput({ outputError() {} })
    .exitOverride()
    .hook('preAction', (_, command) => applyEnvironment(command, process.env))
    .option('-c, --config <file>', 'config file (default: rowtree.yaml, found upwards)')
    .option('-C, --cwd <dir>', 'work as if started in this directory')
    .option('--json', 'print one JSON document')
    .option('-q, --quiet', 'print nothing but what needs attention')
    .option('-v, --verbose', 'tell more, also about errors')
    .option('--no-color', 'plain text (also: NO_COLOR)')
    .addHelpText('after', '\nEvery flag is also an environment variable: --dry-run is ROWTREE_DRY_RUN.')

  rowtree
    .command('export')
    .alias('pull')
    .description('write every row whose file is missing or out of date')
    .option('-n, --dry-run', 'change nothing, tell what would be done')
    .option('--only <glob...>', 'only paths that match (gitignore patterns)', patterns)
    .option('--ignore <glob...>', 'leave out paths that match', patterns)
    .option('--prune', 'remove unchanged files whose rows are gone')
    .option('--no-prune', 'keep them, whatever the config says')
    .option('--force', 'let the store win where files were edited')
    .option('--workers <n>', 'writer threads beside the main one, or auto', threads)
    .addOption(new Option('--fsync <mode>', 'flush to disk').choices(['batch', 'file', 'off']))
    .addHelpText('after', examples('rowtree export', "rowtree export --only 'styles/' --dry-run", 'rowtree export --prune --json | jq .removed'))
    .action(async (_: unknown, command: Command) => (await import('./export.ts')).exportCommand(command.optsWithGlobals<ExportFlags>()))

  rowtree
    .command('sweep')
    .description('remove temp files that killed processes left')
    .option('--older-than <time>', 'only those at least this old: 90s, 10m, 1h, 2d', duration)
    .option('-n, --dry-run', 'change nothing, tell what would be done')
    .addHelpText('after', examples('rowtree sweep', 'rowtree sweep --older-than 1h'))
    .action(async (_: unknown, command: Command) => (await import('./sweep.ts')).sweepCommand(command.optsWithGlobals<SweepFlags>()))

  rowtree
    .command('demo')
    .description('make a board in a temporary folder and export it')
    .option('--rows <n>', 'how many rows the board has (default: 10,000)', rows)
    .addHelpText('after', examples('rowtree demo', 'rowtree demo --rows 100000'))
    .action(async (_: unknown, command: Command) => (await import('./demo.ts')).demoCommand(command.optsWithGlobals<DemoFlags>()))

  return rowtree
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n\nFlags of every command: rowtree --help`
}

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

/** Commander's message as one line in our form. */
function plain(message: string): string {
  return message.replace(/^error: /, '').replace(/\n\((.*)\)$/, '. $1')
}

/** The command that the arguments name; `null` when there is none. */
function commandIn(rowtree: Command, args: readonly string[]): string | null {
  const known = rowtree.commands.find((command) => [command.name(), ...command.aliases()].some((name) => args.includes(name)))
  return known?.name() ?? null
}

/** Whoever reads the output may stop early, as `head` does; that is no reason to leave work half done. */
function ignoreClosedPipe(error: Error): void {
  if (errnoOf(error) !== 'EPIPE') throw error
}

// Node 22 does not know import.meta.main.
if (import.meta.main ?? process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2))
