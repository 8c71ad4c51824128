import { z } from 'zod'
import type { Path } from './fault.ts'
import type { CollectionConfig, Config, ConfigInput } from './types.ts'

/** What the schema makes of the input; paths are still as written. */
export type Settings = Omit<Config, 'directory' | 'file'>

/** Words for a value's type, so that no message needs the value itself. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'text'
  if (typeof value !== 'object') return `a ${typeof value}`
  return Array.isArray(value) ? 'a list' : 'a map'
}

interface RawIssue {
  readonly code?: string | undefined
  readonly input?: unknown
}

interface Phrase {
  error(issue: RawIssue): string
}

/** What a setting must be, as the phrase that follows its name in a message. */
function must(be: string, remedy = ''): Phrase {
  return {
    error: ({ code, input }) => {
      if (input === undefined) return 'is missing'
      if (input === null) return 'has no value; give it one or remove the key'
      const wrongType = code === 'invalid_type' || code === 'invalid_union'
      return wrongType ? `must be ${be}, not ${kindOf(input)}${remedy}` : `must be ${be}`
    },
  }
}

const aText: Phrase = {
  error: (issue) => must('text', typeof issue.input === 'object' ? '' : '; put it in quotes').error(issue),
}
const aMap = must('a map')
const aWorkerCount: Phrase = {
  error: (issue) =>
    typeof issue.input === 'number'
      ? 'must be auto or an integer from 0 to 64'
      : must('auto or an integer from 0 to 64').error({ ...issue, code: 'invalid_type' }),
}
const aColumn: Phrase = {
  error: (issue) =>
    Array.isArray(issue.input)
      ? 'must be one column; a list of columns is not supported in this version'
      : aText.error(issue),
}

const aKey: Phrase = {
  error: (issue) => must('a column or a list of columns', typeof issue.input === 'object' ? '' : '; put it in quotes').error(issue),
}

const filled = (phrase: Phrase) =>
  z.string(phrase).min(1, 'must not be empty').refine((value) => !value.includes('\0'), 'must not hold a NUL character')
const text = filled(aText)
const flag = z.boolean(must('true or false'))

const store = z.strictObject({
  url: text,
  preset: z.enum(['table', 'mybb'], must('table or mybb')).default('table'),
  prefix: z.string(aText).regex(/^[A-Za-z0-9_]*$/, 'must hold only letters, digits and "_"').optional(),
}, aMap)

const exporting = z.strictObject({
  fsync: z.enum(['batch', 'file', 'off'], must('batch, file or off')).default('batch'),
  workers: z.union([z.literal('auto'), z.int(aWorkerCount).min(0, aWorkerCount).max(64, aWorkerCount)], aWorkerCount)
    .default('auto'),
  // No dot at the end: Windows drops it, and a temp file would be its own target.
  tempSuffix: z.string(aText)
    .regex(
      /^\.[A-Za-z0-9._-]{0,14}[A-Za-z0-9_-]$/,
      'must be a dot, then letters, digits, ".", "_" or "-", no dot at the end, 16 characters at most',
    )
    .default('.tmp'),
  prune: flag.default(false),
}, aMap)

const mybb = z.strictObject({ master: flag.default(false) }, aMap)

const collection = z.strictObject({
  table: text,
  key: z.union([text, z.array(text).min(1, 'must name at least one column')], aKey)
    .transform((key) => (typeof key === 'string' ? [key] : key)),
  path: text,
  content: filled(aColumn),
}, aMap).superRefine(({ key, path }, context) => {
  // `name` is apart from the message: it is shown only if it does not come from a variable.
  const report = (where: (string | number)[], message: string, name: string): void =>
    context.addIssue({ code: 'custom', path: where, message, params: { name } })
  if (key.length === 0) return
  const placeholders = Array.from(path.matchAll(/\{([^{}]*)\}/g), (match) => match[1] ?? '')
  for (const name of new Set(placeholders)) {
    if (!key.includes(name)) report(['path'], 'has a placeholder that is not a key column', name)
  }
  for (const [index, name] of key.entries()) {
    if (key.indexOf(name) < index) report(['key', index], 'names a column again', name)
    else if (!placeholders.includes(name)) report(['key', index], 'names a column that path has no placeholder for', name)
  }
})

const collectionMap = z
  // The record below would skip this name without a word.
  .custom<Record<string, z.input<typeof collection>>>(
    (value) => !(typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__')),
    'must not name a collection "__proto__"',
  )
  .pipe(z.record(z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be made of letters, digits, "_" and "-"'), collection, aMap))

const root = z.strictObject({
  store,
  tree: text,
  state: text.default('./.rowtree'),
  export: exporting.prefault({}),
  ignore: z.array(text, must('a list of patterns')).default([]),
  mybb: mybb.optional(),
  collections: collectionMap.optional(),
}, aMap).superRefine((config, context) => {
  const report = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message })
  if (config.store.preset === 'mybb') {
    if (config.collections !== undefined) report(['collections'], 'cannot go with preset mybb, which brings its own; remove the key')
    return
  }
  // A setting without effect would look as if it had one.
  if (config.store.prefix !== undefined) report(['store', 'prefix'], 'has an effect with preset mybb only; remove the key')
  if (config.mybb !== undefined) report(['mybb'], 'has an effect with preset mybb only; remove the key')
  if (config.collections === undefined) report(['collections'], 'is missing; preset table needs at least one collection')
  else if (Object.keys(config.collections).length === 0) report(['collections'], 'must name at least one collection')
})

/** Checks what a person wrote and applies every default. Strict: unknown keys are faults. */
export const schema: z.ZodType<Settings, ConfigInput> = root.transform((config) => ({
  ...config,
  store: { ...config.store, prefix: config.store.prefix ?? 'mybb_' },
  mybb: config.mybb ?? { master: false },
  collections: Object.entries(config.collections ?? {}).map(([name, rest]): CollectionConfig => ({ name, ...rest })),
}))

const sections: Readonly<Record<string, object>> = { store: store.shape, export: exporting.shape, mybb: mybb.shape }

/** The keys that a map of the config may have. */
export function knownKeys(path: Path): string[] {
  const [section] = path
  if (section === undefined) return Object.keys(root.shape)
  return Object.keys(section === 'collections' ? collection.shape : (sections[String(section)] ?? {}))
}
