import { z } from 'zod'
import { type Bounds, PACE } from '../core/pace.ts'
import { readDuration, readLimit, readSize } from '../core/quantity.ts'
import { isTempSuffix } from '../core/suffix.ts'
import { collection, keysOfCollection } from './collection.ts'
import type { Path } from './fault.ts'
import { aMap, aText, flag, must, named, type Phrase, text } from './phrase.ts'
import { checkPreset, prefixOf, preset } from './presets.ts'
import { settings, settingsShape } from './settings.ts'
import { quantity } from './quantity.ts'
import { isServer, tls, tlsShape } from './tls.ts'
import type { CollectionConfig, Config, ConfigInput } from './types.ts'

/** What the schema makes of the input; paths are still as written. */
export type Settings = Omit<Config, 'directory' | 'file'>

/** What a number must be; one of the right type but the wrong size, or a fraction, is not told its type. */
function aCount(be: string): Phrase {
  return { error: (issue) => (typeof issue.input === 'number' ? `must be ${be}` : must(be).error({ ...issue, code: 'invalid_type' })) }
}

const aWorkerCount = aCount('auto or an integer from 0 to 64')
const aBatchSize = aCount('an integer from 1 to 100000')

const A_TIME = 'a duration such as 100ms, 2s or 1m'

/** How often something is done: a duration of some length, or `off`. YAML 1.1 reads `off` as `false`. */
function interval({ least, most }: Bounds, words: string): z.ZodType<number | 'off', string | false> {
  const be = `${A_TIME}, or off`
  const duration = quantity<number, string>(be, readDuration)
    .refine((time) => time >= least, `must be ${words} at least, or off`)
    .refine((time) => time <= most, 'must be one day at the most, or off')
  return z.union([z.literal(['off', false]).transform(() => 'off' as const), duration], {
    // Texts and numbers are of a right type, which the union does not know.
    error: ({ input }) => must(be).error({ input, ...(typeof input !== 'string' && typeof input !== 'number' && { code: 'invalid_type' }) }),
  })
}

const store = z.strictObject({
  url: text,
  preset: preset.default('table'),
  prefix: z.string(aText).regex(/^[A-Za-z0-9_]*$/, 'must hold only letters, digits and "_"').optional(),
  tls: tls.optional(),
}, aMap).superRefine(({ url, tls: encryption }, context) => {
  if (encryption !== undefined && !isServer(url)) context.addIssue({ code: 'custom', path: ['tls'], message: 'has an effect with MySQL, MariaDB and PostgreSQL only; remove the key' })
})

const exporting = z.strictObject({
  fsync: z.enum(['batch', 'file', 'off'], must('batch, file or off')).default('batch'),
  workers: z.union([z.literal('auto'), z.int(aWorkerCount).min(0, aWorkerCount).max(64, aWorkerCount)], aWorkerCount)
    .default('auto'),
  tempSuffix: z.string(aText)
    .refine(isTempSuffix, 'must be a dot, then letters, digits, ".", "_" or "-", no dot at the end, 16 characters at most')
    .default('.tmp'),
  prune: flag.default(false),
}, aMap)

const names = z.array(text, must('a list of names')).min(1, 'must name one at least; remove the key for all')

const mybb = z.strictObject({
  master: flag.default(false),
  global: flag.default(false),
  sets: names.optional(),
  themes: names.optional(),
  board: text.optional(),
}, aMap)

const wordpress = z.strictObject({}, aMap)

const guards = z.strictObject({
  allowEmpty: flag.default(false),
  maxDelete: quantity('a percentage from 0% to 100% or a whole number of rows', readLimit).prefault('25%'),
  maxFileSize: quantity('a size such as 512KB, 8MB or 1GB, or a whole number of bytes', readSize)
    .refine((size) => size > 0, 'must be at least one byte')
    .prefault('8MB'),
}, aMap)

