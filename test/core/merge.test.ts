import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { linesOf } from '../../src/core/alignment.ts'
import { hasMarkers, mergeTexts } from '../../src/core/merge.ts'

/** Thousands of lines of three kinds, in an order of their own for each step. */
function poor(step: number): string {
  return Array.from({ length: 8_000 }, (_, index) => ['}\n', '\n', '  x\n'][(index * step + (index % (step + 3))) % 3]).join('')
}

describe('mergeTexts', () => {
  it.each<[name: string, base: string, store: string, tree: string, merged: string]>([
    ['nothing', '', '', '', ''],
    ['a change of the store', 'a\nb\n', 'A\nb\n', 'a\nb\n', 'A\nb\n'],
    ['a change of the tree', 'a\nb\n', 'a\nb\n', 'a\nB\n', 'a\nB\n'],
    ['the same change', 'a\n', 'b\n', 'b\n', 'b\n'],
    ['changes that do not touch', 'a\nb\nc\n', 'A\nb\nc\n', 'a\nb\nC\n', 'A\nb\nC\n'],
    ['a change of its own and one that both have', 'a\nb\nc\nd\ne\n', 'A\nb\nC\nd\ne\n', 'A\nb\nc\nd\nE\n', 'A\nb\nC\nd\nE\n'],
    ['a change that both have between others', '}\n1\n}\n2\n}\n3\n}\n', '}\nA\n}\nB\n}\n3\n}\n', '}\n1\n}\nB\n}\nC\n}\n', '}\nA\n}\nB\n}\nC\n}\n'],
    ['an insertion and a deletion', 'a\nb\nc\n', 'n\na\nb\nc\n', 'a\nb\n', 'n\na\nb\n'],
    ['lines that both put in', 'a\nb\nc\n', 'n\na\nb\nc\n', 'a\nb\nc\nm\n', 'n\na\nb\nc\nm\n'],
    ['the line ends of Windows', 'a\r\nb\r\nc\r\n', 'A\r\nb\r\nc\r\n', 'a\r\nb\r\nC\r\n', 'A\r\nb\r\nC\r\n'],
    ['a line end that the tree added', 'a\nb\nc', 'A\nb\nc', 'a\nb\nc\n', 'A\nb\nc\n'],
    ['a line end that the store took away', 'a\nb\nc\n', 'a\nb\nc', 'A\nb\nc\n', 'A\nb\nc'],
    ['lines with carriage returns in them', 'a\rb\nc\nd\n', 'a\rB\nc\nd\n', 'a\rb\nc\nD\n', 'a\rB\nc\nD\n'],
    ['words of JavaScript', '__proto__\nx\nconstructor\n', '__proto__\nx\n', 'a\n__proto__\nx\nconstructor\n', 'a\n__proto__\nx\n'],
    ['lines that occur often', '}\n\n}\n\n}\n\n}\n', 'a\n}\n\n}\n\n}\n\n}\n', '}\n\n}\n\n}\n\n}\nb\n', 'a\n}\n\n}\n\n}\n\n}\nb\n'],
  ])('merges %s', (_, base, store, tree, merged) => {
    expect(mergeTexts(base, store, tree)).toEqual({ clean: true, text: merged })
  })

  it.each<[name: string, base: string | undefined, store: string, tree: string, text: string]>([
    ['marks two changes of one line', 'a\nb\nc\n', 'a\ns\nc\n', 'a\nt\nc\n', 'a\n<<<<<<< store\ns\n||||||| baseline\nb\n=======\nt\n>>>>>>> tree\nc\n'],
    ['marks a change and a deletion', 'a\nb\nc\n', 'a\nc\n', 'a\nt\nc\n', 'a\n<<<<<<< store\n||||||| baseline\nb\n=======\nt\n>>>>>>> tree\nc\n'],
    ['marks changes side by side', 'a\nb\n', 'A\nb\n', 'a\nB\n', '<<<<<<< store\nA\nb\n||||||| baseline\na\nb\n=======\na\nB\n>>>>>>> tree\n'],
    ['marks two insertions at one place', 'a\n', 'a\ns\n', 'a\nt\n', 'a\n<<<<<<< store\ns\n||||||| baseline\n=======\nt\n>>>>>>> tree\n'],
    ['merges the rest', 'a\nb\nc\nd\ne\n', 'A\nb\nc\nd\ns\n', 'a\nb\nC\nd\nt\n', 'A\nb\nC\nd\n<<<<<<< store\ns\n||||||| baseline\ne\n=======\nt\n>>>>>>> tree\n'],
    ['ends lines that have no end', 'a', 's', 't', '<<<<<<< store\ns\n||||||| baseline\na\n=======\nt\n>>>>>>> tree\n'],
    ['tells line ends apart', 'a\n', 'a', 'a\r\n', '<<<<<<< store\r\na\r\n||||||| baseline\r\na\n=======\r\na\r\n>>>>>>> tree\r\n'],
    ['writes the line ends of the text', 'a\r\n', 's\r\n', 't', '<<<<<<< store\r\ns\r\n||||||| baseline\r\na\r\n=======\r\nt\r\n>>>>>>> tree\r\n'],
    ['marks what differs without a base', undefined, 'a\ns\nc\n', 'a\nt\nc\nd\n', 'a\n<<<<<<< store\ns\n=======\nt\n>>>>>>> tree\nc\n<<<<<<< store\n=======\nd\n>>>>>>> tree\n'],
  ])('%s', (_, base, store, tree, text) => {
    expect(mergeTexts(base, store, tree)).toEqual({ clean: false, text })
    expect(hasMarkers(text)).toBe(true)
  })

  it('merges equal texts without a base', () => {
    expect(mergeTexts(undefined, 'a\n', 'a\n')).toEqual({ clean: true, text: 'a\n' })
  })

  it('merges long texts of which hardly a line is unique', () => {
    const rules = Array.from({ length: 2_500 }, (_, index) => `.c${index} {\n  color: #${index % 7};\n}\n\n`).join('')
    expect(mergeTexts(rules, `/* s */\n${rules}`, `${rules}/* t */\n`)).toEqual({ clean: true, text: `/* s */\n${rules}/* t */\n` })
  })

  it.each([[undefined], ['']])('gives up lines that would take minutes to compare, and merges the others (base %j)', (start) => {
    const base = start === undefined ? undefined : `one\nmiddle\n${poor(1)}`
    const { clean, text } = mergeTexts(base, `one\nmiddle\n${poor(2)}`, `one\nmiddle\n${poor(4)}`)
    expect(clean).toBe(false)
    expect(text.match(/^<<<<<<< store$/gm)).toHaveLength(1)
    expect(text.startsWith('one\nmiddle\n')).toBe(true)
    expect(text.length).toBeGreaterThan(16_000)
  })
})

