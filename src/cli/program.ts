import process from 'node:process'
import { Argument, Command, Help, type HelpConfiguration, Option } from 'commander'
import { PACE } from '../core/pace.ts'
import { VERSION } from '../version.ts'
import type { BenchFlags } from './bench.ts'
import type { DemoFlags } from './demo.ts'
import type { DiffFlags } from './diff.ts'
import type { DoctorFlags } from './doctor.ts'
import { applyEnvironment } from './environment.ts'
import type { ExportFlags } from './export.ts'
import type { ImportFlags } from './import.ts'
import { amount, batch, duration, factor, operation, patterns, port, rows, size, span, spanOrOff, threads } from './options.ts'
import type { InitFlags } from './init.ts'
import type { ResolveFlags } from './resolve.ts'
import type { StatusFlags } from './status.ts'
import type { SweepFlags } from './sweep.ts'
import type { SyncFlags } from './sync.ts'
import type { UndoFlags } from './undo.ts'
import type { WatchFlags } from './watch.ts'

const DRY_RUN = ['-n, --dry-run', 'change nothing, tell what would be done'] as const
const ONLY = ['--only <glob...>', 'only paths that match (gitignore patterns)', patterns] as const
const IGNORE = ['--ignore <glob...>', 'leave out paths that match', patterns] as const
const PRUNE = ['--prune', 'remove unchanged files whose rows are gone'] as const
const NO_PRUNE = ['--no-prune', 'keep them, whatever the config says'] as const
const DELETE = ['--delete', 'delete unchanged rows whose files are gone'] as const
const WORKERS = ['--workers <n>', 'writer threads beside the main one, or auto', threads] as const
const FSYNC = ['--fsync <mode>', 'flush to disk once a batch, once a file, or off'] as const
const EXIT_CODE = ['--exit-code', 'end with 2 when the sides differ'] as const
const PATHS = ['[paths...]', 'files or directories (default: the whole tree)'] as const

/** Help of one screen each. */
const HELP: HelpConfiguration = {
  subcommandTerm: (command) => [command.name(), ...command.aliases()].join(', '),
  // The heading tells how to get help.
  visibleCommands: (command) => [...command.commands],
  // Descriptions name the choices themselves.
  optionDescription: (option) => option.description,
  // Every program has --help and --version; the screen is for the rest.
  visibleOptions: (command) => command.options.filter((option) => !option.hidden && option.long !== '--version'),
  // The line below the usage is worth more with another command; there are so many that another line has to go, too.
  formatHelp: (command, help) => {
    const text = Help.prototype.formatHelp.call(help, command, help).replace('\n\n', '\n')
    return command.parent ? text : text.replace('\n\n', '\n')
  },
  styleTitle: (title) => TITLES[title] ?? title,
}

const TITLES: Readonly<Record<string, string>> = {
  'Options:': 'Options (as a variable, --dry-run is ROWTREE_DRY_RUN):',
  'Commands:': 'Commands (rowtree help <command> shows more):',
}