const history = z.strictObject({
  maxAge: quantity<number, string>('a duration such as 90s, 10m, 12h, 30d or 2w', readDuration).prefault('30d'),
  maxSize: quantity('a size such as 512KB, 256MB or 1GB, or a whole number of bytes', readSize).prefault('256MB'),
}, aMap)

const watch = z.strictObject({
  settle: quantity<number, string>(A_TIME, readDuration)
    .refine((time) => time <= PACE.settle.most, 'must be one minute at the most')
    .prefault('100ms'),
  maxBatch: z.int(aBatchSize).min(PACE.maxBatch.least, aBatchSize).max(PACE.maxBatch.most, aBatchSize).default(500),
  rescan: interval(PACE.rescan, 'one second').prefault('60s'),
  poll: interval(PACE.poll, '100ms').prefault('2s'),
  onImport: text.optional(),
  oneWay: z.enum(['tree', 'store'], must('tree or store')).optional(),
}, aMap).superRefine(({ oneWay, poll }, context) => {
  if (oneWay === 'store' && poll === 'off') context.addIssue({ code: 'custom', path: ['oneWay'], message: 'cannot be store where watch.poll is off, since nobody would ask the store; set watch.poll' })
})

const aSpeedup = aCount('a number above 0, such as 1.5')
const aLatency = aCount('a number of milliseconds above 0')

const bench = z.strictObject({
  minSpeedup: z.number(aSpeedup).positive(aSpeedup).optional(),
  maxLatencyMs: z.number(aLatency).positive(aLatency).optional(),
  maxRss: quantity('a size such as 150MB or 1GB, or a whole number of bytes', readSize)
    .refine((size) => size > 0, 'must be at least one byte')
    .optional(),
}, aMap)

const collectionName = z.string().regex(/^[A-Za-z0-9_-]+$/, 'must be made of letters, digits, "_" and "-"')

const root = z.strictObject({
  store,
  tree: text,
  state: text.default('./.rowtree'),
  export: exporting.prefault({}),
  guards: guards.prefault({}),
  onConflict: z.enum(['keep', 'store', 'tree', 'merge'], must('keep, store, tree or merge')).default('keep'),
  history: history.prefault({}),
  watch: watch.prefault({}),
  bench: bench.prefault({}),
  ignore: z.array(text, must('a list of patterns')).default([]),
  mybb: mybb.optional(),
  wordpress: wordpress.optional(),
  settings: settings.optional(),
  options: named('setting', z.string(), z.unknown()).optional(),
  collections: named('collection', collectionName, collection).optional(),
}, aMap).superRefine((config, context) => checkPreset(config, (path, message) => context.addIssue({ code: 'custom', path, message })))

/** Checks what a person wrote and applies every default. Strict: unknown keys are faults. */
export const schema: z.ZodType<Settings, ConfigInput> = root.transform((config) => ({
  ...config,
  store: { ...config.store, prefix: config.store.prefix ?? prefixOf(config.store.preset) },
  mybb: config.mybb ?? { master: false, global: false },
  wordpress: config.wordpress ?? {},
  options: config.options ?? {},
  collections: Object.entries(config.collections ?? {}).map(([name, rest]): CollectionConfig => ({ name, ...rest })),
}))

const sections: Readonly<Record<string, object>> = {
  store: store.shape,
  export: exporting.shape,
  guards: guards.shape,
  history: history.shape,
  watch: watch.shape,
  bench: bench.shape,
  mybb: mybb.shape,
  wordpress: wordpress.shape,
  settings: settingsShape,
}

/** The keys that a map of the config may have. */
export function knownKeys(path: Path): string[] {
  const [section, key] = path
  if (section === undefined) return Object.keys(root.shape)
  if (section === 'store' && key === 'tls') return Object.keys(tlsShape)
  return section === 'collections' ? keysOfCollection(path.slice(2)) : Object.keys(sections[String(section)] ?? {})
}
