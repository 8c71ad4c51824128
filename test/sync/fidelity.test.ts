import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { site } from '../support/site.ts'

const PATH = 'north/page-000000.html'

it.each<[name: string, content: string]>([
  ['Unix line endings', 'a\nb\n'],
  ['Windows line endings', 'a\r\nb\r\n'],
  ['old Mac line endings', 'a\rb\r'],
  ['mixed line endings', 'a\nb\r\nc\r'],
  ['a byte order mark', '\uFEFFa\n'],
  ['a byte order mark within', 'a\uFEFFb'],
  ['no newline at the end', 'a'],
  ['many newlines at the end', 'a\n\n\n'],
  ['trailing spaces and tabs', 'a  \t\nb \n \t'],
  ['leading white space', '\n\n  a'],
  ['letters beyond the basic plane', '😀 𝄞 e\u0301 é \u2028'],
  ['what looks like markers', '<<<<<<< store\n=======\n>>>>>>> tree\n'],
  ['control characters', '\u0001\u001b[31m\u007f'],
])('%s come through byte for byte in both directions', async (_, content) => {
  const { engine, root, row, setFile, setRow } = await site()
  setFile(PATH, content)
  expect(await engine.import()).toMatchObject({ imported: 1, problems: [], holds: [] })
  expect(row(PATH)).toBe(content)
  setRow(PATH, `x${content}`)
  expect(await engine.export()).toMatchObject({ exported: 1, problems: [] })
  expect(Buffer.compare(readFileSync(join(root, PATH)), Buffer.from(`x${content}`))).toBe(0)
  expect(await engine.sync()).toMatchObject({ imported: 0, exported: 0, unchanged: 12 })
})
