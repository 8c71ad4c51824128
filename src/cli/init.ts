import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import process from 'node:process'
import { writeFileAtomic } from '../atomic.ts'
import { loadConfig, parseConfig, type PresetName } from '../config.ts'
import { boardSettings, openEngine } from '../engine.ts'
import { RowtreeError } from '../errors.ts'
import { OK } from './exit.ts'
import { invocation, quote } from './invocation.ts'
import { type CommandContext, type GlobalFlags, run } from './run.ts'
import { type Starter, starterConfig, TREES } from './starter.ts'
import { publicUrl } from './store-url.ts'

/** Flags of `rowtree init`. */
export interface InitFlags extends GlobalFlags {
  readonly preset?: PresetName
  readonly url?: string
  readonly board?: string
  readonly prefix?: string
  readonly tree?: string
  readonly notify?: boolean
  readonly output?: string
  readonly force?: boolean
}

/** `rowtree init`: a config to begin with, or the triggers by which a database tells of its changes. It never asks. */
export async function initCommand(flags: InitFlags): Promise<void> {
  await run('init', flags, (context) => (flags.notify ? writeTriggers(flags, context) : writeConfig(flags, context)))
}

async function writeConfig(flags: InitFlags, { cwd, output }: CommandContext): Promise<number> {
  const file = resolve(cwd, flags.config ?? 'rowtree.yaml')
  const starter = starterOf(flags, cwd, dirname(file))
  const text = starterConfig(starter)
  // Whatever is wrong with it is told before a file is there.
  parseConfig(text, { file, directory: dirname(file), env: Object.fromEntries(starter.variables.map((name) => [name, 'x'])) })
  await writeNew(file, text, flags)
  const { preset, variables } = starter
  output.document({ command: 'init', ok: true, file, preset, variables })
  output.say(`${relative(cwd, file) || file} is written. Next:`)
  for (const name of variables) output.say(`  export ${name}=…  # the password of the database`)
  if (preset === 'table') output.say('  edit the collections in it')
  output.say(`  ${invocation()} status${flags.config === undefined ? '' : ` -c ${quote(flags.config)}`}${flags.cwd === undefined ? '' : ` -C ${quote(flags.cwd)}`}`)
  return OK
}

function starterOf(flags: InitFlags, cwd: string, directory: string): Starter {
  const { preset, board, prefix } = flags
  if (flags.output !== undefined) throw refuse('--output goes with --notify; name the config with --config')
  if (preset === undefined) throw refuse('no preset is named; add --preset table, mybb, wordpress or settings')
  if (board !== undefined && preset !== 'mybb') throw refuse('--board goes with --preset mybb only; remove it')
  if (prefix !== undefined && preset !== 'mybb' && preset !== 'wordpress') throw refuse('--prefix goes with --preset mybb or wordpress only; remove it')
  const place = (typed: string): string => (isAbsolute(typed) ? typed : pathFrom(directory, resolve(cwd, typed)))
  const tree = flags.tree === undefined ? TREES[preset] : place(flags.tree)
  const typed = flags.url === undefined ? undefined : publicUrl(flags.url)
  if (board === undefined) {
    if (!typed) throw refuse(`no database is named; add --url${preset === 'mybb' ? ', or --board with the directory that MyBB is in' : ''}`)
    return { preset, ...typed, tree, prefix }
  }
  const found = boardSettings(resolve(cwd, board), directory)
  const { url, variables } = typed ?? { url: found.url, variables: found.secret === undefined ? [] : [found.secret] }
  return { preset, url, variables, tree, prefix: prefix ?? found.prefix, board: place(board) }
}

async function writeTriggers(flags: InitFlags, { cwd, output }: CommandContext): Promise<number> {
  for (const name of ['preset', 'url', 'board', 'prefix', 'tree'] as const) {
    if (flags[name] !== undefined) throw refuse(`--${name} does not go with --notify, which is about the config that is there; remove one of them`)
  }
  const engine = await openEngine(await loadConfig({ file: flags.config, cwd, env: process.env }))
  try {
    const sql = engine.notifySql()
    if (flags.output === undefined) {
      output.document({ command: 'init', ok: true, sql })
      await output.data(sql)
      return OK
    }
    const file = resolve(cwd, flags.output)
    await writeNew(file, sql, flags)
    output.document({ command: 'init', ok: true, file, sql })
    output.say(`${relative(cwd, file) || file} is written. Run it in the database, as who owns the tables:`)
    output.say(`  psql --file ${quote(flags.output)} …`)
    return OK
  } finally {
    await engine.close()
  }
}

/** Writes a file that is not there yet, or with `--force` in place of one that then stays beside it. */
async function writeNew(file: string, text: string, { force = false }: InitFlags): Promise<void> {
  try {
    await writeFileAtomic(file, text, force ? { backup: true } : { replace: false })
  } catch (error) {
    if (!(error instanceof RowtreeError && error.code === 'target-exists')) throw error
    throw new RowtreeError('target-exists', `Cannot write ${file}: it is there already; name another file, or add --force, which keeps a copy`, { path: file })
  }
}

/** A path from a directory as a config has it. */
function pathFrom(directory: string, path: string): string {
  const way = relative(directory, path).replaceAll(sep, '/')
  return way.startsWith('../') || way === '..' ? way : `./${way}`
}

function refuse(state: string): RowtreeError {
  return new RowtreeError('usage', `Cannot make a config: ${state}`)
}
