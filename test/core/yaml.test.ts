import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parse, parseDocument, stringify } from 'yaml'
import { reviseYaml } from '../../src/core/yaml.ts'

function revised(text: string, data: unknown): string {
  return reviseYaml(text, parseDocument(text, { logLevel: 'error' }), data)
}

describe('reviseYaml', () => {
  it.each<[name: string, text: string, data: unknown, expected: string]>([
    ['fills an empty text', '', { a: 1 }, 'a: 1\n'],
    ['keeps the comment of a text without data', '# mine\n', { a: 1 }, '# mine\n\na: 1\n'],
    ['changes a value and keeps its comment', 'a: 1 # one\nb: 2\n', { a: 3, b: 2 }, 'a: 3 # one\nb: 2\n'],
    ['keeps comments before, between and after', '# top\na: 1\n# mid\nb: 2\n# end\n', { a: 1, b: 3 }, '# top\na: 1\n# mid\nb: 3\n# end\n'],
    ['keeps the order of the text', 'b: 1\na: 2\n', { a: 3, b: 1 }, 'b: 1\na: 3\n'],
    ['adds new keys at the end', 'b: 1\n', { a: 2, b: 1, c: 3 }, 'b: 1\na: 2\nc: 3\n'],
    ['removes keys', 'a: 1\nb: 2\nc: 3\n', { a: 1, c: 3 }, 'a: 1\nc: 3\n'],
    ['removes the comment with its key', 'a: 1\n# about b\nb: 2\nc: 3\n', { a: 1, c: 3 }, 'a: 1\nc: 3\n'],
    ['takes undefined for a missing key', 'a: 1\nb: 2\n', { a: 3, b: undefined, c: undefined }, 'a: 3\n'],
    ['takes undefined in a list for null', 'a: [ 1 ]\n', { a: [undefined] }, 'a: [ null ]\n'],
    ['keeps double quotes', 'a: "x"\nb: 1\n', { a: 'y', b: 1 }, 'a: "y"\nb: 1\n'],
    ['keeps single quotes', "a: 'x'\n", { a: 'y' }, "a: 'y'\n"],
    ['keeps the quotes of what did not change', `a: 'x'\nb: "y"\nc: 1\n`, { a: 'x', b: 'y', c: 2 }, `a: 'x'\nb: "y"\nc: 2\n`],
    ['quotes text that looks like a number', 'a: 1\n', { a: '1' }, 'a: "1"\n'],
    ['unquotes where a number follows', 'a: "1"\n', { a: 1 }, 'a: 1\n'],
    ['keeps a block of text', 'a: |\n  x\n  y\n', { a: 'z\nx\n' }, 'a: |\n  z\n  x\n'],
    ['quotes a text that starts with a space where a block cannot', 'a:\n    b: |\n        x\n', { a: { b: ' x\n' } }, 'a:\n    b: " x\\n"\n'],
    ['quotes a text that starts with a space at the root', '|\n x\n', ' x\n', '" x\\n"\n'],
    ['keeps flow style', 'a: { b: 1, c: [ 2, 3 ] }\n', { a: { b: 9, c: [2, 4] } }, 'a: { b: 9, c: [ 2, 4 ] }\n'],
    ['keeps tight brackets', 'a: {b: 1, c: [2]}\n', { a: { b: 9, c: [2] } }, 'a: {b: 9, c: [2]}\n'],
    ['keeps an indentation of four', 'a:\n    b:\n        c: 1\n', { a: { b: { c: 2 } } }, 'a:\n    b:\n        c: 2\n'],
    ['keeps lists that are not indented', 'a:\n- 1\n- 2\n', { a: [1, 3] }, 'a:\n- 1\n- 3\n'],
    ['keeps lists that are indented', 'a:\n  - 1\n', { a: [2] }, 'a:\n  - 2\n'],
    ['keeps maps in lists', 'a:\n    - b: 1\n      c: 2\n', { a: [{ b: 1, c: 3 }] }, 'a:\n  - b: 1\n    c: 3\n'],
    ['keeps long lines', `a: ${'word '.repeat(30)}end\nb: 1\n`, { a: `${'word '.repeat(30)}end`, b: 2 }, `a: ${'word '.repeat(30)}end\nb: 2\n`],
    ['keeps the line ends of Windows', 'a: 1\r\nb: |\r\n  x\r\n', { a: 2, b: 'x\n' }, 'a: 2\r\nb: |\r\n  x\r\n'],
    ['keeps a comment at the end apart', 'a: 1\n\n# end\n', { a: 3 }, 'a: 3\n\n# end\n'],
    ['keeps a comment at the end of a list', '- 1\n# end\n# END\n', [1, 2], '- 1\n- 2\n# end\n# END\n'],
    ['forgets the spelling of another type', 'a: 0x1F\n', { a: 'x' }, 'a: x\n'],
    ['writes the sign of zero', 'a: 1e3\n', { a: -0 }, 'a: -0\n'],
    ['forgets how a number was spelled', 'a: 1.50\nb: True\n', { a: 2.25, b: false }, 'a: 2.25\nb: false\n'],
    ['keeps hexadecimal numbers hexadecimal', 'a: 0x1F\nb: 1\n', { a: 32, b: 1 }, 'a: 0x20\nb: 1\n'],
    ['puts null where a text was', 'a: ""\nb: x\n', { a: null, b: null }, 'a: null\nb: null\n'],
    ['keeps the spelling of null', 'a: ~\nb: 1\n', { a: null, b: 2 }, 'a: ~\nb: 2\n'],
    ['drops a tag that does not fit', 'a: !!str 5\n', { a: 6 }, 'a: 6\n'],
    ['keeps a tag that fits', 'a: !secret x\n', { a: 'y' }, 'a: !secret y\n'],
    ['changes one item of a list', '- 1 # one\n- 2\n- 3 # three\n', [1, 9, 3], '- 1 # one\n- 9\n- 3 # three\n'],
    ['inserts into a list', '- 1 # one\n- 3 # three\n', [1, 2, 3], '- 1 # one\n- 2\n- 3 # three\n'],
    ['removes from a list', '- 1 # one\n- 2\n- 3 # three\n', [1, 3], '- 1 # one\n- 3 # three\n'],
    ['empties a list', 'a:\n  - 1\n', { a: [] }, 'a: []\n'],
    ['puts a value where a map was', 'a: # x\n  b: 1\nc: 2\n', { a: 5, c: 2 }, 'a:\n  # x\n  5\nc: 2\n'],
    ['puts a map where a value was', 'a: 1 # one\n', { a: { b: 1 } }, 'a:\n  b: 1\n  # one\n'],
    ['keeps an alias', 'a: &x 1\nb: *x\nc: 2\n', { a: 1, b: 1, c: 3 }, 'a: &x 1\nb: *x\nc: 3\n'],
    ['lets an alias follow its anchor', 'a: &x 1\nb: *x\n', { a: 2, b: 2 }, 'a: &x 2\nb: *x\n'],
    ['parts an alias from an anchor that changes', 'a: &x 1\nb: *x\n', { b: 1, a: 2 }, 'a: &x 2\nb: 1\n'],
    ['parts an alias from an anchor that goes', 'a: &x 1\nb: *x\n', { b: 1 }, 'b: 1\n'],
    ['parts an alias deep inside from its anchor', 'a: &x 1\nb: { c: [ *x ] }\n', { b: { c: [1] } }, 'b: { c: [ 1 ] }\n'],
    ['parts an alias from a replaced map', 'a: &x { k: 1 }\nb: *x\n', { a: 5, b: { k: 1 } }, 'a: 5\nb:\n  k: 1\n'],
    ['parts an alias at the end of a list', '- &x 1\n- *x\n', [2, 1], '- &x 2\n- 1\n'],
    ['parts an alias from an item that goes', '- &x 1\n- 5\n- *x\n', [5, 1], '- 5\n- 1\n'],
    ['keeps the document marker', '---\na: 1\n', { a: 2 }, '---\na: 2\n'],
    ['knows a key that is null', '~: 1\n', { '': 2 }, '~: 2\n'],
    ['tells the key null from the key "null"', '~: 1\n', { null: 1 }, '"null": 1\n'],
    ['knows numbers as keys', '1: a\n', { 1: 'b' }, '1: b\n'],
    ['knows a key __proto__', '__proto__: 1\n', JSON.parse('{ "__proto__": 2 }'), '__proto__: 2\n'],
    ['writes dates as text', 'a: 1\n', { a: new Date(0) }, 'a: 1970-01-01T00:00:00.000Z\n'],
  ])('%s', (_, text, data, expected) => {
    expect(revised(text, data)).toBe(expected)
  })

  it.each([
    ['odd spacing', 'a:   1   # x\n\n\n\nb: [1,\n  2]\n'],
    ['folded text', 'a: >-\n  one\n  two\n'],
    ['no line end', 'a: 1'],
    ['mixed line ends', 'a: 1\r\nb: 2\n'],
  ])('leaves the very same text where the data is the same: %s', (_, text) => {
    expect(revised(text, parse(text))).toBe(text)
  })

  it('refuses what YAML cannot hold', () => {
    expect(() => revised('a: 1\n', { a: () => 1 })).toThrow('Function')
  })
})

