import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { decodeFields, encodeFields, type Field, type FieldValue, reviseFields } from '../../src/core/codec.ts'
import { spell } from '../../src/core/encode.ts'
import { sameValue } from '../../src/core/fields.ts'

/** The values of a text, or the message of its problem. */
function decoded(text: string, names: readonly string[], decimals?: ReadonlySet<string>): FieldValue[] | string {
  const result = decodeFields(text, names, 'p.yaml', decimals)
  return 'values' in result ? result.values : `${result.problem.code}: ${result.problem.message}`
}

describe('encodeFields', () => {
  it.each<[name: string, value: FieldValue, yaml: string]>([
    ['a word', 'hello', 'hello'],
    ['words', 'Hello, you there!', 'Hello, you there!'],
    ['markup', '<p class=x>', '<p class=x>'],
    ['quotes inside', '<p class="x">', '<p class="x">'],
    ['a colon', 'a: "b"', `'a: "b"'`],
    ['an apostrophe and a colon', "a: 'b'", `"a: 'b'"`],
    ['nothing', '', '""'],
    ['an integer as text', '12', '"12"'],
    ['a real as text', '.5', '".5"'],
    ['a date as text', '2024-01-01', '"2024-01-01"'],
    ['a time as text', '12:30', '"12:30"'],
    ['null as text', 'null', '"null"'],
    ['no, as YAML 1.1 knows it', 'No', '"No"'],
    ['a tilde', '~', '"~"'],
    ['a merge key', '<<', '"<<"'],
    ['a comment in it', 'a #b', '"a #b"'],
    ['a hash in it', 'a#b', 'a#b'],
    ['spaces around', ' a ', '" a "'],
    ['a colon at the end', 'a:', '"a:"'],
    ['a tab', 'a\tb', '"a\\tb"'],
    ['a backslash', '\\d: x', "'\\d: x'"],
    ['nul', 'a\0b', '"a\\u0000b"'],
    ['a byte order mark', '\uFEFFa', '"\\ufeffa"'],
    ['a line separator', 'a\u2028b', '"a\\u2028b"'],
    ['half a character', 'a\uD800', '"a\\ud800"'],
    ['a whole character', 'a😀', 'a😀'],
    ['one line and its end', 'a\n', '|\n  a'],
    ['lines', 'a\n\n b', '|-\n  a\n\n   b'],
    ['lines that start with a space', ' a\nb\n', '|2\n   a\n  b'],
    ['lines that start empty', '\n\n a\n', '|2\n\n\n   a'],
    ['lines of Windows', 'a\r\n b\r\n', '"\\\n  a\\r\\n\\\n  \\ b\\r\\n"'],
    ['line ends at the end', 'a\n\n', '"\\\n  a\\n\\\n  \\n"'],
    ['a line end', '\n', '"\\n"'],
    ['lines with a space at the end', 'a\n ', '"\\\n  a\\n\\\n  \\ "'],
    ['null', null, 'null'],
    ['a boolean', true, 'true'],
    ['an integer', 12n, '12'],
    ['a large integer', -(2n ** 64n), '-18446744073709551616'],
    ['a real', 1.5, '1.5'],
    ['an integral real', 1, '1.0'],
    ['the sign of zero', -0, '-0.0'],
    ['a large real', 1e21, '1.0e+21'],
    ['a small real', -2.5e-7, '-2.5e-7'],
    ['not a number', NaN, '.nan'],
    ['infinity', -Infinity, '-.inf'],
    ['bytes', new Uint8Array([0, 255]), '!!binary "AP8="'],
    ['no bytes', new Uint8Array(), '!!binary ""'],
    ['many bytes', new Uint8Array(58), `!!binary |\n  ${'A'.repeat(76)}\n  AA==`],
    ['a decimal', { decimal: '12.3400' }, '12.3400'],
    ['a decimal that is none', { decimal: 'NaN' }, '.nan'],
  ])('writes %s', (_, value, yaml) => {
    expect(encodeFields([['k', value]])).toBe(`k: ${yaml}\n`)
  })

  it('writes keys', () => {
    const fields: Field[] = [['b-1', 1n], ['a', 2n], ['y', 3n], ['1', 4n], ['a b', 5n], ['ä', 6n], ['__proto__', 7n]]
    expect(encodeFields(fields)).toBe('b-1: 1\na: 2\n"y": 3\n"1": 4\n"a b": 5\n"ä": 6\n__proto__: 7\n')
    expect(encodeFields([])).toBe('{}\n')
  })

  it('refuses a decimal that is not a number', () => {
    expect(() => encodeFields([['k', { decimal: '1: 2' }]])).toThrow(RangeError)
  })
})

