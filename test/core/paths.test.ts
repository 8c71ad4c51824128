import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compilePattern, nameTooLong } from '../../src/core/paths.ts'
import { RowtreeError } from '../../src/errors.ts'
import { faultOf } from '../support/names.ts'

/** Patterns that together have every kind of head, delimiter and tail. */
const patterns = [
  '{a}', '{a}/{b}', '{a}.html', '{site}/{slug}.html', 'template_sets/{set}/{group} Templates/{title}.html',
  '{a}-{b}', '{a}-{b}.html', '{a}.{b}', '{a} {b}', '{a} .{b}', '{a}--{b}-{c}', '{a}_{b}/x/{c}', '{a}.-{b}.{c}2E',
  'C{a}', 'COM{a}', 'com{a}.txt', 'CON {a}', 'CONIN{a}', 'nul{a} .txt', '.{a}', '..{a}', 'a.{b}', '{a}N', '{a}2E', 'x{a}x',
  '{a}]{b}^{c}', "{a}'{b}", '{a}~{b}~', '{a} - {b}.css', 'ü{a}é/{b}',
].map(compilePattern)

const nasty = fc.array(
  fc.oneof(
    fc.constantFrom('.', '..', ' ', '%', '-', '--', '_', '/', '\\', ':', '~', ']', '^', "'", '\0', '\u007F', '\uFEFF'),
    fc.constantFrom('con', 'CO', 'C', 'N', 'IN$', '$', 'NUL', 'lpt', '1', '¹', '.txt', '.html', ' Templates', 'x', '-.'),
    fc.constantFrom('%41', '%2E', '%2D', '2E', '%uD800', 'u', '\uD800', '\uDC00', '\uD83D', '\uDE00', 'é'),
    fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
    fc.string({ unit: 'binary', maxLength: 3 }),
  ),
  { maxLength: 4 },
).map((parts) => parts.join(''))

const keyed = fc.tuple(fc.constantFrom(...patterns), nasty, nasty, nasty)
  .map(([pattern, ...values]) => ({ pattern, key: values.slice(0, pattern.names.length) }))

/** Every text of up to `length` characters out of `alphabet`. */
function allTexts(alphabet: string, length: number): string[] {
  const shorter = length === 0 ? [] : allTexts(alphabet, length - 1)
  return ['', ...shorter.flatMap((text) => Array.from(alphabet, (character) => character + text))]
}

