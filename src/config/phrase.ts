import { z } from 'zod'

interface RawIssue {
  readonly code?: string | undefined
  readonly input?: unknown
}

/** What the schema says of a value that is not as it must be. */
export interface Phrase {
  error(issue: RawIssue): string
}

/** What a setting must be, as the phrase that follows its name in a message. */
export function must(be: string, remedy = ''): Phrase {
  return {
    error: ({ code, input }) => {
      if (input === undefined) return 'is missing'
      if (input === null) return 'has no value; give it one or remove the key'
      const wrongType = code === 'invalid_type' || code === 'invalid_union'
      return wrongType ? `must be ${be}, not ${kindOf(input)}${remedy}` : `must be ${be}`
    },
  }
}

/** The same for something that only needs quotes if it is a number, `true` or `false`. */
export function mustQuoted(be: string): Phrase {
  return { error: (issue) => must(be, typeof issue.input === 'object' ? '' : '; put it in quotes').error(issue) }
}

/** Words for a value's type, so that no message needs the value itself. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return 'text'
  if (typeof value !== 'object') return `a ${typeof value}`
  return Array.isArray(value) ? 'a list' : 'a map'
}

export const aMap: Phrase = must('a map')
export const aText: Phrase = mustQuoted('text')

/** Text that is neither empty nor cut short by a NUL character. */
export const text: z.ZodString = z
  .string(aText)
  .min(1, 'must not be empty')
  .refine(isTextWithoutNul, 'must not hold a NUL character')

/** Whether the system takes it for a name as it is. */
export function isTextWithoutNul(value: string): boolean {
  return !value.includes('\0')
}

/** `true` or `false`, not their look-alikes in other YAML versions. */
export const flag: z.ZodBoolean = z.boolean(must('true or false'))

/**
 * A map of names to `item`; `what` is called by them, as messages say. The schema library's record alone would skip
 * `__proto__` without a word.
 */
export function named<Output, Input>(
  what: string,
  name: z.ZodString,
  item: z.ZodType<Output, Input>,
): z.ZodType<Record<string, Output>, Record<string, Input>> {
  const record: z.ZodType<Record<string, Output>, Record<string, Input>> = z.record(name, item, aMap)
  return z
    .custom<Record<string, Input>>(
      (value) => !(typeof value === 'object' && value !== null && Object.hasOwn(value, '__proto__')),
      `must not name a ${what} "__proto__"`,
    )
    .pipe(record)
}
