/** A process that does what it is told, line by line, until something kills it. */
import { subscribe } from 'node:diagnostics_channel'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { writeFileAtomic, writeJsonAtomic, type WriteOptions, writeYamlAtomic } from '../../../src/atomic.ts'
import { type Engine, RowtreeError } from '../../../src/index.ts'
import { type Milestone, MILESTONES } from '../../../src/sync/milestones.ts'
import type { WatchOptions } from '../../../src/watch.ts'
import { withEngine } from '../with-engine.ts'

/** What an actor can be told. Directories hold a `rowtree.yaml`. */
export type Deed =
  /** One operation of an engine that is opened for it and closed again. */
  | { readonly do: 'operate'; readonly directory: string; readonly operation: 'export' | 'import' | 'sync' | 'status' | 'undo' | 'sweep'; readonly options?: object }
  | { readonly do: 'resolve'; readonly directory: string; readonly paths: readonly string[]; readonly options: object }
  /** One file, by the library's own functions. */
  | { readonly do: 'write'; readonly path: string; readonly form: 'file' | 'json' | 'yaml'; readonly data: unknown; readonly options?: WriteOptions }
  /** Sessions that go on; each event is one more answer. */
  | { readonly do: 'watch'; readonly directories: readonly string[]; readonly options?: WatchOptions }
  /** A SIGKILL when a milestone is reached for this time, from 1. */
  | { readonly do: 'die'; readonly at: Milestone; readonly time: number }

/** What came of it. */
export interface Answer {
  readonly ok: boolean
  readonly value?: unknown
  readonly error?: { readonly code?: string; readonly errno?: string | undefined; readonly message: string; readonly stack?: string | undefined }
}

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}

async function watch(directory: string, options?: WatchOptions): Promise<void> {
  await withEngine(directory, async (engine) => {
    for await (const event of engine.watch(options)) say({ directory, event })
  })
}

async function act(deed: Deed): Promise<unknown> {
  switch (deed.do) {
    case 'operate':
      return await withEngine<unknown>(deed.directory, (engine) => engine[deed.operation](deed.options))
    case 'resolve':
      return await withEngine(deed.directory, (engine) => engine.resolve(deed.paths, deed.options as Parameters<Engine['resolve']>[1]))
    case 'write':
      if (deed.form === 'file') await writeFileAtomic(deed.path, String(deed.data), deed.options)
      else await { json: writeJsonAtomic, yaml: writeYamlAtomic }[deed.form](deed.path, deed.data, deed.options)
      return undefined
    case 'watch':
      await Promise.all(deed.directories.map((directory) => watch(directory, deed.options)))
      return undefined
    case 'die': {
      let left = deed.time
      subscribe(MILESTONES, (milestone) => {
        if (milestone === deed.at && --left === 0) process.kill(process.pid, 'SIGKILL')
      })
      return undefined
    }
  }
}

say({ ready: process.pid })
for await (const line of createInterface({ input: process.stdin })) {
  try {
    say({ ok: true, value: await act(JSON.parse(line) as Deed) })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const known = error instanceof RowtreeError ? { code: error.code, errno: error.errno } : { stack: error.stack }
    say({ ok: false, error: { ...known, message: error.message } })
  }
}
