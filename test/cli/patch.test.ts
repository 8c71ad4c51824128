import { describe, expect, it } from 'vitest'
import { patchText } from '../../src/cli/patch.ts'
import type { Paint } from '../../src/cli/words.ts'
import type { Difference } from '../../src/options.ts'

/** A patch whose lines look like headers, and like orders to a terminal. */
const PATCH = `--- store/a\x1b.css
+++ tree/a\x1b.css
@@ -1,3 +1,3 @@ \x1b[2J
 same\r
--- gone
+++ come\x9b
\\ No newline at end of file
`
const DIFFERENCE: Difference = { path: 'a\x1b.css', state: 'tree-changed', from: 'store', to: 'tree', binary: false, added: 1, removed: 1, patch: PATCH }
const marked: Paint = (style, text) => `<${String(style)}>${text}`

describe('a patch', () => {
  it('is true to the byte without a terminal', () => {
    expect(patchText(DIFFERENCE, { terminal: false })).toBe(PATCH)
  })

  it('gives a terminal no orders', () => {
    expect(patchText(DIFFERENCE, { terminal: true })).toBe(`--- store/a^[.css
+++ tree/a^[.css
@@ -1,3 +1,3 @@ ^[[2J
 same^M
--- gone
+++ come<U+009B>
\\ No newline at end of file
`)
  })

  it('is coloured by line, its header set off', () => {
    expect(patchText(DIFFERENCE, { terminal: true, paint: marked })).toBe(`<bold>--- store/a^[.css
<bold>+++ tree/a^[.css
<cyan>@@ -1,3 +1,3 @@ ^[[2J
 same^M
<red>--- gone
<green>+++ come<U+009B>
\\ No newline at end of file
`)
  })
})

it('says that binary versions differ', () => {
  const binary: Difference = { ...DIFFERENCE, binary: true, patch: '' }
  expect(patchText(binary, { terminal: true })).toBe('Binary versions store/a^[.css and tree/a^[.css differ\n')
  expect(patchText(binary, { terminal: false })).toBe('Binary versions store/a\x1b.css and tree/a\x1b.css differ\n')
})
