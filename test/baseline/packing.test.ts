import { assert, array, integer, property } from 'fast-check'
import { expect, it } from 'vitest'
import { packContents } from '../../src/baseline/baseline.ts'

const KB = 1024

it('puts contents into packs that are not too large to be read whole, and says where each is', () => {
  assert(
    property(array(integer({ min: 0, max: 700 * KB }), { maxLength: 12 }), (sizes) => {
      const packs: Uint8Array[] = []
      const contents = sizes.map((size, index) => new Uint8Array(size).fill(index + 1))
      const places = packContents({ addPack: (bytes) => packs.push(bytes) }, contents)
      expect(places).toHaveLength(contents.length)
      for (const [index, { pack, offset }] of places.entries()) expect(Buffer.compare(packs[pack - 1]!.subarray(offset, offset + sizes[index]!), contents[index]!)).toBe(0)
      expect(packs.reduce((sum, { length }) => sum + length, 0)).toBe(sizes.reduce((sum, size) => sum + size, 0))
      for (const { length } of packs) expect(length <= 512 * KB || sizes.includes(length)).toBe(true)
    }),
    { numRuns: 50 },
  )
})