describe('decodeFields', () => {
  it.each<[name: string, text: string, values: FieldValue[]]>([
    ['in the order of the names', 'b: 1\na: x\n', ['x', 1n]],
    ['what YAML 1.2 takes for text', 'a: yes\nb: 2024-01-01\n', ['yes', '2024-01-01']],
    ['in spite of a directive', '%YAML 1.1\n---\na: yes\nb: 1_000\n', ['yes', '1_000']],
    ['numbers in all spellings', 'a: 0x1F\nb: +1e3\n', [31n, 1000]],
    ['an integer that is larger than a double', 'a: 123456789012345678901234567890\nb: 0o17\n', [123456789012345678901234567890n, 15n]],
    ['nothing as null', 'a:\nb: ~\n', [null, null]],
    ['in braces', '{ a, "b": \'x\' }', [null, 'x']],
    ['with explicit keys', '? a\n: 1\n? b\n', [1n, null]],
    ['with comments, marker and byte order mark', '\uFEFF# c\n---\na: 1 # d\n# e\nb: 2\n...\n', [1n, 2n]],
    ['with tags', 'a: !!str 5\nb: !!int "7"\n', ['5', 7n]],
    ['with the line ends of Windows', 'a: |\r\n  x\r\n  y\r\nb: "z"\r\n', ['x\ny\n', 'z']],
    ['bytes on several lines', 'a: !!binary |\n  AP\n  8=\nb: !!binary ""\n', [new Uint8Array([0, 255]), new Uint8Array()]],
    ['an alias', 'a: &x hello\nb: *x\n', ['hello', 'hello']],
    ['an alias of a key', '&x a: 1\nb: *x\n', [1n, 'a']],
    ['an anchor that is used again', 'a: &x 1\nb: *x\n', [1n, 1n]],
  ])('reads %s', (_, text, values) => {
    expect(decoded(text, ['a', 'b'])).toEqual(values)
  })

  it('reads fields that objects have, too', () => {
    expect(decoded('__proto__: 1\nconstructor: 2\n', ['constructor', '__proto__'])).toEqual([2n, 1n])
  })

  it('keeps the digits of decimals', () => {
    const text = 'a: +12.3400\nb: 100000000000000000000.1\nc: 1e3\nd: x\ne: .nan\nf: 0x10\n'
    const expected = [{ decimal: '12.3400' }, { decimal: '100000000000000000000.1' }, { decimal: '1e3' }, 'x', { decimal: 'NaN' }, { decimal: '16' }]
    expect(decoded(text, [...'abcdef'], new Set('abcdef'))).toEqual(expected)
  })

  it.each<[name: string, text: string, message: string]>([
    ['a bracket that is open', 'body: x\ntitle: [', 'invalid-yaml: Cannot read p.yaml:2:9: the indentation does not fit, or a bracket is not closed'],
    ['a quote that is open', 'title: "secret\n', 'invalid-yaml: Cannot read p.yaml:2:1: a quote, a colon, a comma or a space is missing'],
    ['a tab', 'title:\n\tx: 1\n', 'invalid-yaml: Cannot read p.yaml:2:1: a tab is in the indentation; use spaces'],
    ['an indented field', 'title: x\r\n body: y\r\n', 'invalid-yaml: Cannot read p.yaml:1:8: a second ":" is in this value; put a value that holds ": " in quotes, or correct the indentation of the next line'],
    ['a field with a typing mistake', 'title: x\nbdoy: y\n', 'unknown-field: Cannot read p.yaml:2:1: unknown field "bdoy"; did you mean "body"?'],
    ['a field that nothing is like', 'title: x\nbody: y\n"a b": 1\n', 'unknown-field: Cannot read p.yaml:3:1: unknown field "a b"; the fields are title, body'],
    ['a field that nothing is missing for', 'title: x\nbody: y\nbody2: 1\n', 'unknown-field: Cannot read p.yaml:3:1: unknown field "body2"; the fields are title, body'],
    ['a field that would break the line', '"a\\nb": 1\n', 'unknown-field: Cannot read p.yaml:1:1: unknown field; the fields are title, body'],
    ['a field twice', 'title: x\nbody: y\ntitle: z\n', 'invalid-yaml: Cannot read p.yaml:3:1: the field "title" occurs twice; remove one'],
    ['a missing field', '# c\ntitle: x\n', 'missing-field: Cannot read p.yaml:2:1: the field "body" is missing; write null for none'],
    ['a map as value', 'title: x\nbody:\n  a: 1\n', 'invalid-yaml: Cannot read p.yaml:3:3: the field "body" holds a list or a map; a field holds one value'],
    ['a list as value', 'title: x\nbody: [1]\n', 'invalid-yaml: Cannot read p.yaml:2:7: the field "body" holds a list or a map; a field holds one value'],
    ['a collection as key', '? [title]\n: x\n', 'invalid-yaml: Cannot read p.yaml:1:3: a key must be text'],
    ['an alias as key', 'title: &x body\n*x : y\n', 'invalid-yaml: Cannot read p.yaml:2:1: a key must be text'],
    ['a list', '- title\n', 'invalid-yaml: Cannot read p.yaml:1:1: it is not a map of fields; write each field as "name: value"'],
    ['a text', 'title\n', 'invalid-yaml: Cannot read p.yaml:1:1: it is not a map of fields; write each field as "name: value"'],
    ['nothing', '', 'invalid-yaml: Cannot read p.yaml:1:1: it is not a map of fields; write each field as "name: value"'],
    ['two documents', 'title: x\nbody: y\n---\na: 1\n', 'invalid-yaml: Cannot read p.yaml:3:1: a second document starts here; keep one'],
    ['an alias without anchor', 'title: *x\nbody: y\n', 'invalid-yaml: Cannot read p.yaml:1:8: an alias has no anchor before it; put a value that starts with "*" in quotes'],
    ['an alias before its anchor', 'title: *x\nbody: &x y\n', 'invalid-yaml: Cannot read p.yaml:1:8: an alias has no anchor before it; put a value that starts with "*" in quotes'],
    ['an alias of itself', '&x\ntitle: *x\nbody: y\n', 'invalid-yaml: Cannot read p.yaml:2:8: an alias has no anchor before it; put a value that starts with "*" in quotes'],
  ])('refuses %s', (_, text, message) => {
    expect(decoded(text, ['title', 'body'])).toBe(message)
  })

  it.each([['!secret x'], ['!!timestamp 2024-01-01'], ['!!set {}'], ['!!binary "a$b="'], ['!!binary AAAAA'], ['!!bool yes'], ['!e!x 1']])('refuses the tag of %s', (value) => {
    expect(decoded(`a: ${value}\n`, ['a'])).toMatch(/^invalid-yaml: Cannot read p\.yaml:1:4: a tag is not known or does not fit/)
  })

  it('refuses a document that grows when it is read', () => {
    const levels = Array.from({ length: 40 }, (_, level) => `l${level}: &l${level} [${`*l${level - 1},`.repeat(level > 0 ? 10 : 0)}]\n`)
    expect(decoded(levels.join(''), ['l0'])).toMatch(/holds a list or a map/)
    const names = Array.from({ length: 102 }, (_, index) => `f${index}`)
    const aliases = names.map((name, index) => `${name}: ${index === 0 ? '&x 1' : '*x'}\n`)
    expect(decoded(aliases.join(''), names)).toMatch(/p\.yaml:102:7: there are too many aliases/)
    expect(decoded(aliases.slice(0, 101).join(''), names.slice(0, 101))).toHaveLength(101)
    expect(decoded('{a: '.repeat(5_000), ['a'])).toMatch(/nested too deeply/)
  })
})

