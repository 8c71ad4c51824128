import { array, assert, bigInt, boolean, constant, dictionary, integer, letrec, oneof, property, string } from 'fast-check'
import { serialize, unserialize } from 'php-serialize'
import { describe, expect, it } from 'vitest'
import { phpKey, push, readPhp, writePhp, type PhpArray, type PhpValue } from '../../../src/store/mybb/php.ts'
import { BOARDS, haveBoards } from './boards.ts'

describe('a value comes back as it was:', () => {
  it.each<[text: string, value: PhpValue]>([
    ['N;', null],
    ['b:1;', true],
    ['i:-7;', -7],
    ['i:9223372036854775807;', 9223372036854775807n],
    ['d:0.5;', { real: '0.5' }],
    ['d:1;', { real: '1' }],
    ['d:1.0E+25;', { real: '1.0E+25' }],
    ['d:-INF;', { real: '-INF' }],
    ['s:0:"";', ''],
    ['s:8:"€ü";x";', '€ü";x'],
    ['s:4:"😀";', '😀'],
    ['s:5:"a";b:";', 'a";b:'],
    ['a:0:{}', new Map()],
    ['a:1:{i:0;s:1:"a";}', new Map([[0, 'a']])],
    ['a:2:{i:1;s:1:"a";i:0;s:1:"b";}', new Map([[1, 'a'], [0, 'b']])],
    ['a:2:{s:1:"b";i:0;i:0;i:1;}', new Map<string | number, number>([['b', 0], [0, 1]])],
    ['a:1:{s:9:"__proto__";a:1:{s:1:"x";i:1;}}', new Map([['__proto__', new Map([['x', 1]])]])],
    ['a:2:{s:2:"01";i:1;s:2:"-0";i:2;}', new Map([['01', 1], ['-0', 2]])],
  ])('%s', (text, value) => {
    expect(readPhp(text)).toEqual(value)
    expect(writePhp(value)).toBe(text)
  })
})

describe('it refuses', () => {
  it.each([
    ['nothing', '', '":" is missing'],
    ['words', 'hello', '":" is missing'],
    ['an object', 'O:8:"stdClass":0:{}', '"O" is no kind of value'],
    ['a reference', 'a:2:{i:0;i:1;i:1;R:2;}', '"R" is no kind of value'],
    ['a class of its own', 'C:1:"X":0:{}', '"C" is no kind of value'],
    ['a length that is too large', 's:9:"abc";', 'no text of 9 bytes starts there at byte 5'],
    ['a length that is too small', 's:2:"abc";', 'no text of 2 bytes'],
    ['a length in characters', 's:1:"ü";', 'no text of 1 bytes'],
    ['a length that cuts a character', 'a:1:{i:0;s:2:"aü";}', 'no text of 2 bytes'],
    ['a cut array', 'a:2:{i:0;i:1;', '":" is missing'],
    ['an array without its end', 'a:1:{i:0;i:1;', '"}" is missing'],
    ['a key twice', 'a:2:{i:0;i:1;i:0;i:2;}', 'the array has the key twice at byte 13'],
    ['a key that PHP makes an integer', 'a:1:{s:1:"7";i:1;}', 'no array has such a key at byte 5'],
    ['an array as a key', 'a:1:{a:0:{}i:1;}', 'no array has such a key'],
    ['something behind', 'i:1;i:2;', 'the value ends before the text does at byte 4'],
    ['no number', 'i:x;', 'no number is there'],
    ['an integer of 65 bits', 'i:9223372036854775808;', 'more than 64 bits'],
    ['arrays without end', 'a:1:{i:0;'.repeat(1000), 'too deep'],
  ])('%s', (_, text, state) => {
    expect(() => readPhp(text)).toThrow(SyntaxError)
    expect(() => readPhp(text)).toThrow(state)
  })
})

const { value } = letrec<{ value: PhpValue }>((tie) => ({
  value: oneof(
    { depthSize: 'small', withCrossShrink: true },
    constant(null),
    boolean(),
    integer(),
    bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    string({ unit: 'grapheme' }),
    array(tie('value')).map((list): PhpArray => new Map(list.map((one, index) => [index, one as PhpValue]))),
    dictionary(string({ unit: 'grapheme' }), tie('value')).map((map): PhpArray => new Map(Object.entries(map).map(([key, one]) => [phpKey(key), one as PhpValue]))),
  ),
}))

it('any value comes back', () => {
  assert(property(value, (one) => {
    expect(readPhp(writePhp(one))).toEqual(one)
  }))
})

/** The text again, made anew where it can be read. */
function written(text: string): string {
  try {
    return writePhp(readPhp(text))
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}

it('any text is read or refused, and what is read comes back', () => {
  const piece = oneof(constant('a:1:{'), constant('i:0;'), constant('s:1:"'), constant('";'), constant('}'), constant('N;'), string())
  assert(property(array(piece), (pieces) => {
    const text = pieces.join('')
    expect(written(text)).toBe(text)
  }))
})

it.each([[[], 0], [[3], 4], [[-5], 0], [[1, 0], 2]])('after the indexes %j the next one is %i', (indexes, next) => {
  const list: PhpArray = new Map<string | number, null>([['a', null], ...indexes.map((index): [number, null] => [index, null])])
  push(list, 'x')
  expect([...list].at(-1)).toEqual([next, 'x'])
})

it.skipIf(!haveBoards).each(BOARDS)('all that a stock board on %s serialised comes back', (_, read) => {
  const { themes, cache } = read()
  const texts = [...themes.flatMap(({ properties, stylesheets }) => [properties, stylesheets]), ...cache.values()].filter((text) => /^[a-z]:/.test(text))
  expect(texts.length).toBeGreaterThan(25)
  for (const text of texts) expect(writePhp(readPhp(text))).toBe(text)
  // MyBB keeps words there, and not what PHP serialised.
  expect(themes.map(({ allowedgroups }) => allowedgroups)).toEqual(['all', 'all'])
})

/** What a library makes objects of, which cannot tell the kinds of keys nor keep integers among them in their place, only lists and texts as keys are left. */
const { plain } = letrec<{ plain: unknown }>((tie) => ({
  plain: oneof(
    { depthSize: 'small', withCrossShrink: true },
    string(), integer(), boolean(), constant(null),
    array(tie('plain'), { minLength: 1, maxLength: 4 }),
    dictionary(string({ minLength: 1 }).filter((key) => typeof phpKey(key) === 'string' && !(key in Object.prototype)), tie('plain'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
  ),
}))

function ours(theirs: unknown): PhpValue {
  if (typeof theirs !== 'object' || theirs === null) return theirs as PhpValue
  return new Map<string | number, PhpValue>(Array.isArray(theirs) ? theirs.map((one, index) => [index, ours(one)]) : Object.entries(theirs).map(([key, one]) => [key, ours(one)]))
}

describe('php-serialize, which is used by many,', () => {
  it('makes the same text, and reads ours, where it can tell the values apart', () => {
    assert(
      property(plain, (theirs) => {
        const text = writePhp(ours(theirs))
        expect(text).toBe(serialize(theirs))
        expect(unserialize(text)).toEqual(theirs)
        expect(readPhp(serialize(theirs))).toEqual(ours(theirs))
      }),
      { numRuns: 300 },
    )
  })

  it('cannot keep an array of a board as it was, which is why it only serves as a witness', () => {
    const text = 'a:2:{s:1:"b";i:0;i:0;s:1:"1";}'
    expect(serialize(unserialize(text))).not.toBe(text)
    expect(writePhp(readPhp(text))).toBe(text)
  })
})
