import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { foldPath, PathIndex } from '../../src/core/collisions.ts'

/** Every character that has another case or another normal form. */
const variants = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code))
  .filter((text) => text.toLowerCase() !== text || text.toUpperCase() !== text || text.normalize('NFD') !== text)

const piece = fc.oneof(
  fc.constantFrom('a', 'A', 'b', 'k', '\u212A', 's', 'S', 'ſ', 'ß', 'ẞ', 'σ', 'ς', 'Σ', 'é', 'É', 'e\u0301', 'E\u0301'),
  fc.constantFrom('/', '.', 'i', 'I', 'ı', 'İ', 'i\u0307', 'å', '\u212B', 'A\u030A', 'ᾳ', 'ᾼ', '\u0345', '\u0301', '\u0323'),
  fc.constantFrom(...variants),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))

describe('foldPath', () => {
  it.each([
    ['letters', 'Header.html', 'hEADER.HTML'],
    ['letters with accents', 'É', 'é'],
    ['composed and decomposed', 'é', 'e\u0301'],
    ['composed capital and decomposed letter', 'É', 'e\u0301'],
    ['marks in another order', 'a\u0301\u0323', 'a\u0323\u0301'],
    ['Cyrillic', 'ШАБЛОН', 'шаблон'],
    ['final sigma', 'ΟΔΟΣ', 'οδος'],
    ['both small sigmas', 'ς', 'σ'],
    ['long s', 'ſ', 's'],
    ['the Kelvin sign', '\u212A', 'k'],
    ['the Ångström sign', '\u212B', 'å'],
    ['sharp s and its capital', 'Straße', 'STRAẞE'],
    ['I with a dot, and i with a dot', 'İ', 'i\u0307'],
    ['ǰ, which has no composed capital', 'ǰ', 'J\u030C'],
    ['Greek with iota below', 'ᾳ', 'ᾼ'],
    ['titlecase', 'ǅ', 'ǆ'],
    ['the capital theta symbol', 'ϴ', 'θ'],
    ['outside the first plane', '𐐀', '𐐨'],
    ['Hangul', '각', '\u1100\u1161\u11A8'],
  ])('unites %s', (_, left, right) => {
    expect(foldPath(left)).toBe(foldPath(right))
    expect(foldPath(`x${left}ß`)).toBe(foldPath(`X${right}ß`))
  })

  it.each([
    ['sharp s and ss', 'Straße', 'Strasse'],
    ['a ligature and its letters', 'ﬁ', 'fi'],
    ['dotless i and i', 'sınır', 'sinir'],
    ['I with a dot and I', 'İ', 'I'],
    ['accents', 'é', 'e'],
    ['compatible forms', '①', '1'],
    ['superscripts', '²', '2'],
    ['Latin and Cyrillic', 'a', 'а'],
    ['slash and nothing', 'a/b', 'ab'],
  ])('keeps apart %s', (_, left, right) => {
    expect(foldPath(left)).not.toBe(foldPath(right))
  })

  it('unites each character with its cases and normal forms', () => {
    expect(variants.length).toBeGreaterThan(10_000)
    const apart = variants.filter((character) => character !== 'ı' && [
      character.normalize('NFC'),
      character.normalize('NFD'),
      single(character, character.toLowerCase()),
      single(character, character.toUpperCase()),
    ].some((other) => foldPath(other) !== foldPath(character)))
    expect(apart).toEqual([])
  })

  it('is idempotent for each character', () => {
    expect(variants.filter((character) => foldPath(foldPath(character)) !== foldPath(character))).toEqual([])
  })

  it('never shortens when it changes case, which its test for expansion relies on', () => {
    const shorter = variants.filter((character) =>
      character.toLowerCase().length < character.length || character.toUpperCase().length < character.length)
    expect(shorter).toEqual([])
  })

  it('is idempotent, the same for all normal forms, and the same beside other scripts', () => {
    fc.assert(fc.property(text, fc.string({ unit: 'binary-ascii' }), (path, ascii) => {
      const folded = foldPath(path)
      expect(foldPath(folded)).toBe(folded)
      expect(foldPath(path.normalize('NFC'))).toBe(folded)
      expect(foldPath(path.normalize('NFD'))).toBe(folded)
      expect(foldPath(`${ascii}Ω`)).toBe(`${foldPath(ascii)}Ω`)
      expect(foldPath(`${ascii}ß`)).toBe(`${foldPath(ascii)}ß`)
    }), { numRuns: 20_000 })
  })
})