const NASTY = [
  '', '~', 'null', 'yes', 'N', '1', '-1', '0x1', '1e3', '.5', '1.', '.inf', '1_000', '0o7', '12:30:45', '2024-01-01', '- a', '-', '?', '? a', 'a: b', ':', 'a:', '#',
  ' #', 'a #b', '&x', '*x', '!t', '!!str a', '|', '>', '%TAG', '@', '`', '\t', 'a\t', '\ta\nb\n', ' a ', ' ', '  \n', '\r', 'a\rb', 'a\r\nb\r\n', '\r\n', '\n', '\n\n', 'a\n\n',
  'a\n \n', 'a\n ', '\n a', ' a\n  b\nc', '\na\n', 'a\n\n\nb', 'a  \nb', '# a\n# b\n', '---\na\n...\n', '---', '...', '<<', '=', '__proto__', "'", '"', `'"`, '\\', '\\n', 'a\\\nb\\',
  '\0', 'a\0b', '\x7F', '\x85', 'a\u0085\nb', '\u2028', 'a\u2028\nb', '\u2029', '\uFEFF', '\uFEFFa\n', '\xA0', 'a\n\xA0', '\uD800', '\uDC00\uD800', '😀', 'ä', 'İ', '[', '{', ']', ',',
  '{a: 1}', 'x'.repeat(200), `${'long line '.repeat(30)}\n${'x '.repeat(90)}`, '>>>>>>> tree\n',
]
const nasty = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t', '\r', '\r\n', '#', ':', '-', '"', "'", '\\', '\uFEFF', '|', '  ', 'ä'), maxLength: 12 }),
)
const kinds: fc.Arbitrary<FieldValue> = fc.oneof(
  { arbitrary: nasty, weight: 4 },
  fc.constantFrom<FieldValue>(null, true, false, 0n, 0, -0, 1, NaN, Infinity, -Infinity, 5e-324, 1e21, 1e-7, 2 ** 63),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.double(),
  fc.uint8Array({ maxLength: 100 }),
)
const name = fc.oneof(fc.constantFrom('a', 'b', 'body', 'y', '1', '__proto__', 'a b', '<<', '#'), nasty.filter((text) => text.length < 100))
const fieldLists = fc.uniqueArray(fc.tuple(name, kinds), { selector: ([key]) => key, maxLength: 6 })

