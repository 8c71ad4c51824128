/** Why MyBB refuses a template. */
export interface Unsafe {
  /** Continues "the template". */
  readonly state: string
  /** From 1. */
  readonly line: number
}

/** Entries that show how to get into the database; other entries than texts can be any. */
const CONFIG = /\$config\[/gi
const CREDENTIAL = /\]\[(?:['|"](?:database|hostname|password|table_prefix|username)['|"]|[^'"][^\n]*?)\]/
const NAMED = new RegExp(`['|"]database['|"]${CREDENTIAL.source}`, 'iy')
const COMPUTED = new RegExp(`[^'"][^\\n]*?${CREDENTIAL.source}`, 'iy')

/** What PHP runs: `${…}`. */
const EXPRESSION = /\$[ \t\n\v\f\r]*\{/

/** A plain variable with its properties and entries; white space is what PHP takes for it. Nothing of it can be read in two ways, which would take time for the square of it. */
const PLAIN =
  /\{\$+[a-zA-Z_][a-zA-Z_0-9]*(?:(?:->|::)\$*[a-zA-Z_][a-zA-Z_0-9]*|\[[ \t\n\v\f\r]*(?:\$+(['"]?)[a-zA-Z_ 0-9]+\1|(['"])[a-zA-Z_ 0-9]+\2|[a-zA-Z_0-9][a-zA-Z_ 0-9]*|(?<= ))\][ \t\n\v\f\r]*)*\}/g

/**
 * Whether a template could do more than show values: MyBB evaluates it as PHP text in double quotes. It refuses the same that
 * MyBB's admin panel refuses.
 *
 * @example
 * ```ts
 * findUnsafe('<b>{$post[\'subject\']}</b>') // undefined
 * findUnsafe('{${system(1)}}')?.line // 1
 * ```
 */
export function findUnsafe(template: string): Unsafe | undefined {
  const credentials = findCredentials(template)
  if (credentials !== undefined) return unsafe(template, credentials, "shows a setting of the board's database")
  const expression = EXPRESSION.exec(template)
  if (expression) return unsafe(template, expression.index, 'has a "${", which PHP runs')
  // What is around a variable may be joined to another one: MyBB looks for it there, too.
  if (findAny(template.replaceAll(PLAIN, '')) === -1) return undefined
  const place = findAny(template.replaceAll(PLAIN, (plain) => plain.replaceAll(/[^\n]/g, ' ')))
  return unsafe(template, Math.max(0, place), 'has a "{$…}" that is more than a variable with properties and entries')
}

/** Where a setting of the database is shown. On a line the first entry that is not named looks at all that follows: what it does not find others need not look for. */
function findCredentials(template: string): number | undefined {
  let seen = 0
  for (const { index, 0: { length } } of template.matchAll(CONFIG)) {
    const entry = index + length
    if (matchesAt(NAMED, template, entry)) return index
    if (entry < seen || /^['"]?$/.test(template.charAt(entry))) continue
    if (matchesAt(COMPUTED, template, entry)) return index
    const end = template.indexOf('\n', entry + 1)
    seen = end < 0 ? template.length : end
  }
  return undefined
}

function matchesAt(pattern: RegExp, text: string, offset: number): boolean {
  pattern.lastIndex = offset
  return pattern.test(text)
}

/** Where a `{$…}` starts; the first one that ends, or none does. */
function findAny(text: string): number {
  const start = text.indexOf('{$')
  return start !== -1 && text.includes('}', start + 3) ? start : -1
}

function unsafe(template: string, offset: number, state: string): Unsafe {
  return { state, line: template.slice(0, offset).split('\n').length }
}
