import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { openEngine } from '../src/index.ts'
import { config, editOf, pathOf } from './data.ts'

/** The settings that people get who set nothing, in milliseconds; the targets rest on the first. */
export const SETTLE = 100

/** Processor time in clock ticks of 10 ms, as Linux gives it. */
const TICK = 0.01

/** A tree and its store, exported, in a directory with a config. */
export interface Place {
  readonly directory: string
  readonly tree: string
  readonly store: string
}

/** Copies a database, exports it, and writes a config for the command line. */
export async function prepare(directory: string, database: string): Promise<Place> {
  const store = join(directory, 'store.sqlite')
  copyFileSync(database, store)
  const settings = config(directory, store, 'off', 'auto')
  const engine = await openEngine(settings)
  await engine.export()
  await engine.close()
  writeConfig(directory, store)
  return { directory, tree: settings.tree, store }
}

/** Writes the config of a database and a tree in this directory. */
export function writeConfig(directory: string, store: string): void {
  const { tree, state } = config(directory, store, 'off', 'auto')
  const collections = { pages: { table: 'pages', key: ['site', 'slug'], path: '{site}/{slug}.html', content: 'body' } }
  // JSON is YAML.
  writeFileSync(join(directory, 'rowtree.yaml'), JSON.stringify({ store: { url: `sqlite:${store}` }, tree, state, export: { fsync: 'off' }, collections }))
}

/** A `rowtree watch` in a process of its own. */
export interface Watching {
  readonly pid: number
  /** Seconds from its start until every change was seen. */
  readonly ready: number
  stop(): Promise<void>
}

/** Starts the command, by the file that it begins with. */
export async function watch({ directory }: Place, main: string): Promise<Watching> {
  const start = performance.now()
  const child = spawn(process.execPath, [main, 'watch', '--json'], { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] })
  await untilReady(child)
  return {
    pid: child.pid!,
    ready: (performance.now() - start) / 1_000,
    async stop() {
      const ended = new Promise((resolve) => child.on('close', resolve))
      child.kill('SIGINT')
      await ended
    },
  }
}

async function untilReady(child: ChildProcess): Promise<void> {
  let text = ''
  await new Promise<void>((resolve, reject) => {
    child.on('close', () => reject(new Error(`rowtree watch ended: ${text}`)))
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      // What comes later is read, so that the pipe stays empty, and forgotten.
      if (text.length < 100_000) text += chunk
      if (text.includes('"event":"ready"')) resolve()
    })
  })
}

/** Looks at the rows from another connection, like a page that is being served. */
export class Observer {
  readonly #db: DatabaseSync
  readonly #body: StatementSync

  constructor({ store }: Place) {
    this.#db = new DatabaseSync(store, { readOnly: true })
    this.#db.exec('pragma busy_timeout = 20000')
    this.#body = this.#db.prepare('select body from pages where site = ? and slug = ?')
  }

  /** Returns when the row of a file holds this text; looks again after so many milliseconds. */
  async holds(path: string, text: string, pause = 0.5): Promise<void> {
    const [site, slug] = path.replace('.html', '').split('/') as [string, string]
    await this.#until(path, pause, () => this.#body.get(site, slug)?.['body'] === text)
  }

  /** Returns when so many rows hold what `editAll` wrote. Each is looked at alone: whoever reads long keeps others from writing. */
  async holdAll(rows: number, round: number): Promise<void> {
    for (let index = 0; index < rows; index++) await this.holds(pathOf(index), editOf(index, round), 5)
  }

  close(): void {
    this.#db.close()
  }

  /** Sleeps between looks without the timers' millisecond of grace. */
  async #until(what: string, pause: number, isSo: () => boolean): Promise<void> {
    const still = new Int32Array(new SharedArrayBuffer(4))
    const deadline = performance.now() + 120_000
    for (let looks = 1; !isSo(); looks++) {
      if (performance.now() > deadline) throw new Error(`${what} did not arrive within two minutes`)
      Atomics.wait(still, 0, 0, pause)
      // Others of this process get their turn, too.
      if (looks % 100 === 0) await delay(0)
    }
  }
}

/** What a process costs while nothing happens: percent of one core over so many seconds, and resident megabytes. */
export async function idle(pid: number, seconds: number): Promise<{ idle: number; rss: number }> {
  const before = processorTime(pid)
  await delay(seconds * 1_000)
  return { idle: ((processorTime(pid) - before) / seconds) * 100, rss: residentMegabytes(pid) }
}

/** Seconds that all threads of a process have worked, in it and in the system. */
function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK
}

function residentMegabytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1_024
}
