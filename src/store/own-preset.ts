import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { messageOf, RowtreeError } from '../errors.ts'
import type { Preset } from './preset.ts'

/**
 * The preset that a module exports as `preset`, or by default. TypeScript needs no build.
 *
 * @param path of the module, absolute
 * @throws {RowtreeError} `preset-invalid`
 */
export async function loadPreset(path: string): Promise<Preset> {
  if (!existsSync(path)) throw invalid(path, 'no file is there. Correct store.preset')
  const module = await importModule(path)
  const preset = module['preset'] ?? module['default']
  if (preset === undefined) throw invalid(path, 'it exports no preset. Write: export const preset = definePreset({ … })')
  if (typeof preset !== 'object' || preset === null) throw invalid(path, `what it exports as preset is no object but a ${typeof preset}. ${SHAPE}`)
  const { name, open } = preset as Partial<Record<keyof Preset, unknown>>
  if (typeof name !== 'string' || name === '') throw invalid(path, `its preset has no name. ${SHAPE}`)
  if (typeof open !== 'function') throw invalid(path, `its preset has no function "open". ${SHAPE}`)
  return {
    name,
    async open(context) {
      const collections: unknown = await (preset as Preset).open(context)
      if (Array.isArray(collections) && collections.length > 0 && collections.every(isCollection)) return collections
      throw invalid(path, 'its "open" gave no list of collections. Give what openMapping gives, one for each kind of row')
    },
  }
}

const SHAPE = 'A preset is { name, open(context) }'

async function importModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
  } catch (error) {
    // Deno colours what it says, and adds lines.
    const state = stripVTControlCharacters(messageOf(error)).split('\n', 1)[0]!
    const remedy = /['"]rowtree[/'"]/.test(state) ? '. Install rowtree where the module is, or import from its src/preset.ts by path' : ''
    throw invalid(path, `it cannot be loaded: ${state}${remedy}`, error)
  }
}

/** What is asked of a collection first. */
function isCollection(value: unknown): boolean {
  const { collection, keyNames, pattern, watched, read, find, writer } = (value ?? {}) as Readonly<Record<string, unknown>>
  return typeof collection === 'string' && Array.isArray(keyNames) && typeof pattern === 'object' && Array.isArray(watched)
    && [read, find, writer].every((one) => typeof one === 'function')
}

function invalid(path: string, state: string, cause?: unknown): RowtreeError {
  return new RowtreeError('preset-invalid', `Cannot use the preset ${path}: ${state}`, { path, cause })
}
