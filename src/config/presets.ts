import { z } from 'zod'
import { isTextWithoutNul, must, type Phrase } from './phrase.ts'
import type { Preset, PresetInput, PresetName } from './types.ts'

/** A section of the config that means something to some presets alone. */
type Section = 'mybb' | 'wordpress' | 'settings' | 'options' | 'collections'

/** What a built-in preset takes. */
interface Traits {
  readonly section: Section
  /** Of its tables' names, where these begin with one that a person may choose. */
  readonly prefix?: string
}

const TRAITS: Readonly<Record<PresetName, Traits>> = {
  table: { section: 'collections' },
  mybb: { section: 'mybb', prefix: 'mybb_' },
  wordpress: { section: 'wordpress', prefix: 'wp_' },
  settings: { section: 'settings' },
}

const NAMES = Object.keys(TRAITS) as PresetName[]
const A_PRESET = 'table, mybb, wordpress, settings, or the path of a module such as ./preset.ts'

/** Nothing else than its type can be wrong before it is read. */
const aPreset: Phrase = { error: (issue) => must(A_PRESET).error({ ...issue, code: 'invalid_type' }) }

/** Each section, with whom it goes. */
const OWNERS: Readonly<Record<Section, string>> = {
  mybb: 'preset mybb',
  wordpress: 'preset wordpress',
  settings: 'preset settings',
  options: 'a preset of your own',
  collections: 'preset table',
}

/** A built-in preset by its name, or a module by its path, which is still as written. */
export const preset: z.ZodType<Preset, PresetInput> = z.custom<PresetInput>((written) => typeof written === 'string', aPreset).transform((written, context): Preset => {
  const name = NAMES.find((one) => one === written)
  if (name !== undefined) return name
  // A name alone may become a built-in preset some day.
  if (/^[./]/.test(written) && isTextWithoutNul(written)) return { module: written }
  context.addIssue({ code: 'custom', message: `must be ${A_PRESET}` })
  return z.NEVER
})

/** What the names of a preset's tables begin with by default; nothing where that cannot be chosen. */
export function prefixOf(chosen: Preset): string {
  return (typeof chosen === 'string' ? TRAITS[chosen].prefix : undefined) ?? ''
}

/** What a person wrote, as far as presets decide whether it may be there. */
interface Written extends Readonly<Partial<Record<Section, object | undefined>>> {
  readonly store: { readonly preset: Preset; readonly prefix?: string | undefined }
}

/** Finds settings that the preset does not look at, which would look as if they had an effect, and those that it lacks. */
export function checkPreset(config: Written, report: (path: string[], message: string) => void): void {
  const { preset: chosen, prefix } = config.store
  const traits: Traits = typeof chosen === 'string' ? TRAITS[chosen] : { section: 'options' }
  if (prefix !== undefined && traits.prefix === undefined) report(['store', 'prefix'], 'has an effect with the presets mybb and wordpress only; remove the key')
  for (const section of Object.keys(OWNERS) as Section[]) {
    if (config[section] === undefined || section === traits.section) continue
    const own = section === 'collections' && `cannot go with ${typeof chosen === 'string' ? `preset ${chosen}` : 'a preset of your own'}, which brings its own`
    report([section], `${own || `has an effect with ${OWNERS[section]} only`}; remove the key`)
  }
  if (chosen === 'settings' && config.settings === undefined) report(['settings'], 'is missing; preset settings needs the table and its columns')
  if (chosen !== 'table') return
  if (config.collections === undefined) report(['collections'], 'is missing; preset table needs at least one collection')
  else if (Object.keys(config.collections).length === 0) report(['collections'], 'must name at least one collection')
}
