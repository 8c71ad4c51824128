import { join, relative } from 'node:path'
import { type Inspection, inspectBaseline, type Unread } from '../baseline/inspect.ts'
import { type Config, loadConfig, type LoadOptions } from '../config.ts'
import type { Check, Remark } from '../doctor.ts'
import { examine, examineMachine } from '../doctor/examine.ts'
import { messageOf, toldOf } from '../errors.ts'
import { examineStore } from '../store/examine.ts'
import { realPathOf, requireStateFiles } from '../tree/root.ts'
import { storeOptionsOf, threadsOf } from './sides.ts'

/**
 * Looks at all that rowtree relies on, from the machine to the rights in the database, and tells of each as soon as it is known. What is wrong is a
 * check that fails, never an error; what does not depend on it is looked at all the same. Nothing that lasts is changed.
 *
 * @param of a config, or where to look for one
 *
 * @example
 * ```ts
 * for await (const { status, message, remedy } of diagnose({ cwd: process.cwd(), env: process.env })) {
 *   if (status !== 'ok') console.error(message, remedy)
 * }
 * ```
 */
export async function* diagnose(of: Config | LoadOptions): AsyncGenerator<Check> {
  yield* examineMachine()
  let config: Config
  try {
    config = 'store' in of ? of : await loadConfig(of)
  } catch (error) {
    yield { group: 'config', name: 'file', status: 'fail', message: messageOf(error), remedy: 'mend the config, or write one: rowtree init; the rest is looked at then' }
    return
  }
  yield* examine({ config, threads: threadsOf(config.export.workers), examineStore: () => storeOf(config), inspectBaseline: () => baselineOf(config) })
}

async function* storeOf(config: Config): AsyncGenerator<Remark> {
  try {
    yield* examineStore(storeOptionsOf(config))
  } catch (error) {
    yield { name: 'connection', status: 'fail', ...toldOf(error) }
  }
}

function baselineOf({ state, tree }: Config): Inspection | Unread {
  const path = join(state, 'baseline.db')
  // SQLite would follow a symlink, and wait for ever at a FIFO.
  requireStateFiles(state)
  return inspectBaseline(path, relative(realPathOf(state), realPathOf(tree)) || '.')
}