describe('format and parse', () => {
  it.each([
    ['one name a value', '{site}/{slug}.html', ['blog', 'about us'], 'blog/about us.html'],
    ['text around values', 'sets/{set}/{group} Templates/{title}.html', ['1', 'Header', 'welcome'], 'sets/1/Header Templates/welcome.html'],
    ['a slash in a value', '{a}/{b}', ['x/y', 'z'], 'x%2Fy/z'],
    ['an empty value', '{a}/{b}.html', ['', ''], '%/%.html'],
    ['empty values around a delimiter', '{a}-{b}', ['', ''], '%-%'],
    ['an empty value in front of what looks like an escape', '{a}41', [''], '%41'],
    ['the tail inside the value', '{a}.html', ['a.html'], 'a.html.html'],
    ['the delimiter in the first value', '{a}-{b}', ['a-b', 'c'], 'a%2Db-c'],
    ['the delimiter in the last value', '{a}-{b}', ['a', 'b-c'], 'a-b-c'],
    ['half the delimiter at the end of the value', '{a}--{b}', ['a-', 'b'], 'a%2D--b'],
    ['two delimiters', '{a}-{b}.{c}', ['a.-', 'b.-', 'c.-'], 'a.%2D-b%2E-.c.-'],
    ['a dot as delimiter', '{a}.{b}', ['.x.', '.'], '%2Ex%2E.%2E'],
    ['a dot that a text precedes', 'x{a}.html', ['.b.'], 'x.b..html'],
    ['a dot that begins the name', '{a}.html', ['.b'], '%2Eb.html'],
    ['a dot that ends the name', '{a}/x{b}', ['a', 'b.'], 'a/xb%2E'],
    ['a device', '{a}.html', ['con'], '%63on.html'],
    ['a device out of text and value', 'C{a}', ['ON'], 'C%4FN'],
    ['a device out of value and text', '{a}N', ['CO'], '%43ON'],
    ['a device whose digit is a value', 'COM{a}.txt', ['¹'], 'COM%u00B9.txt'],
    ['a device that the extension ends', 'CON{a}', ['.txt'], 'CON%2Etxt'],
    ['a device that the second value ends', '{a} {b}', ['NUL', '.x'], '%4EUL .x'],
    ['a device in a later name', '{a}/{b}', ['a', 'aux.js'], 'a/%61ux.js'],
    ['no device, the value being empty', 'CON{a}', [''], 'CON%'],
    ['a lone surrogate on each side', '{a}-{b}', ['\uD83D', '\uDE00'], '%uD83D-%uDE00'],
  ])('%s', (_, source, values, path) => {
    const pattern = compilePattern(source)
    expect(pattern.format(values)).toBe(path)
    expect(pattern.parse(path)).toEqual(values)
  })

  it('lists the names in order', () => {
    const pattern = compilePattern('x/{b}-{_a1}/{Z}.html')
    expect(pattern.names).toEqual(['b', '_a1', 'Z'])
    expect(pattern.source).toBe('x/{b}-{_a1}/{Z}.html')
  })

  it.each([[[]], [['a']], [['a', 'b', 'c']]])('throws for %j in place of two values', (values) => {
    expect(() => compilePattern('{a}/{b}').format(values)).toThrow(RangeError)
  })

  it('parses what it formatted, and every name is safe', () => {
    fc.assert(fc.property(keyed, ({ pattern, key }) => {
      const path = pattern.format(key)
      expect(pattern.parse(path)).toEqual(key)
      for (const name of path.split('/')) expect([name, faultOf(name)]).toEqual([name, undefined])
    }), { numRuns: 30_000 })
  })

  it('hides a file only where the pattern says so', () => {
    fc.assert(fc.property(keyed, ({ pattern, key }) => {
      const heads = pattern.source.split('/')
      for (const [index, name] of pattern.format(key).split('/').entries()) {
        expect(name.startsWith('.')).toBe(heads[index]!.startsWith('.'))
      }
    }), { numRuns: 10_000 })
  })

  it('never gives two random keys one path', () => {
    const keys = new Map<string, string>()
    fc.assert(fc.property(keyed, ({ pattern, key }) => {
      const path = `${pattern.source}\n${pattern.format(key)}`
      const text = JSON.stringify(key)
      expect(keys.get(path) ?? text).toBe(text)
      keys.set(path, text)
    }), { numRuns: 20_000 })
    expect(keys.size).toBeGreaterThan(10_000)
  })

  it.each(['{a}-{b}', '{a}.{b}', '{a} .{b}', '{a}--{b}', 'x{a}-.{b}2D', '{a}/{b}'])('%s: never gives two short keys one path', (source) => {
    const pattern = compilePattern(source)
    const texts = allTexts('.- %2D', 3)
    const paths = new Set(texts.flatMap((first) => texts.map((second) => pattern.format([first, second]))))
    expect(paths.size).toBe(texts.length ** 2)
  })
})

describe('parse', () => {
  it.each([
    ['too few names', '{a}/{b}', 'a'],
    ['too many names', '{a}', 'a/b'],
    ['an empty path', '{a}', ''],
    ['an empty value', '{a}.html', '.html'],
    ['an empty name', '{a}/{b}', 'a/'],
    ['a leading slash', '{a}', '/a'],
    ['another text', 'x/{a}.html', 'y/a.html'],
    ['another case of the text', 'x/{a}.html', 'X/a.html'],
    ['another extension', '{a}.html', 'a.htm'],
    ['head and tail that overlap', 'ab{a}bc', 'abc'],
    ['no delimiter', '{a}-{b}', 'ab'],
    ['half a delimiter', '{a}--{b}', 'a-b'],
    ['half a delimiter before a whole one', '{a}--{b}', 'a-b--c'],
    ['an escape that is not needed', '{a}', '%61'],
    ['an escaped delimiter in the last value', '{a}-{b}', 'a-b%2Dc'],
    ['an escaped surrogate pair', '{a}', '%uD83D%uDE00'],
    ['a raw lone surrogate', '{a}', '\uD83D'],
    ['a malformed escape', '{a}', '50%'],
    ['a hidden file', '{a}', '.a'],
    ['a device', '{a}.html', 'con.html'],
    ['an unsafe character', '{a}', 'a:b'],
    ['a dot at the end', '{a}', 'a.'],
    ['a way out of the tree', '{a}/{b}', '../b'],
  ])('refuses %s', (_, source, path) => {
    expect(compilePattern(source).parse(path)).toBeUndefined()
  })

  it('gives values only for the path that they format to', () => {
    const usual = fc.constantFrom('a', 'a-b', '%-%.html', 'a.b', 'x%2Dx', 'a b', 'COM%31', '%63on', 'C%4FN')
    const path = fc.array(fc.oneof(nasty, usual), { minLength: 1, maxLength: 3 }).map((names) => names.join('/'))
    let parsed = 0
    fc.assert(fc.property(path, (arbitrary) => {
      const readings = patterns.map((pattern) => ({ pattern, values: pattern.parse(arbitrary) }))
        .filter(({ values }) => values !== undefined)
      parsed += readings.length
      const paths = readings.map(({ pattern, values = [] }) => pattern.format(values))
      expect(paths).toEqual(readings.map(() => arbitrary))
    }), { numRuns: 10_000 })
    expect(parsed).toBeGreaterThan(1000)
  })

  it('gives values only for canonical paths, one change away from them', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 3 }), nasty)
    fc.assert(fc.property(keyed, change, ({ pattern, key }, [at, removed, added]) => {
      const path = pattern.format(key)
      const start = at % (path.length + 1)
      const changed = path.slice(0, start) + added + path.slice(start + removed)
      const values = pattern.parse(changed)
      expect(values === undefined ? changed : pattern.format(values)).toBe(changed)
    }), { numRuns: 20_000 })
  })
})