test('what is written is read as the same values, in any order', () => {
  fc.assert(
    fc.property(fieldLists, fc.boolean(), (fields, crlf) => {
      const text = encodeFields(fields)
      const names = fields.map(([key]) => key)
      expect(decoded(crlf ? text.replaceAll('\n', '\r\n') : text, names)).toEqual(fields.map(([, value]) => value))
      expect(decoded(text, names.toReversed())).toEqual(fields.map(([, value]) => value).toReversed())
    }),
    { numRuns: 1_000 },
  )
})

test('decimals are read with their digits', () => {
  const digits = fc.stringMatching(/^-?\d{1,30}(\.\d{1,20})?$/)
  fc.assert(
    fc.property(digits, (decimal) => {
      expect(decoded(encodeFields([['a', { decimal }]]), ['a'], new Set(['a']))).toEqual([{ decimal }])
    }),
  )
})

describe('sameValue', () => {
  it.each<[a: FieldValue, b: FieldValue, same: boolean]>([
    [1n, 1n, true],
    [1n, 1, false],
    [1, '1', false],
    [NaN, NaN, true],
    [0, -0, false],
    [null, '', false],
    [new Uint8Array([1]), new Uint8Array([1]), true],
    [new Uint8Array([1]), new Uint8Array([2]), false],
    [new Uint8Array(), '', false],
    [{ decimal: '1.50' }, { decimal: '+01.5' }, true],
    [{ decimal: '1500' }, { decimal: '1.5e3' }, true],
    [{ decimal: '-0.00' }, { decimal: '0' }, true],
    [{ decimal: '1.5' }, { decimal: '-1.5' }, false],
    [{ decimal: '0.10000000000000000001' }, { decimal: '0.1' }, false],
    [{ decimal: 'NaN' }, { decimal: 'NaN' }, true],
    [{ decimal: '1' }, 1n, false],
  ])('%o and %o: %s', (a, b, same) => {
    expect(sameValue(a, b)).toBe(same)
    expect(sameValue(b, a)).toBe(same)
  })
})

