import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Item, JOB_ROWS, type Packed, Packer } from '../../src/sync/packing.ts'

const item = (path: string): Item => ({ collection: 'pages', key: [path], path, directory: '', fresh: false, rowless: false, binary: false, source: '' })

function packAll(contents: readonly (string | Uint8Array)[]): Packed[] {
  const packer = new Packer()
  const jobs: Packed[] = []
  for (const [index, content] of contents.entries()) {
    const packed = packer.add(item(`p${index}`), content)
    if (packed) jobs.push(packed)
  }
  const rest = packer.take()
  return rest ? [...jobs, rest] : jobs
}

function unpack(jobs: readonly Packed[]): [string, Uint8Array][] {
  return jobs.flatMap(({ items, ends, contents }) =>
    items.map(({ path }, index): [string, Uint8Array] => [path, contents.slice(ends[index - 1] ?? 0, ends[index])]),
  )
}

const bytesOf = (content: string | Uint8Array): Uint8Array => (typeof content === 'string' ? new TextEncoder().encode(content) : content)

describe('packer', () => {
  it.each([
    ['nothing', []],
    ['an empty content', ['']],
    ['text of one, two, three and four bytes a letter', ['a', 'é', '€', '😀']],
    ['bytes that are no text', [new Uint8Array([0, 255, 128, 10])]],
    ['a content larger than a slab', ['x'.repeat(600_000)]],
    ['a content that only fits because it is ASCII', ['small', 'x'.repeat(500_000), 'small']],
    ['a content that outgrows a slab only in UTF-8', ['small', '€'.repeat(300_000), 'small']],
    ['bytes larger than a slab', [new Uint8Array(700_000).fill(7)]],
    ['more rows than a job takes', Array.from({ length: JOB_ROWS * 2 + 1 }, (_unused, index) => `row ${index}`)],
    ['many large rows', Array.from({ length: 40 }, (_unused, index) => String(index).repeat(100_000))],
  ])('gives back every byte of %s', (_, contents) => {
    const unpacked = unpack(packAll(contents))
    expect(unpacked.map(([path]) => path)).toEqual(contents.map((_unused, index) => `p${index}`))
    for (const [index, [, bytes]] of unpacked.entries()) expect(Buffer.compare(bytes, bytesOf(contents[index]!))).toBe(0)
  })

  it('gives back every byte of any contents', () => {
    const content = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), fc.nat(300_000).map((n) => 'ü'.repeat(n)))
    fc.assert(
      fc.property(fc.array(content, { maxLength: 20 }), (contents) => {
        const unpacked = unpack(packAll(contents))
        expect(unpacked).toHaveLength(contents.length)
        for (const [index, [, bytes]] of unpacked.entries()) expect(Buffer.compare(bytes, bytesOf(contents[index]!))).toBe(0)
      }),
      { numRuns: 200 },
    )
  })

  it('uses the memory of a finished job again, but never while the job is still read', () => {
    const packer = new Packer()
    packer.add(item('a'), 'first')
    const first = packer.take()!
    packer.add(item('b'), 'second')
    const second = packer.take()!
    expect(second.slab).not.toBe(first.slab)
    packer.recycle(first.slab)
    packer.add(item('c'), 'third')
    expect(packer.take()!.slab).toBe(first.slab)
    expect(new TextDecoder().decode(second.contents.slice())).toBe('second')
  })
})
