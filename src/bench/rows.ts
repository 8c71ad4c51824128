/** The rows that are measured with: the same for the same seed. */

/** Files in one directory. */
export const FILES_A_DIRECTORY = 500

/** One row of the scratch store. */
export interface SampleRow {
  readonly site: string
  readonly slug: string
  readonly body: string
}

/** What the contents are made from. */
const SEED = 20_260_101

const WORDS = 'lorem ipsum dolor sit amet consetetur sadipscing elitr sed diam nonumy eirmod tempor invidunt ut labore et dolore magna aliquyam erat'.split(' ')

/** The directory of row `index`. */
export function siteOf(index: number): string {
  return `site-${String(Math.floor(index / FILES_A_DIRECTORY)).padStart(5, '0')}`
}

function slugOf(index: number): string {
  return `page-${String(index).padStart(7, '0')}`
}

/** The path of row `index`, relative to a tree. */
export function pathOf(index: number): string {
  return `${siteOf(index)}/${slugOf(index)}.html`
}

/** Contents of one size: ASCII that looks like text, another one for each row and each edition of it. */
export class Contents {
  readonly #size: number
  /** Twice as long as a content: each row begins at another place of it. */
  readonly #text: string

  constructor(size: number, seed: number = SEED) {
    this.#size = size
    this.#text = proseOf(2 * size, seed)
  }

  /** @param edition 0 for what the store begins with */
  of(index: number, edition: number): string {
    const head = `<h1>Page ${index}, edition ${edition}</h1>\n`
    const start = (index * 97) % this.#size
    return (head + this.#text.slice(start, start + this.#size)).slice(0, this.#size)
  }

  /** The first `count` rows. */
  *rows(count: number): Generator<SampleRow> {
    for (let index = 0; index < count; index++) yield { site: siteOf(index), slug: slugOf(index), body: this.of(index, 0) }
  }
}

function proseOf(length: number, seed: number): string {
  const next = numbersOf(seed)
  let text = ''
  while (text.length < length) text += WORDS[next() % WORDS.length]! + (next() % 12 === 0 ? '.\n' : ' ')
  return text.slice(0, length)
}

/** Whole numbers that look like chance, the same for the same seed: Marsaglia's xorshift with 32 bits. */
export function numbersOf(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>>= 0)
  }
}
