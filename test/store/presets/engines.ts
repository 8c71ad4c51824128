import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type ConfigInput, type Engine, openEngine, resolveConfig } from '../../../src/index.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

/** An engine on a database of a preset, with a tree of its own. */
export interface Workshop {
  readonly engine: Engine
  readonly directory: string
  /** Contents by path. */
  files(): Record<string, string>
  file(path: string): string | undefined
  setFile(path: string, content: string | undefined): void
}

/** Opens an engine. It closes with the test. */
export async function workshop(store: ConfigInput['store'], more: Partial<ConfigInput> = {}): Promise<Workshop> {
  const directory = temporaryDirectory()
  const tree = join(directory, 'tree')
  const engine = await openEngine(resolveConfig({ store, tree, export: { fsync: 'off', workers: 0 }, guards: { maxDelete: '100%' }, ...more }, directory))
  onTestFinished(() => engine.close())
  const file = (path: string): string | undefined => (existsSync(join(tree, path)) ? readFileSync(join(tree, path), 'utf8') : undefined)
  return {
    engine,
    directory,
    file,
    files() {
      const found = readdirSync(tree, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      const paths = found.map((entry) => join(entry.parentPath, entry.name).slice(tree.length + 1)).sort()
      return Object.fromEntries(paths.map((path) => [path, file(path)!]))
    },
    setFile(path, content) {
      if (content === undefined) return rmSync(join(tree, path))
      mkdirSync(dirname(join(tree, path)), { recursive: true })
      writeFileSync(join(tree, path), content)
    },
  }
}