describe('compilePattern', () => {
  it.each([
    ['nothing', '', 'empty'],
    ['an absolute path', '/{a}', 'absolute'],
    ['a drive', 'C:/{a}', '":"'],
    ['an empty name', 'x//{a}', 'empty name'],
    ['a slash at the end', '{a}/', 'empty name'],
    ['the directory itself', './{a}', '"."'],
    ['its parent', '{a}/../b', '".."'],
    ['a backslash', 'x\\{a}', 'backslash'],
    ['no placeholder', 'x/y.html', 'no placeholder'],
    ['a name twice', '{a}/{b}-{a}', '{a} occurs twice'],
    ['empty braces', '{}', 'brace'],
    ['a number as name', '{1a}', 'brace'],
    ['a dash in a name', '{a-b}', 'brace'],
    ['a letter outside ASCII in a name', '{é}', 'brace'],
    ['an open brace', '{a', 'brace'],
    ['a closing brace', '{a}}', 'brace'],
    ['a slash in braces', '{a/b}', 'brace'],
    ['adjacent placeholders', '{a}{b}', 'nothing separates {a} and {b}'],
    ['a letter as delimiter', '{a}x{b}', '{a} and {b} must begin'],
    ['a digit as delimiter', '{a}-{b}0{c}', '{b} and {c} must begin'],
    ['a delimiter outside ASCII', '{a}–{b}', 'must begin'],
    ['a percent sign', '{a}%{b}', '"%"'],
    ['a control character', 'x\n/{a}', String.raw`"\n"`],
    ['a lone surrogate', 'x\uD83D{a}', String.raw`"\ud83d"`],
    ['a question mark', '{a}?', '"?"'],
    ['a dot at the end', '{a}.', 'ends with'],
    ['a space at the end', 'x /{a}', 'ends with'],
    ['a device', 'aux/{a}', 'device'],
    ['a device with an extension', '{a}/nul.txt', 'device'],
    ['a device whatever the value', 'con.{a}', 'device'],
    ['a device with a space whatever the value', 'COM1 .x{a}', 'device'],
  ])('refuses %s', (_, source, text) => {
    const thrown = errorOf(() => compilePattern(source))
    expect(thrown).toBeInstanceOf(RowtreeError)
    expect(thrown).toMatchObject({ code: 'config-invalid' })
    expect(thrown?.message).toContain(`Cannot use the path pattern ${JSON.stringify(source)}: `)
    expect(thrown?.message.split(': ').slice(1).join(': ')).toContain(text)
  })

  it.each(['.hidden/{a}', '{a}', '...{a}', 'icon.{a}', 'con{a}', '{a}_{b}', 'x y/{a}', 'é/{a}é'])('takes %s', (source) => {
    expect(compilePattern(source).source).toBe(source)
  })
})

describe('nameTooLong', () => {
  it.each([
    ['255 bytes', 'a'.repeat(255), undefined],
    ['256 bytes', 'a'.repeat(256), 'a'.repeat(256)],
    ['a long path of short names', `${'a'.repeat(200)}/${'b'.repeat(200)}`, undefined],
    ['the first of two', `a/${'b'.repeat(256)}/${'c'.repeat(300)}`, 'b'.repeat(256)],
    ['85 letters of three bytes', '模'.repeat(85), undefined],
    ['86 letters of three bytes', `${'模'.repeat(86)}/x`, '模'.repeat(86)],
    ['63 letters of four bytes', '😀'.repeat(63), undefined],
    ['64 letters of four bytes', '😀'.repeat(64), '😀'.repeat(64)],
  ])('%s', (_, path, name) => {
    expect(nameTooLong(path)).toBe(name)
  })
})

function errorOf(action: () => unknown): Error | undefined {
  try {
    action()
  } catch (error) {
    return error as Error
  }
  return undefined
}
