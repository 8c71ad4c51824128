import type { Collection } from '../collection.ts'
import type { Preset } from '../preset.ts'
import { openMapping } from './collection.ts'
import type { Mapping, TableCollection } from './mapping.ts'

/** Any table by mapping: what `collections` of the config name. */
export const tablePreset: Preset = {
  name: 'table',
  async open({ database, collections }) {
    const opened: Collection[] = []
    for (const collection of collections) opened.push(await openMapping(database, mappingOf(collection)))
    return opened
  },
}

function mappingOf({ structured, format, ...collection }: TableCollection): Mapping {
  return { ...collection, format: format ?? (structured ? 'yaml' : 'raw') }
}
