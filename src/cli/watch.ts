import { relative } from 'node:path'
import process from 'node:process'
import { type Config, loadConfig } from '../config.ts'
import { RowtreeError } from '../errors.ts'
import type { FsyncMode, Side } from '../types.ts'
import type { WatchEvent, WatchOptions } from '../watch.ts'
import { Crowd } from './crowd.ts'
import { OK } from './exit.ts'
import { invocation, quote } from './invocation.ts'
import { newsLines, type NewsStyle } from './newsline.ts'
import { type Output, stderrPaint, stdoutPaint } from './output.ts'
import { type Reload, startReload } from './reload/server.ts'
import { type CommandContext, type GlobalFlags, run } from './run.ts'
import { type Reloaded, watchSuccession } from './succession.ts'
import { Thrift } from './thrift.ts'
import { number } from './words.ts'

/** Flags of `rowtree watch`. Times are milliseconds. */
export interface WatchFlags extends GlobalFlags {
  readonly oneWay?: Side
  readonly poll?: number | 'off'
  readonly rescan?: number | 'off'
  readonly settle?: number
  readonly maxBatch?: number
  readonly delete?: boolean
  readonly prune?: boolean
  readonly only?: readonly string[]
  readonly ignore?: readonly string[]
  readonly workers?: number | 'auto'
  readonly fsync?: FsyncMode
  /** The command, or `false` for none. */
  readonly hook?: string | false
  /** The port, or `true` for the usual one. */
  readonly reload?: number | true
}

/** `rowtree watch`: takes each change to the other side as it is made. */
export async function watchCommand(flags: WatchFlags): Promise<void> {
  await run('watch', flags, (context) => watchAndTell(flags, context), { events: true })
}

/** Watches until a signal or the end of its reader, and tells what happens. */
export async function watchAndTell(flags: WatchFlags, context: CommandContext): Promise<number> {
  const { output, cwd, signal } = context
  const load = (file: string | undefined): Promise<Config> => loadConfig({ file, cwd, env: process.env })
  const config = await load(flags.config)
  if ((flags.oneWay ?? config.watch.oneWay) === 'store' && (flags.poll ?? config.watch.poll) === 'off') {
    throw new RowtreeError('usage', 'Cannot watch the store alone: nobody asks it while poll is off; name a time with --poll, such as 2s')
  }
  if (output.options.verbose) output.note(`config ${config.file}\ntree   ${config.tree}\nstate  ${config.state}`)
  const thrift = new Thrift()
  const crowd = new Crowd(({ kind, more }) => output.attention(`${number.format(more)} more: ${kind} (rowtree status lists all)`))
  const farewell = sayFarewell(output, signal)
  const reload = flags.reload === undefined ? undefined : await startReload(flags.reload === true ? {} : { port: flags.reload })
  if (reload) {
    output.note(`live reload: put this into the page\n  ${reload.script}`)
    await output.event({ event: 'serving', time: new Date().toISOString(), url: reload.url, script: reload.script })
  }
  const tell = (event: WatchEvent | Reloaded, { tree }: Config): Promise<boolean> => {
    if (reload) reloadFor(reload, event)
    thrift.worked('paths' in event ? event.paths.length : 0)
    if (output.options.json) return output.event(event)
    return crowd.admits(event) ? print(output, event, styleOf(tree, flags)) : Promise.resolve(true)
  }
  try {
    await watchSuccession(config, { load: () => load(config.file), watch: optionsOf(flags, signal), tell })
  } catch (error) {
    // Told to stop before it was under way: that is what was wanted.
    if (!(signal.aborted && error instanceof RowtreeError && error.code === 'cancelled')) throw error
  } finally {
    farewell()
    thrift.close()
    crowd.end()
    await reload?.close()
  }
  return OK
}

function optionsOf(flags: WatchFlags, signal: AbortSignal): WatchOptions {
  const { oneWay, poll, rescan, settle, maxBatch, delete: deletes, prune, only, ignore, workers, fsync, hook } = flags
  return { oneWay, poll, rescan, settle, maxBatch, delete: deletes, prune, only, ignore, workers, fsync, signal, onImport: hook === false ? 'off' : hook }
}

/** `false` when nobody reads any more. */
async function print(output: Output, event: WatchEvent | Reloaded, style: NewsStyle): Promise<boolean> {
  let reads = true
  for (const { as, text } of newsLines(event, style)) {
    if (as === 'data') reads &&= await output.data(`${text}\n`)
    else if (as === 'note') output.aside(text)
    else output.attention(text)
  }
  return reads
}

/** What is shown by a page is what the store holds, whoever changed it. */
function reloadFor(reload: Reload, event: WatchEvent | Reloaded): void {
  if ('seconds' in event) reload.tell(event.paths)
}

/** Asked for each line: a terminal may change its width. */
function styleOf(tree: string, flags: WatchFlags): NewsStyle {
  const { columns } = process.stdout
  const place = relative(process.cwd(), tree)
  return {
    tree: place === '' ? '.' : place.startsWith('..') ? tree : `./${place}`,
    ...(columns && { columns }),
    stdout: stdoutPaint(),
    stderr: stderrPaint,
    verbose: flags.verbose ?? false,
    typed: { program: invocation(), flags: flagsToRepeat(flags) },
  }
}

/** What another command needs to be about the same config, with a space behind it. */
function flagsToRepeat({ config, cwd }: WatchFlags): string {
  return [...(cwd === undefined ? [] : ['-C', cwd]), ...(config === undefined ? [] : ['-c', config])].map((word) => `${quote(word)} `).join('')
}

/** Milliseconds after which a person wonders whether the signal was heard. */
const SOON = 200

/** Says what is waited for, if a session that was told to stop does not at once. */
function sayFarewell(output: Output, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined
  const stop = (): void => {
    // A terminal shows the Ctrl-C in the line.
    const away = process.stderr.isTTY ? '\n' : ''
    timer = setTimeout(() => output.aside(`${away}stopping after this batch; Ctrl-C again ends at once`), SOON)
  }
  signal.addEventListener('abort', stop)
  return () => {
    signal.removeEventListener('abort', stop)
    clearTimeout(timer)
  }
}
