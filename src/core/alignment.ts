/** The lines of a text with their line ends, so that they join to the very same text. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/)
}

/**
 * Cuts versions of a text at the lines that are unique in each of them and in the same order in all: patience diff's
 * anchors. Comparing lines takes time for the square of their number or worse, so the parts are what makes
 * it fast; and a selector or a heading is a better place to align at than the next best brace.
 *
 * @returns the parts in turns with the anchors: of each version its lines of that part
 */
export function align(versions: readonly (readonly string[])[]): string[][][] {
  const [first = [], ...others] = versions
  const places = versions.map(placesOf)
  const common = first.flatMap((line, index) => (places.every((place) => (place.get(line) ?? -1) >= 0) ? [index] : []))
  // Each chain depends on two versions only, so the parts are the same in whichever order the versions come.
  const chains = others.map((_, version) => risingOf(common, (index) => places[version + 1]!.get(first[index]!)!))
  const parts: string[][][] = []
  let starts = versions.map(() => 0)
  for (const index of common) {
    if (chains.some((chain) => !chain.has(index))) continue
    const line = first[index]!
    const ends = places.map((place) => place.get(line)!)
    parts.push(versions.map((lines, version) => lines.slice(starts[version], ends[version])), versions.map(() => [line]))
    starts = ends.map((end) => end + 1)
  }
  parts.push(versions.map((lines, version) => lines.slice(starts[version])))
  return parts
}

/** Where each line is; below zero for one that occurs again. */
function placesOf(lines: readonly string[]): Map<string, number> {
  const places = new Map<string, number>()
  for (const [index, line] of lines.entries()) places.set(line, places.has(line) ? -1 : index)
  return places
}

/** The longest choice of these whose places rise, by the piles of the card game. */
function risingOf(indexes: readonly number[], placeOf: (index: number) => number): Set<number> {
  const piles: number[] = []
  const before = new Map<number, number | undefined>()
  for (const index of indexes) {
    const place = placeOf(index)
    let low = 0
    let high = piles.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (placeOf(piles[middle]!) < place) low = middle + 1
      else high = middle
    }
    before.set(index, piles[low - 1])
    piles[low] = index
  }
  const rising = new Set<number>()
  for (let index = piles.at(-1); index !== undefined; index = before.get(index)) rising.add(index)
  return rising
}