describe('reviseFields', () => {
  const before: readonly Field[] = [['a', 'x'], ['b', 1n]]
  it.each<[name: string, text: string, fields: readonly Field[], expected: string]>([
    ['changes one value', '# top\nb:   0x1   # one\n\na: "x" # two\n# end', [['a', 'w'], ['b', 1n]], '# top\nb:   0x1   # one\n\na: w # two\n# end'],
    ['puts a block where a word was', 'a: x # c\n\nb: 1', [['a', 'y\nz\n'], ['b', 1n]], 'a: | # c\n  y\n  z\n\nb: 1'],
    ['puts a block at the end', 'b: 1\na: x', [['a', 'y\nz'], ['b', 1n]], 'b: 1\na: |-\n  y\n  z\n'],
    ['puts a word where a block was', 'a: |- # c\n  x\n\n# d\nb: 1\n', [['a', 'w'], ['b', 1n]], 'a: w # c\n\n# d\nb: 1\n'],
    ['puts a block where a block was', 'a: >- # c\n    x\n\n\nb: 1\n', [['a', 'y\n'], ['b', 1n]], 'a: | # c\n  y\n\n\nb: 1\n'],
    ['takes empty lines away that were content', 'b: 1\na: |+\n  x\n\n', [['a', 'w'], ['b', 1n]], 'b: 1\na: w\n'],
    ['keeps a value on a line of its own', 'a: # c\n  x # d\nb: 1\n', [['a', 'y\nz\n'], ['b', 1n]], 'a: # c\n  | # d\n  y\n  z\nb: 1\n'],
    ['keeps a comment out of a block', 'a: x\n    # c\nb: 1\n', [['a', 'y\nz'], ['b', 1n]], 'a: "y\\nz"\n    # c\nb: 1\n'],
    ['keeps the indentation of the map', '  a: x\n  b: 1\n', [['a', 'y\n'], ['b', 1n]], '  a: |\n    y\n  b: 1\n'],
    ['keeps braces', '{a: x, # c\n  b: 1}\n', [['a', 'y\nz'], ['b', null]], '{a: "y\\nz", # c\n  b: null}\n'],
    ['fills what is empty', 'a: # c\nb: 1\n', [['a', 'w'], ['b', 1n]], 'a: w # c\nb: 1\n'],
    ['fills what is empty in braces', '{a, "b":1}', [['a', 'w'], ['b', 1n]], '{a: "w", "b":1}'],
    ['fills an explicit key', '? a # c\n? b\n: 1\n', [['a', 'w'], ['b', 1n]], '? a\n: w # c\n? b\n: 1\n'],
    ['takes a tag away', 'a: !!str 5 # c\nb: 1\n', [['a', 5n], ['b', 1n]], 'a: 5 # c\nb: 1\n'],
    ['takes a tag away from nothing', 'a: !!null # c\nb: 1\n', [['a', 5n], ['b', 1n]], 'a: 5 # c\nb: 1\n'],
    ['takes a tag away on a line of its own', 'a:\n  !!str 5\nb: 1\n', [['a', 5n], ['b', 1n]], 'a:\n  5\nb: 1\n'],
    ['puts bytes', 'a: x\nb: 1\n', [['a', new Uint8Array([1])], ['b', 1n]], 'a: !!binary "AQ=="\nb: 1\n'],
    ['keeps an alias that still holds', 'a: &x 1\nb: *x\n', [['a', 2n], ['b', 2n]], 'a: &x 2\nb: *x\n'],
    ['parts an alias from its anchor', 'a: &x 1\nb: *x # c\n', [['a', 2n], ['b', 1n]], 'a: &x 2\nb: 1 # c\n'],
    ['keeps an alias of a key', '&x a: 1\nb: *x\n', [['a', 2n], ['b', 'a']], '&x a: 2\nb: *x\n'],
    ['keeps the line ends of Windows', 'a: x\r\nb: 1\r\n', [['a', 'y\nz\n'], ['b', 'p\r\nq']], 'a: |\r\n  y\r\n  z\r\nb: "\\\r\n  p\\r\\n\\\r\n  q"\r\n'],
    ['keeps a byte order mark', '\uFEFFa: x\nb: 1\n', [['a', 'w'], ['b', 1n]], '\uFEFFa: w\nb: 1\n'],
    ['keeps how a decimal is spelled', 'a: 12.34\nb: 1e3\n', [['a', { decimal: '12.3400' }], ['b', { decimal: '1000.00' }]], 'a: 12.34\nb: 1e3\n'],
    ['tells digits that no real holds', 'a: 0.10000000000000000001 # ten\nb: 1\n', [['a', 0.1], ['b', 1n]], 'a: 0.1 # ten\nb: 1\n'],
    ['tells a number that is too large', 'a: 1e400\n', [['a', Infinity]], 'a: .inf\n'],
    ['keeps how a real is spelled', 'a: 1.50\nb: 15e-1\nc: .Inf\nd: 1152921504606846976.0\n', [['a', 1.5], ['b', 1.5], ['c', Infinity], ['d', 2 ** 60]], 'a: 1.50\nb: 15e-1\nc: .Inf\nd: 1152921504606846976.0\n'],
    ['tells decimals that are one real', 'a: 0.1\nb: 1\n', [['a', { decimal: '0.10000000000000000001' }], ['b', 1n]], 'a: 0.10000000000000000001\nb: 1\n'],
    ['tells an integer from a real', 'a: x\nb: 1\n', [['a', 'x'], ['b', 1]], 'a: x\nb: 1.0\n'],
    ['gives up a text that is not YAML', 'a: [', before, 'a: x\nb: 1\n'],
    ['gives up a text with another field', 'a: x\nb: 1\nc: 1\n', before, 'a: x\nb: 1\n'],
    ['gives up a text with other fields', 'a: x\nc: 1\n', before, 'a: x\nb: 1\n'],
    ['gives up a text that it cannot revise', '? |\n  a\n? b\n: 1\n', [['a\n', 'w'], ['b', 1n]], '"a\\n": w\nb: 1\n'],
    ['gives up a text that lacks a field', 'a: x\n', before, 'a: x\nb: 1\n'],
  ])('%s', (_, text, fields, expected) => {
    expect(reviseFields(text, encodeFields(fields))).toBe(expected)
  })
})

