import { isAbsolute, relative, sep } from 'node:path'
import type { Config } from '../config.ts'
import type { Guards } from '../core/guards.ts'
import { reservedPaths } from '../core/reserved.ts'
import { scopeOf } from '../core/scope.ts'
import type { Named } from '../sync/naming.ts'
import type { CyclePlan } from '../sync/plan.ts'
import { IGNORE_FILE, readIgnoreFile } from '../tree/ignore-file.ts'
import { realPathOf } from '../tree/root.ts'
import type { Errand } from './errand.ts'

/**
 * What a cycle is about: the config's settings, unless its options say otherwise.
 *
 * @param storeFiles absolute paths of the files that the store lives in
 * @param root the tree's, absolute and real
 */
export function planOf(config: Config, storeFiles: readonly string[], root: string, { licence, options, rules = readIgnoreFile(root) }: Omit<Errand, 'command'>): CyclePlan {
  const { history, export: settings, ignore, state, file } = config
  return {
    licence,
    guards: guardsOf(config),
    decided: false,
    retention: history,
    fsync: options.fsync ?? settings.fsync,
    suffix: settings.tempSuffix,
    dryRun: options.dryRun ?? false,
    scope: scopeOf({ only: options.only ?? [], ignore: [...ignore, ...rules, ...(options.ignore ?? [])] }),
    reserved: reservedPaths([IGNORE_FILE, ...inside(root, [state, ...(file === undefined ? [] : [file]), ...storeFiles])]),
    signal: options.signal,
    onProgress: options.onProgress,
  }
}

/** A board runs its templates: what it refuses itself must not come in. */
function guardsOf({ guards, store }: Config): Guards {
  return store.preset === 'mybb' ? { ...guards, evaluated: ['template_sets/'] } : guards
}

/** Where files lie inside the tree, if they do. */
function inside(root: string, files: readonly string[]): string[] {
  return files
    .map((path) => relative(root, realPathOf(path)).replaceAll(sep, '/'))
    .filter((path) => path !== '' && path !== '..' && !path.startsWith('../') && !isAbsolute(path))
}

/** The same for the paths that somebody named alone. */
export function withPaths(plan: CyclePlan, named: Named | undefined): CyclePlan {
  if (!named) return plan
  const { scope } = plan
  return { ...plan, paths: named.directories.length > 0 ? undefined : named.exact, scope: (path) => named.includes(path) && scope(path) }
}