/** The command line. Commands are loaded when they are called, so that `--help` and `--version` come at once. */
export function program(): Command {
  const rowtree = new Command('rowtree')
    .description('Keeps the rows of a database and the files of a directory tree the same.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp(HELP)
    .configureOutput({ outputError() {} })
    .exitOverride()
    .hook('preAction', (_, command) => applyEnvironment(command, process.env))
    .option('-c, --config <file>', 'config file (default: rowtree.yaml, found upwards)')
    .option('-C, --cwd <dir>', 'work as if started in this directory')
    .option('--json', 'print one JSON document')
    .option('-q, --quiet', 'print nothing but what needs attention')
    .option('-v, --verbose', 'tell more, also about errors')
    .addOption(new Option('--no-color', 'plain text (also: NO_COLOR)').hideHelp())

  addInit(rowtree)
  addExport(rowtree)
  addImport(rowtree)
  addSync(rowtree)
  addWatch(rowtree)
  addStatus(rowtree)
  addDiff(rowtree)
  addResolve(rowtree)
  addUndo(rowtree)
  addSweep(rowtree)
  addDoctor(rowtree)
  addBench(rowtree)
  addDemo(rowtree)
  return rowtree
}

function addInit(rowtree: Command): void {
  rowtree
    .command('init')
    .description('write a config to begin with')
    .addOption(new Option('--preset <name>', 'table, mybb, wordpress or settings').choices(['table', 'mybb', 'wordpress', 'settings']))
    .option('--url <url>', 'the database: sqlite:FILE, mysql://…, postgres://…')
    .option('--board <dir>', 'where MyBB is: takes the database from its inc/config.php')
    .option('--prefix <text>', 'what the names of the tables begin with')
    .option('--tree <dir>', 'where the files go')
    .option('--notify', 'print SQL for triggers: PostgreSQL then tells of changes')
    .option('-o, --output <file>', 'with --notify: write it to a file')
    .option('--force', 'replace a file that is there, and keep a copy')
    .addHelpText('after', examples('rowtree init --preset mybb --board /srv/forum', 'rowtree init --preset table --url sqlite:site.sqlite', 'rowtree init --notify | psql board'))
    .action(async (_: unknown, command: Command) => (await import('./init.ts')).initCommand(command.optsWithGlobals<InitFlags>()))
}

function addExport(rowtree: Command): void {
  rowtree
    .command('export')
    .alias('pull')
    .description('write every row whose file is missing or out of date')
    .option(...DRY_RUN)
    .option(...ONLY)
    .option(...IGNORE)
    .option(...PRUNE)
    .option(...NO_PRUNE)
    .option('--force', 'let the store win where files were edited')
    .option(...WORKERS)
    .addOption(new Option(...FSYNC).choices(['batch', 'file', 'off']))
    .addHelpText('after', examples('rowtree export', "rowtree export --only 'styles/' --dry-run", 'rowtree export --prune --json | jq .removed'))
    .action(async (_: unknown, command: Command) => (await import('./export.ts')).exportCommand(command.optsWithGlobals<ExportFlags>()))
}

function addImport(rowtree: Command): void {
  rowtree
    .command('import')
    .alias('push')
    .description('take edited and new files to the store')
    .argument(...PATHS)
    .option(...DRY_RUN)
    .option(...ONLY)
    .option(...IGNORE)
    .option(...DELETE)
    .option('--force', 'let the tree win where rows were edited')
    .option(...WORKERS)
    .addHelpText('after', examples('rowtree import', 'rowtree import styles/Default/global.css', 'rowtree import --delete --dry-run'))
    .action(async (paths: string[], _: unknown, command: Command) =>
      (await import('./import.ts')).importCommand(paths, command.optsWithGlobals<ImportFlags>()),
    )
}

function addSync(rowtree: Command): void {
  rowtree
    .command('sync')
    .description('take the changes of each side to the other')
    .option(...DRY_RUN)
    .option(...ONLY)
    .option(...IGNORE)
    .option(...PRUNE)
    .option(...NO_PRUNE)
    .option(...DELETE)
    .option(...WORKERS)
    .addOption(new Option(...FSYNC).choices(['batch', 'file', 'off']))
    .addHelpText('after', examples('rowtree sync', 'rowtree sync --dry-run', 'rowtree sync --prune --delete'))
    .action(async (_: unknown, command: Command) => (await import('./sync.ts')).syncCommand(command.optsWithGlobals<SyncFlags>()))
}

function addWatch(rowtree: Command): void {
  rowtree
    .command('watch')
    .alias('dev')
    .description('take each change to the other side as it is made')
    .addOption(new Option('--one-way <side>', 'only changes of the tree, or of the store').choices(['tree', 'store']))
    .option('--settle <time>', 'how long a file must be quiet, such as 100ms', span(PACE.settle))
    .option('--poll <time>', 'how often to ask the store for changes, or off', spanOrOff(PACE.poll))
    .option('--rescan <time>', 'how often to look at all files, or off', spanOrOff(PACE.rescan))
    .option('--max-batch <n>', 'paths of one batch at the most', batch)
    .option(...ONLY)
    .option(...IGNORE)
    .option(...DELETE)
    .option(...PRUNE)
    .addOption(new Option(...NO_PRUNE).hideHelp())
    .addOption(new Option(WORKERS[0], WORKERS[1]).argParser(threads).hideHelp())
    .addOption(new Option(...FSYNC).choices(['batch', 'file', 'off']).hideHelp())
    .option('--hook <command>', 'what to run after imports; --no-hook: nothing')
    .addOption(new Option('--no-hook').hideHelp())
    .option('--reload [port]', 'serve live reload for pages on this machine', port)
    .addHelpText('after', examples('rowtree watch', 'rowtree watch --one-way tree --reload', "rowtree watch --json | jq 'select(.event == \"imported\").paths'"))
    .action(async (_: unknown, command: Command) => (await import('./watch.ts')).watchCommand(command.optsWithGlobals<WatchFlags>()))
}

function addStatus(rowtree: Command): void {
  rowtree
    .command('status')
    .description('tell what differs and which command settles it')
    .argument(...PATHS)
    .option(...EXIT_CODE)
    .option(...ONLY)
    .option(...IGNORE)
    .option(...WORKERS)
    .addHelpText('after', examples('rowtree status', 'rowtree status --exit-code --quiet', "rowtree status --json | jq '.items[].path'"))
    .action(async (paths: string[], _: unknown, command: Command) =>
      (await import('./status.ts')).statusCommand(paths, command.optsWithGlobals<StatusFlags>()),
    )
}

function addDiff(rowtree: Command): void {
  const versions = ['store', 'tree', 'baseline']
  rowtree
    .command('diff')
    .description('show how rows and files differ')
    .argument(...PATHS)
    .addOption(new Option('--from <version>', 'store, tree or baseline (default: store)').choices(versions))
    .addOption(new Option('--to <version>', 'what it is compared with (default: tree)').choices(versions))
    .option('--stat', 'only how many lines differ')
    .option(...EXIT_CODE)
    .option(...ONLY)
    .option(...IGNORE)
    .addHelpText('after', examples('rowtree diff', 'rowtree diff styles/ --stat', 'rowtree diff global.css --from baseline --to store'))
    .action(async (paths: string[], _: unknown, command: Command) =>
      (await import('./diff.ts')).diffCommand(paths, command.optsWithGlobals<DiffFlags>()),
    )
}

function addResolve(rowtree: Command): void {
  rowtree
    .command('resolve')
    .description('settle conflicts and holds')
    .argument('[paths...]', 'files or directories')
    .addOption(new Option('--prefer <side>', 'who wins: store, tree or merge').choices(['store', 'tree', 'merge']))
    .option('--all', 'all conflicts and holds instead of named paths')
    .option('--delete', 'with --all or a directory: also delete what the preferred side does not have')
    .option(...DRY_RUN)
    .option(...ONLY)
    .option(...IGNORE)
    .addHelpText('after', examples('rowtree resolve styles/Default/global.css --prefer merge', 'rowtree resolve --all --prefer store', 'rowtree undo'))
    .action(async (paths: string[], _: unknown, command: Command) =>
      (await import('./resolve.ts')).resolveCommand(paths, command.optsWithGlobals<ResolveFlags>()),
    )
}

function addUndo(rowtree: Command): void {
  rowtree
    .command('undo')
    .description('take back what a command changed')
    .addArgument(new Argument('[operation]', 'its number (default: the last one)').argParser(operation))
    .option('--list', 'list the operations')
    .option(...DRY_RUN)
    .addHelpText('after', examples('rowtree undo --list', 'rowtree undo', 'rowtree undo 12 --dry-run'))
    .action(async (number: number | undefined, _: unknown, command: Command) =>
      (await import('./undo.ts')).undoCommand(number, command.optsWithGlobals<UndoFlags>()),
    )
}

function addSweep(rowtree: Command): void {
  rowtree
    .command('sweep')
    .description('remove temp files that killed processes left')
    .option('--older-than <time>', 'only those at least this old: 90s, 10m, 1h, 2d', duration)
    .option(...DRY_RUN)
    .addHelpText('after', examples('rowtree sweep', 'rowtree sweep --older-than 1h'))
    .action(async (_: unknown, command: Command) => (await import('./sweep.ts')).sweepCommand(command.optsWithGlobals<SweepFlags>()))
}

function addDoctor(rowtree: Command): void {
  rowtree
    .command('doctor')
    .description('look at all that rowtree relies on')
    .addHelpText('after', examples('rowtree doctor', 'rowtree doctor --quiet', "rowtree doctor --json | jq '.checks[] | select(.status != \"ok\")'"))
    .action(async (_: unknown, command: Command) => (await import('./doctor.ts')).doctorCommand(command.optsWithGlobals<DoctorFlags>()))
}

function addBench(rowtree: Command): void {
  rowtree
    .command('bench')
    .description('measure how fast it is here')
    .option('--rows <n>', 'rows to measure with (default: 5,000)', amount)
    .option('--size <size>', 'how long each of them is (default: 2KB)', size)
    .option('--saves <n>', 'saves to measure (default: 100)', amount)
    .option('--html <file>', 'write a report with charts')
    .option('--markdown [file]', 'print Markdown, or write it to a file')
    .option('--compare <file>', 'what --json printed earlier: fail where ratios got worse')
    .option('--max-regression <x>', 'by how much they may (default: 1.25)', factor)
    .addHelpText('after', examples('rowtree bench', 'rowtree bench --json > earlier.json', 'rowtree bench --compare earlier.json --html report.html'))
    .action(async (_: unknown, command: Command) => (await import('./bench.ts')).benchCommand(command.optsWithGlobals<BenchFlags>()))
}

function addDemo(rowtree: Command): void {
  rowtree
    .command('demo')
    .description('make a board in a temporary folder and export it')
    .option('--rows <n>', 'how many rows the board has (default: 10,000)', rows)
    .option('--watch', 'keep watching it, and tell what to try')
    .addHelpText('after', examples('rowtree demo', 'rowtree demo --rows 100000', 'rowtree demo --watch'))
    .action(async (_: unknown, command: Command) => (await import('./demo.ts')).demoCommand(command.optsWithGlobals<DemoFlags>()))
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}\n\nFlags of every command: rowtree --help`
}
