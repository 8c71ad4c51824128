import { bundle } from '../bundle/collection.ts'
import { patternOf } from '../bundle/groups.ts'
import type { Preset } from '../preset.ts'
import { openMapping } from '../table/collection.ts'
import { heldAs, shownAs } from './kinds.ts'
import { mappingOf, type SettingsOptions } from './options.ts'

/** A table of settings, a name and a value each: one YAML file for each group of them. Its options were checked with the rest of the config. */
export const settingsPreset: Preset = {
  name: 'settings',
  async open({ database, options }) {
    const settings = options as SettingsOptions
    const { group, kinds = {}, path = group === undefined ? 'settings.yaml' : '{group}.yaml' } = settings
    const single = await openMapping(database, mappingOf(settings, database.language))
    const pattern = patternOf(path)
    return [bundle({
      collection: single.collection, keyNames: pattern.names, pattern, single,
      shown: (name, value) => shownAs(kinds[name], value),
      held: (name, value) => heldAs(kinds[name], value),
    })]
  },
}
