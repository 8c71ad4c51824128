import { phpKey, push, readPhp, writePhp, type PhpArray, type PhpKey, type PhpValue } from './php.ts'

/** A row of `themes`, as far as stylesheets go. */
export interface ThemeRow {
  readonly tid: number
  readonly pid: number
  readonly name: string
  /** PHP-serialised. */
  readonly properties: string
  /** PHP-serialised: for each page, and each action there, the addresses of stylesheets. */
  readonly stylesheets: string
}

/** A row of `themestylesheets` without its content. */
export interface SheetRow {
  readonly sid: number
  readonly tid: number
  readonly name: string
  /** Such as `private.php?compose,folders|usercp.php`; empty for all pages. */
  readonly attachedto: string
  /** The name of its file below `cache/themes/`, or the address that gives it out of the database. */
  readonly cachefile: string
}

/** What the columns of a theme are going to hold. */
export type ThemeLists = Pick<ThemeRow, 'tid' | 'properties' | 'stylesheets'>

/**
 * What MyBB makes of the lists of these themes, and of all that inherit from them, when a stylesheet changed: only of those that
 * change. The master theme first, then who inherits.
 *
 * @param sheets in the order of their ids
 * @param changed the ids of themes
 * @param written the ids of stylesheets whose address may be another one than before
 * @throws {SyntaxError} the properties of a theme are not what PHP serialised
 */
export function rebuildThemes(themes: readonly ThemeRow[], sheets: readonly SheetRow[], changed: Iterable<number>, written: ReadonlySet<number>): ThemeLists[] {
  const byId = new Map(themes.map((theme) => [theme.tid, theme]))
  const from = new Set(changed)
  const rebuilt: ThemeLists[] = []
  for (const theme of themes) {
    const line = lineOf(theme, byId)
    if (!line.some(({ tid }) => from.has(tid))) continue
    const lists = rebuild(theme, line, sheets, written)
    if (lists.properties !== theme.properties || lists.stylesheets !== theme.stylesheets) rebuilt.push(lists)
  }
  return rebuilt
}

/** A theme and its ancestors, nearest first. By mistake a theme can be its own ancestor. */
function lineOf(theme: ThemeRow, byId: ReadonlyMap<number, ThemeRow>): ThemeRow[] {
  const line = new Set<ThemeRow>()
  for (let one: ThemeRow | undefined = theme; one !== undefined && !line.has(one); one = byId.get(one.pid)) line.add(one)
  return [...line]
}

function rebuild(theme: ThemeRow, line: readonly ThemeRow[], sheets: readonly SheetRow[], written: ReadonlySet<number>): ThemeLists {
  const properties = theme.properties === '' ? new Map<PhpKey, PhpValue>() : readPhp(theme.properties)
  if (!(properties instanceof Map)) throw new SyntaxError(`The properties of the theme ${JSON.stringify(theme.name)} are no array`)
  const before = properties.get('disporder')
  const disporder = orderOf(shownBy(line, sheets), before instanceof Map ? before : new Map<PhpKey, PhpValue>())
  const known = hintsIn(line)
  const list = listOf(theme, disporder.map(({ sheet }) => sheet), (sheet) => addressOf(sheet, written.has(sheet.sid) ? new Set() : known.addresses), known.asText)
  properties.set('disporder', new Map(disporder.map(({ sheet, order }) => [phpKey(sheet.name), order])))
  return { tid: theme.tid, properties: writePhp(properties), stylesheets: writePhp(list) }
}

/** The stylesheets of the nearest that has one of each name. */
function shownBy(line: readonly ThemeRow[], sheets: readonly SheetRow[]): SheetRow[] {
  const shown = new Map<string, SheetRow>()
  for (const { tid } of line.toReversed()) {
    // Of equal names in one theme MyBB takes the first.
    for (const sheet of sheets.toReversed()) if (sheet.tid === tid) shown.set(sheet.name, sheet)
  }
  const chosen = new Set(shown.values())
  return sheets.filter((sheet) => chosen.has(sheet))
}

