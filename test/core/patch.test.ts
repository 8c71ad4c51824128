import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Patch, unifiedPatch } from '../../src/core/patch.ts'
import { temporaryDirectory } from '../support/temporary.ts'

function patchOf(from: string | undefined, to: string | undefined, path = 'p.html'): Patch {
  return unifiedPatch(path, { label: 'store', text: from }, { label: 'tree', text: to })
}

const numbers = (count: number, step = 1): string => Array.from({ length: count }, (_, index) => `${index * step}\n`).join('')

describe('unifiedPatch', () => {
  it.each<[name: string, from: string | undefined, to: string | undefined, patch: string, added: number, removed: number]>([
    ['equal texts', 'a\n', 'a\n', '', 0, 0],
    ['two absent texts', undefined, undefined, '', 0, 0],
    ['a changed line', 'a\nb\nc\n', 'a\nB\nc\n', '--- store/p.html\n+++ tree/p.html\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n', 1, 1],
    ['lines that come', undefined, 'a\nb\n', '--- /dev/null\n+++ tree/p.html\n@@ -0,0 +1,2 @@\n+a\n+b\n', 2, 0],
    ['lines that go', 'a\n', undefined, '--- store/p.html\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n', 0, 1],
    ['lines put into an empty text', '', 'a\n', '--- store/p.html\n+++ tree/p.html\n@@ -0,0 +1,1 @@\n+a\n', 1, 0],
    ['no line end', 'a', 'a\n', '--- store/p.html\n+++ tree/p.html\n@@ -1,1 +1,1 @@\n-a\n\\ No newline at end of file\n+a\n', 1, 1],
    ['carriage returns', 'a\r\n', 'a\n', '--- store/p.html\n+++ tree/p.html\n@@ -1,1 +1,1 @@\n-a\r\n+a\n', 1, 1],
    ['lines like headers', '-- a\n', '++ b\n', '--- store/p.html\n+++ tree/p.html\n@@ -1,1 +1,1 @@\n--- a\n+++ b\n', 1, 1],
    ['an empty file that comes', undefined, '', 'diff --git "store/p.html" "tree/p.html"\nnew file mode 100644\n', 0, 0],
    ['an empty file that goes', '', undefined, 'diff --git "store/p.html" "tree/p.html"\ndeleted file mode 100644\n', 0, 0],
  ])('writes %s', (_, from, to, patch, added, removed) => {
    expect(patchOf(from, to)).toEqual({ patch, added, removed })
  })

  it('gives three lines of context', () => {
    const { patch } = patchOf(numbers(20), numbers(20).replace('9\n', 'nine\n'))
    expect(patch.split('\n').slice(2)).toEqual(['@@ -7,7 +7,7 @@', ' 6', ' 7', ' 8', '-9', '+nine', ' 10', ' 11', ' 12', ''])
  })

  it('ends a name with spaces at a tab', () => {
    expect(patchOf('a', 'b', 'a b.html').patch).toMatch(/^--- store\/a b\.html\t\n\+\+\+ tree\/a b\.html\t\n@@/)
  })

  it('replaces the whole text where too much differs', () => {
    const { patch, added, removed } = patchOf(`same\n${numbers(30_000, 3)}`, `same\n${numbers(30_000, 7)}end`)
    expect([added, removed]).toEqual([30_002, 30_001])
    expect(patch.match(/^@@.*$/gm)).toEqual(['@@ -1,30001 +1,30002 @@'])
  })
})

const line = fc.constantFrom('a\n', 'b\n', '\n', ' \n', '-\n', '-- x\n', '+++ y\n', '@@ -1 +1 @@\n', 'c\r\n', '\r\n', '\\ No newline at end of file\n', 'ä\u2028😀\n', 'a\rb\n')
const texts = fc.tuple(fc.array(line, { maxLength: 12 }), fc.constantFrom('', '', 'end', '\r', '\\')).map(([lines, end]) => lines.join('') + end)
const pairs = fc.oneof(
  fc.tuple(fc.option(texts, { nil: undefined }), fc.option(texts, { nil: undefined })),
  fc.tuple(texts, fc.nat(12), texts).map(([text, at, more]): [string, string] => [text, (text.slice(0, at) + more + text.slice(at)).toWellFormed()]),
)

function applied(from: string | undefined, to: string | undefined, path: string): string | undefined {
  const root = temporaryDirectory()
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  if (from !== undefined) writeFileSync(file, from)
  execFileSync('patch', ['-p1', '--no-backup-if-mismatch', '--force', '--silent'], { cwd: root, input: patchOf(from, to, path).patch })
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

describe.skipIf(spawnSync('patch', ['--version']).status !== 0)('the tool patch (skipped where there is none)', () => {
  it('gives the other text byte for byte', () => {
    fc.assert(
      fc.property(pairs, fc.constantFrom('p', 'd/a b.html', 'ä.css'), ([from, to], path) => {
        expect(applied(from, to, path)).toBe(to)
      }),
      {
        numRuns: 150,
        examples: [[[undefined, ''], 'd/a b.html'], [['', undefined], 'd/a b.html'], [[undefined, ''], 'ä.css'], [['', 'a'], 'p'], [['a', ''], 'p'], [['a\r\n', 'a\n'], 'p']],
      },
    )
  })

  it('gives a text that was replaced as a whole', () => {
    const [from, to] = [numbers(3_000, 3), `${numbers(3_000, 7)}end`]
    expect(patchOf(from, to).patch.match(/^@@/gm)).toHaveLength(1)
    expect(applied(from, to, 'p')).toBe(to)
  })
})