describe('PathIndex', () => {
  it('returns nothing for new paths', () => {
    const paths = new PathIndex()
    expect(paths.size).toBe(0)
    expect(paths.has('')).toBe(false)
    expect(['a', 'a/b', 'ab', 'b/a', ''].map((path) => paths.add(path))).toEqual(Array.from({ length: 5 }))
    expect(paths.size).toBe(5)
    expect(paths.has('')).toBe(true)
  })

  it.each([
    ['the same path', 'a/é.html', 'a/é.html'],
    ['another case', 'a/Header.html', 'A/header.HTML'],
    ['another normal form', 'a/é.html', 'a/e\u0301.html'],
    ['ASCII after another script', 'K', 'k'],
    ['another script after ASCII', 's', 'ſ'],
    ['a byte order mark', '\uFEFFa', '\uFEFFA'],
    ['four bytes a character', '😀x', '😀X'],
    ['control characters', '\0a', '\0A'],
  ])('finds %s', (_, first, second) => {
    const paths = new PathIndex()
    expect(paths.add('other')).toBeUndefined()
    expect(paths.add(first)).toBeUndefined()
    expect(paths.has(second)).toBe(first === second)
    expect(paths.add(second)).toBe(first)
    expect(paths.has(first)).toBe(true)
    expect(paths.has(second)).toBe(true)
    expect(paths.size).toBe(first === second ? 2 : 3)
  })

  it('prefers the same path, then the first variant', () => {
    const paths = new PathIndex()
    expect(['ab', 'AB', 'Ab', 'AB', 'aB'].map((path) => paths.add(path))).toEqual([undefined, 'ab', 'ab', 'AB', 'ab'])
  })

  it('tells apart paths with the same hash', () => {
    const paths = new PathIndex()
    const twins = ['page-15229.html', 'page-113064.html', 'PAGE-113064.html']
    expect(paths.add(twins[0]!)).toBeUndefined()
    expect(paths.has(twins[1]!)).toBe(false)
    expect(paths.add(twins[1]!)).toBeUndefined()
    expect(paths.add(twins[2]!)).toBe(twins[1])
    expect(twins.map((path) => paths.has(path))).toEqual([true, true, true])
  })

  it.each([['ASCII', 'x'], ['three bytes a letter', '模']])('holds paths larger than a chunk: %s', (_, letter) => {
    const paths = new PathIndex()
    const all = [10, 5000, 1_500_000, 11, 700_000, 1_048_576, 3].map((size) => letter.repeat(size))
    for (const path of all) expect(paths.add(path)).toBeUndefined()
    for (const path of all) expect(paths.has(path)).toBe(true)
    for (const path of all) expect(paths.add(`${path}y`)).toBeUndefined()
    for (const path of all) expect(paths.add(`${path}Y`)).toBe(`${path}y`)
    expect(paths.size).toBe(21)
  })

  it('agrees with a map, path by path', () => {
    const name = fc.array(fc.constantFrom('a', 'A', 'é', 'É', 'e\u0301', 'ß', 'k', '\u212A', '/', '😀'), { maxLength: 3 })
    fc.assert(fc.property(fc.array(name.map((letters) => letters.join('')), { maxLength: 16 }), (names) => {
      expect(answers(new PathIndex(), names)).toEqual(answers(new Model(), names))
    }), { numRuns: 10_000 })
  })

  it('agrees with a map over 200,000 paths and their variants', () => {
    const names = Array.from({ length: 200_000 }, (_, index) =>
      `${index % 3 === 0 ? 'Seite' : 'страница'}/${index % 100_000}${index % 7 === 0 ? 'É' : 'é'}.html`)
    const paths = new PathIndex()
    const model = new Model()
    const differing = names.filter((path) => paths.add(path) !== model.add(path) || paths.size !== model.size)
    expect(differing).toEqual([])
    expect(names.filter((path) => !paths.has(path) || paths.has(path.toUpperCase()))).toEqual([])
  })
})

/** The other form of a character, unless that is several characters. */
function single(character: string, other: string): string {
  return Array.from(other).length === 1 ? other : character
}

/** What PathIndex does, without the compactness. */
class Model {
  readonly #exact = new Set<string>()
  readonly #first = new Map<string, string>()

  get size(): number {
    return this.#exact.size
  }

  add(path: string): string | undefined {
    if (this.#exact.has(path)) return path
    this.#exact.add(path)
    const earlier = this.#first.get(foldPath(path))
    if (earlier === undefined) this.#first.set(foldPath(path), path)
    return earlier
  }

  has(path: string): boolean {
    return this.#exact.has(path)
  }
}

function answers(paths: Model | PathIndex, names: readonly string[]): unknown[] {
  const before = names.map((name) => paths.has(name))
  const added = names.map((name) => [paths.add(name), paths.size])
  return [before, added, names.map((name) => paths.has(name)), names.map((name) => paths.has(name.toUpperCase()))]
}