describe('hasMarkers', () => {
  const conflict = mergeTexts('a\n', 's\n', 't\n').text
  it.each<[text: string, markers: boolean]>([
    [conflict, true],
    [conflict.replaceAll('\n', '\r\n'), true],
    [`x\n${conflict}y`, true],
    ['', false],
    ['=======\n', false],
    ['a title\n=======\n', false],
    [conflict.replace('<<<<<<< store\n', ''), false],
    [conflict.replace('=======\n', ''), false],
    [conflict.replace('>>>>>>> tree\n', ''), false],
    [conflict.replaceAll(/^/gm, ' '), false],
  ])('%j: %j', (text, markers) => {
    expect(hasMarkers(text)).toBe(markers)
  })
})

/** A text, and two versions of it with some edits. */
const line = fc.constantFrom('a\n', 'b\n', 'c\n', '\n', '}\n', 'd\r\n', '__proto__\n')
const edit = fc.tuple(fc.nat(20), fc.nat(2), fc.array(fc.oneof(line, fc.nat(999).map((number) => `new ${number}\n`)), { maxLength: 2 }))
const trios = fc.tuple(fc.array(fc.oneof(line, fc.nat(999).map((number) => `${number}\n`)), { maxLength: 20 }), fc.array(edit, { maxLength: 3 }), fc.array(edit, { maxLength: 3 }), fc.nat(7))
  .map(([base, ours, theirs, bare]) => {
    const change = (edits: typeof ours): string[] => edits.reduce((lines, [at, removed, added]) => lines.toSpliced(at, removed, ...added), base)
    return [base, change(ours), change(theirs)].map((lines, index) => (bare & (1 << index) ? lines.join('').replace(/\n$/, '') : lines.join(''))) as [string, string, string]
  })

test('a version that did not change leaves the other one', () => {
  fc.assert(fc.property(trios, ([base, store, tree]) => {
    expect(mergeTexts(base, base, tree)).toEqual({ clean: true, text: tree })
    expect(mergeTexts(base, store, base)).toEqual({ clean: true, text: store })
    expect(mergeTexts(base, tree, tree)).toEqual({ clean: true, text: tree })
    expect(mergeTexts(undefined, tree, tree)).toEqual({ clean: true, text: tree })
  }))
})

test('a clean merge is the same from both sides, with all lines that came and none that went', () => {
  let merged = 0
  fc.assert(
    fc.property(trios, ([base, store, tree]) => {
      const result = mergeTexts(base, store, tree)
      const mirrored = mergeTexts(base, tree, store)
      expect(mirrored.clean).toBe(result.clean)
      fc.pre(result.clean && store !== tree && store !== base && tree !== base)
      merged++
      expect(mirrored.text).toBe(result.text)
      const [was, ours, theirs, now] = [base, store, tree, result.text].map(countsOf) as [Counts, Counts, Counts, Counts]
      const missing = [...ours, ...theirs].filter(([text, count]) => !was.has(text) && (now.get(text) ?? 0) < count)
      expect(missing).toEqual([])
      expect([...now.keys()].filter((text) => !ours.has(text) && !theirs.has(text))).toEqual([])
      // The end of the text is as the side has it that changed it.
      const [first, second, third, final] = [base, store, tree, result.text].map((text) => text === '' || text.endsWith('\n'))
      expect(final).toBe(second === first ? third : second)
    }),
    { numRuns: 1_000 },
  )
  expect(merged).toBeGreaterThan(100)
})

test('what is not clean holds both sides and the base between its markers', () => {
  fc.assert(
    fc.property(trios, fc.boolean(), ([base, store, tree], known) => {
      const { clean, text } = mergeTexts(known ? base : undefined, store, tree)
      expect(hasMarkers(text)).toBe(!clean)
      const side = (wanted: 'store' | 'tree'): string => {
        let part: string = 'both'
        return linesOf(text).filter((one) => {
          const marker = /^(<<<<<<< store|\|{7} baseline|={7}|>>>>>>> tree)\r?$/m.exec(one)?.[1]
          if (marker === undefined) return part === 'both' || part === wanted
          part = marker.startsWith('<') ? 'store' : marker.startsWith('|') ? 'base' : marker.startsWith('=') ? 'tree' : 'both'
          return false
        }).join('')
      }
      fc.pre(!clean && !known)
      // A last line may have got the line end that a marker needs.
      expect([store, `${store}\n`, `${store}\r\n`]).toContain(side('store'))
      expect([tree, `${tree}\n`, `${tree}\r\n`]).toContain(side('tree'))
    }),
    { numRuns: 1_000 },
  )
})

type Counts = Map<string, number>

function countsOf(text: string): Counts {
  const counts: Counts = new Map()
  for (const one of linesOf(text)) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}
