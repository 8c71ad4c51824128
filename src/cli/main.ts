import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError, Option } from 'commander'
import { VERSION } from '../version.ts'
import type { ExportFlags } from './export.ts'
import { USAGE } from './exit.ts'
import { duration, threads } from './options.ts'
import { Output } from './output.ts'
import type { SweepFlags } from './sweep.ts'

/** Commands are loaded when they are called, so that `--help` and `--version` come at once. */
function program(): Command {
  const rowtree = new Command('rowtree')
    .description('Keeps the rows of a database and the files of a directory tree the same.')
    .version(VERSION, '-V, --version')
    .addOption(new Option('-c, --config <file>', 'config file (default: rowtree.yaml, found upwards)').env('ROWTREE_CONFIG'))
    .addOption(new Option('-C, --cwd <dir>', 'work as if started in this directory').env('ROWTREE_CWD'))
    .addOption(new Option('--json', 'print one JSON document').env('ROWTREE_JSON'))
    .addOption(new Option('-q, --quiet', 'print nothing but what needs attention').env('ROWTREE_QUIET'))
    .addOption(new Option('-v, --verbose', 'tell more, also about errors').env('ROWTREE_VERBOSE'))
    .option('--no-color', 'plain text (also: NO_COLOR)')
    .showHelpAfterError('(rowtree --help lists all commands and flags)')
    .exitOverride()

  rowtree
    .command('export')
    .alias('pull')
    .description('write every row whose file is missing or out of date')
    .addOption(new Option('-n, --dry-run', 'change nothing, tell what would be done').env('ROWTREE_DRY_RUN'))
    .addOption(new Option('--only <glob...>', 'only paths that match (gitignore patterns)').env('ROWTREE_ONLY'))
    .addOption(new Option('--ignore <glob...>', 'leave out paths that match').env('ROWTREE_IGNORE'))
    .addOption(new Option('--prune', 'remove unchanged files whose rows are gone').env('ROWTREE_PRUNE'))
    .addOption(new Option('--force', 'let the store win where files were edited').env('ROWTREE_FORCE'))
    .addOption(new Option('--workers <n>', 'writer threads beside the main one, or auto').argParser(threads).env('ROWTREE_WORKERS'))
    .addOption(new Option('--fsync <mode>', 'when to force bytes to the disk').choices(['batch', 'file', 'off']).env('ROWTREE_FSYNC'))
    .addHelpText('after', examples('rowtree export', "rowtree export --only 'styles/' --dry-run", 'rowtree export --prune --json | jq .removed'))
    .action(async (_: unknown, command: Command) => (await import('./export.ts')).exportCommand(command.optsWithGlobals<ExportFlags>()))

  rowtree
    .command('sweep')
    .description('remove temp files that killed processes left')
    .addOption(new Option('--older-than <time>', 'only those at least this old: 90s, 10m, 1h, 2d').argParser(duration).env('ROWTREE_OLDER_THAN'))
    .addOption(new Option('-n, --dry-run', 'change nothing, tell what would be done').env('ROWTREE_DRY_RUN'))
    .addHelpText('after', examples('rowtree sweep', 'rowtree sweep --older-than 1h'))
    .action(async (_: unknown, command: Command) => (await import('./sweep.ts')).sweepCommand(command.optsWithGlobals<SweepFlags>()))

  rowtree
    .command('demo')
    .description('make a board of 10,000 rows in a temporary folder and export it')
    .addHelpText('after', examples('rowtree demo'))
    .action(async (_: unknown, command: Command) => (await import('./demo.ts')).demoCommand(command.optsWithGlobals()))

  for (const command of rowtree.commands) command.exitOverride()
  return rowtree
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`
}

/** Runs the command line; the process's exit code tells how it went. */
export async function main(args: readonly string[]): Promise<void> {
  // Every colour goes through styleText, which asks the environment.
  if (args.includes('--no-color')) process.env['NO_COLOR'] = '1'
  const json = args.includes('--json')
  const rowtree = program()
  if (json) rowtree.configureOutput({ writeErr() {} })
  try {
    await rowtree.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Asking for help or the version ends this way too.
    if (error.exitCode === 0) return
    process.exitCode = USAGE
    if (!json) return
    const output = new Output({ json, quiet: false, verbose: false })
    output.document({ command: args.find((arg) => !arg.startsWith('-')) ?? null, ok: false, error: { code: 'usage', message: error.message } })
  }
}

// Node 22 does not know import.meta.main.
if (import.meta.main ?? process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2))