/** In the order of the pages: those of before with their numbers, then the new ones. Without a number a stylesheet is not shown. */
function orderOf(shown: readonly SheetRow[], before: PhpArray): { sheet: SheetRow; order: PhpValue }[] {
  const ordered = shown.flatMap((sheet) => {
    const order = before.get(phpKey(sheet.name))
    return order === undefined || order === null ? [] : [{ sheet, order }]
  })
  // Of equal numbers the one that was listed first stays first.
  const places = new Map([...before.keys()].map((key, index) => [key, index]))
  ordered.sort((a, b) => numberOf(a.order) - numberOf(b.order) || places.get(phpKey(a.sheet.name))! - places.get(phpKey(b.sheet.name))!)
  const kept = new Set(ordered.map(({ sheet }) => sheet))
  let last = Math.max(0, ...ordered.map(({ order }) => numberOf(order)))
  return [...ordered, ...shown.filter((sheet) => !kept.has(sheet)).map((sheet) => ({ sheet, order: ++last }))]
}

function numberOf(order: PhpValue): number {
  return typeof order === 'object' ? 0 : Number(order)
}

function listOf(theme: ThemeRow, sheets: readonly SheetRow[], address: (sheet: SheetRow) => string, asText: boolean): PhpArray {
  const list: PhpArray = new Map()
  for (const sheet of sheets) {
    const css = address(sheet)
    for (const attached of (sheet.attachedto || 'global').split('|')) {
      const [page = '', actions] = attached.split('?')
      for (const action of actions?.split(',') ?? ['global']) {
        push(below(below(list, page), action), css)
        if (sheet.tid !== theme.tid) below(below(list, 'inherited'), `${page}_${action}`).set(phpKey(css), asText ? String(sheet.tid) : sheet.tid)
      }
    }
  }
  return list
}

function below(array: PhpArray, key: string): PhpArray {
  const found = array.get(phpKey(key))
  if (found instanceof Map) return found
  const made: PhpArray = new Map()
  array.set(phpKey(key), made)
  return made
}

/** What of a stylesheet that nobody wrote is better kept as it is: where pages find it, since that depends on files. */
function addressOf({ sid, tid, name, cachefile }: SheetRow, known: ReadonlySet<string>): string {
  const [file, row] = [`cache/themes/theme${tid}/${name}`, `css.php?stylesheet=${sid}`]
  const listed = [file, row, `cache/themes/${tid}_${name}`].find((address) => known.has(address))
  return listed ?? (cachefile.includes('css.php') ? row : file)
}

/** What the lists of before tell: all addresses, and whether ids are texts there, which depends on PHP's driver for the database. */
function hintsIn(line: readonly ThemeRow[]): { addresses: ReadonlySet<string>; asText: boolean } {
  const addresses = new Set<string>()
  const ids: PhpValue[] = []
  for (const list of line.map(({ stylesheets }) => listIn(stylesheets))) {
    const inherited = list.get('inherited')
    if (inherited instanceof Map) ids.push(...leaves(inherited))
    for (const [key, pages] of list) if (key !== 'inherited') for (const leaf of leaves(pages)) addresses.add(String(leaf))
  }
  return { addresses, asText: typeof ids[0] === 'string' }
}

function* leaves(value: PhpValue): Generator<PhpValue> {
  if (!(value instanceof Map)) yield value
  else for (const one of value.values()) yield* leaves(one)
}

/** A list is made of rows, so one that cannot be read is only made anew. */
function listIn(stylesheets: string): PhpArray {
  if (!/^a:\d+:\{/.test(stylesheets)) return new Map()
  try {
    return readPhp(stylesheets) as PhpArray
  } catch (error) {
    if (error instanceof SyntaxError) return new Map()
    throw error
  }
}