/** Values that JSON has, with the keys and texts that break YAML. */
const rare = fc.constantFrom('', '~', 'null', 'yes', '1', '0x1', '1e3', '- a', 'a: b', '#', ' #', '&x', '*x', '!t', '|', '>', '\t', ' a ', '\r', '\n\n', '\u2028', '__proto__', '<<', '---', '...', '"', "'")
// The library writes a byte order mark as it is, and reads one at the start as none.
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }).map((value) => value.replaceAll('\uFEFF', '')), rare)
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.constantFrom(null, true, false, -1, 0, 1.5, 1e21),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom('a', 'b', 'c'), text), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

test('the revised text holds the data, and revising it again changes nothing', () => {
  fc.assert(
    fc.property(anything, anything, fc.constantFrom(2, 4, 1, 3), fc.boolean(), fc.boolean(), (before, after, indent, indentSeq, crlf) => {
      const start = stringify(before, { indent, indentSeq })
      const result = revised(crlf ? start.replaceAll('\n', '\r\n') : start, after)
      expect(parse(result, { logLevel: 'error' })).toEqual(after)
      expect(revised(result, after)).toBe(result)
    }),
    { numRuns: 1_000 },
  )
})

test('whatever a text with anchors is revised to, it holds the data', () => {
  const leaf = fc.constantFrom('1', '2', '&x 1', '&y 2', '*x', '*y', '&x { a: 1 }', '[ *x, 1 ]', '{ a: *y }')
  const texts = fc.array(leaf, { minLength: 1, maxLength: 5 }).map((leaves) => `s: &x 0\nt: &y 1\nlist:\n${leaves.map((item) => `  - ${item}\n`).join('')}`)
  const value = fc.constantFrom<unknown[]>(0, 1, 2, { a: 1 }, [0, 1], { a: 0 })
  const datas = fc.record({ s: value, t: value, list: fc.array(value, { maxLength: 5 }) }, { requiredKeys: [] })
  fc.assert(
    fc.property(texts, datas, (start, data) => {
      expect(parse(revised(start, data))).toEqual(data)
    }),
    { numRuns: 500 },
  )
})

test('a comment stays while its key stays', () => {
  const maps = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.oneof(fc.nat(9), fc.constantFrom('x', 'y')), { minKeys: 1, noNullPrototype: true })
  fc.assert(
    fc.property(maps, maps, (before, after) => {
      const lines = Object.entries(before).map(([key, value]) => `${key}: ${value} # about ${key}\n`)
      const result = revised(lines.join(''), after)
      const kept = Object.keys(after).length === 0 ? [] : Object.keys(before).filter((key) => key in after)
      for (const key of kept) expect(result).toContain(`${key}: ${String(after[key])} # about ${key}\n`)
    }),
  )
})
