import { z } from 'zod'
import { literal, setValue, setValueShape } from './set.ts'
import { aMap, must, mustQuoted, named, text } from './phrase.ts'
import type { CollectionConfig, CollectionInput } from './types.ts'

/** Columns that one file may be made of: a longer map is no text that a person edits. */
const MOST_COLUMNS = 200

const aColumn = mustQuoted('a column or a list of columns')
const columns: z.ZodArray<z.ZodString> = z.array(text).min(1, 'must name at least one column')

const fields = z.strictObject({
  table: text,
  key: z.union([text, columns], aColumn).transform((key) => (typeof key === 'string' ? [key] : key)),
  path: text,
  // Not `max`, whose fault a union takes for a wrong type.
  content: z.union([text, columns.refine(({ length }) => length <= MOST_COLUMNS, `must name ${MOST_COLUMNS} columns at most`)], aColumn),
  set: named('column', text, setValue).default({}),
  format: z.literal('front-matter', must('front-matter, or absent')).optional(),
  where: named('column', text, literal).optional(),
}, aMap)

type Fields = z.output<typeof fields>
type Context = z.core.$RefinementCtx<Fields>

/** One kind of row as a person writes it; a file of several columns is structured, and so is a list of one. */
export const collection: z.ZodType<Omit<CollectionConfig, 'name'>, CollectionInput> = fields
  .superRefine((written, context) => {
    checkPath(written, context)
    checkColumns(written, context)
  })
  .transform(({ content, ...rest }) => ({
    ...rest,
    content: typeof content === 'string' ? [content] : content,
    structured: typeof content !== 'string',
  }))

/** The path's placeholders are the key columns. */
function checkPath({ key, path }: Fields, context: Context): void {
  if (key.length === 0) return
  // `name` is apart from the message: it is shown only if it does not come from a variable.
  const report = (where: (string | number)[], message: string, name: string): void =>
    context.addIssue({ code: 'custom', path: where, message, params: { name } })
  const placeholders = Array.from(path.matchAll(/\{([^{}]*)\}/g), (match) => match[1] ?? '')
  for (const name of new Set(placeholders)) {
    if (!key.includes(name)) report(['path'], 'has a placeholder that is not a key column', name)
  }
  for (const [index, name] of key.entries()) {
    if (key.indexOf(name) < index) report(['key', index], 'names a column again', name)
    else if (!placeholders.includes(name)) report(['key', index], 'names a column that path has no placeholder for', name)
  }
}

/** No column is written from two sources. Most databases find a column whatever its case. */
function checkColumns({ key, content, set, where = {}, format }: Fields, context: Context): void {
  const sources = new Map(key.map((name) => [name.toLowerCase(), 'the path']))
  const list = typeof content === 'string' ? [content] : content
  for (const [index, name] of list.entries()) {
    const source = sources.get(name.toLowerCase())
    const message = source === 'the path' ? 'names a key column, which the path decides' : 'names a column again'
    if (source === undefined) sources.set(name.toLowerCase(), 'the file')
    else context.addIssue({ code: 'custom', path: typeof content === 'string' ? ['content'] : ['content', index], message, params: { name } })
  }
  if (format !== undefined && list.length < 2) context.addIssue({ code: 'custom', path: ['format'], message: 'takes a list of columns as content, of which the last is the text' })
  for (const [section, name] of [...Object.keys(set).map((of) => ['set', of] as const), ...Object.keys(where).map((of) => ['where', of] as const)]) {
    const source = sources.get(name.toLowerCase())
    if (source === undefined) sources.set(name.toLowerCase(), 'another key')
    else context.addIssue({ code: 'custom', path: [section, name], message: `is a column that ${source} decides; remove the key`, params: { at: 'key' } })
  }
}

/** The keys that a collection may have, or that the map at a path below it may have. */
export function keysOfCollection(below: readonly PropertyKey[]): string[] {
  return Object.keys(below[0] === 'set' ? setValueShape : fields.shape)
}