/** A file as a person may write it: fields in any order and style, with comments between them, which are all different. */
interface Draft {
  readonly fields: readonly Field[]
  readonly styles: readonly number[]
  readonly gaps: readonly string[]
  readonly braces: boolean
  readonly column: number
  readonly ends: '\n' | '\r\n'
}

function textOf(draft: Draft): string {
  const text = draft.braces ? inBraces(draft) : inLines(draft)
  return draft.ends === '\n' ? text : text.replaceAll('\n', '\r\n')
}

function inBraces({ fields, styles }: Draft): string {
  const items = fields.map(([key, value], index) => {
    const style = styles[index]!
    const rest = value === null && style === 0 ? '' : `: ${style === 1 ? `&x${index} ` : ''}${style === 2 ? '\n   ' : ''}${spell(value, undefined).head}`
    return ` # comment ${index}.\n ${JSON.stringify(key)}${rest}`
  })
  return `{${items.join(',')} # comment end.\n}\n`
}

function inLines({ fields, styles, gaps, column }: Draft): string {
  const indent = ' '.repeat(column)
  let inBlock = false
  const gapOf = (index: number): string => {
    // What is below a block and indented belongs to it.
    const gap = inBlock ? gaps[index]!.replaceAll(/^ +/gm, '') : gaps[index]!
    let count = 0
    return gap.replaceAll(/#/g, () => `# comment ${index}.${count++}.`).replaceAll(/^(?=.)/gm, indent)
  }
  let text = ''
  for (const [index, [key, value]] of fields.entries()) {
    text += `${gapOf(index)}${indent}${fieldOf(key, value, styles[index]!, indent, index)}\n`
    inBlock = [0, 4, 5].includes(styles[index]!) && spell(value, indent).body !== ''
  }
  return text + gapOf(fields.length)
}

function fieldOf(field: string, value: FieldValue, style: number, indent: string, index: number): string {
  const key = JSON.stringify(field)
  const short = spell(value, undefined).head
  const one = `# comment ${index}.one.`
  const two = `# comment ${index}.two.`
  if (value === null && style < 3) return [`${key}: ${one}`, `${key}: &x${index} ${one}`, `? ${key} ${one}`][style]!
  if (style === 1) return `${key}:   ${typeof value === 'string' ? '!!str ' : ''}${short}  ${one}`
  if (style === 2) return `${key}: ${one}\n${indent}   &x${index} ${short} ${two}`
  if (style === 3) return `? ${key} ${one}\n${indent}: ${short} ${two}`
  const { head, body } = spell(value, `${indent}  `)
  const comment = style === 5 || (head.includes('\n') && body === '') ? '' : ` ${one}`
  return `${key}: ${style === 4 ? `&x${index} ` : ''}${head}${comment}\n${body}`.slice(0, -1)
}

const gap = fc.constantFrom('', '', '\n', '#\n', '\n#\n\n', '#\n#\n', '    #\n', '   \n', '\n\n')
const drafts: fc.Arbitrary<Draft> = fieldLists.filter((fields) => fields.length > 0).chain((fields) =>
  fc.record({
    fields: fc.constant(fields),
    styles: fc.array(fc.nat(5), { minLength: fields.length, maxLength: fields.length }),
    gaps: fc.array(gap, { minLength: fields.length + 1, maxLength: fields.length + 1 }),
    braces: fc.boolean(),
    column: fc.constantFrom(0, 0, 2),
    ends: fc.constantFrom<Draft['ends']>('\n', '\r\n'),
  }),
)

test('a text that says the same stays as it is', () => {
  fc.assert(
    fc.property(drafts, (draft) => {
      const text = textOf(draft)
      expect(decoded(text, draft.fields.map(([key]) => key))).toEqual(draft.fields.map(([, value]) => value))
      expect(reviseFields(text, encodeFields(draft.fields.toReversed()))).toBe(text)
    }),
    { numRuns: 1_000 },
  )
})

test('a revised text holds the new values and every comment', () => {
  fc.assert(
    fc.property(drafts, fc.array(fc.option(kinds, { nil: undefined }), { minLength: 6, maxLength: 6 }), (draft, news) => {
      const text = textOf(draft)
      const fields = draft.fields.map(([key, value], index): Field => [key, news[index] === undefined ? value : news[index]])
      const result = reviseFields(text, encodeFields(fields.toReversed()))
      expect(decoded(result, fields.map(([key]) => key))).toEqual(fields.map(([, value]) => value))
      for (const comment of text.match(/# comment [\w.]+\./g) ?? []) expect(result).toContain(comment)
      expect(result.match(/\r?\n/g)?.filter((end) => end !== draft.ends) ?? []).toEqual([])
      expect(reviseFields(result, encodeFields(fields))).toBe(result)
    }),
    { numRuns: 1_000 },
  )
})

it('says that blocks are nested too deeply, also where the parser runs out of stack', () => {
  const problem = { code: 'invalid-yaml', message: expect.stringContaining('nested too deeply') }
  for (const depth of [10_000, 300_000]) expect(decodeFields(`a:\n${'- '.repeat(depth)}\n`, ['a'], 'a.yaml')).toMatchObject({ problem })
})
