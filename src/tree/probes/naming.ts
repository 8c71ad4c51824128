import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a filesystem takes for the same name, and how long one may be. */
export interface Naming {
  /** `A` and `a` are one file. */
  readonly caseless: boolean
  /** An `é` is one file whether it is one character or two. */
  readonly normalizing: boolean
  /** Names of any characters come back as they were given. */
  readonly faithful: boolean
  /** The longest name that was taken, of those tried. */
  readonly longest: number
  /** Its length is counted in bytes of UTF-8, not in characters. */
  readonly countsBytes: boolean
}

const COMPOSED = '\u00E9'
const DECOMPOSED = 'e\u0301'

/** Beyond Latin, and beyond the basic plane. */
const STRANGE = '\u6F22\u5B57 \u{1F600}'

/** From the usual one down; encrypted directories take 143. */
const LENGTHS = [255, 200, 143, 128, 64]

/** Makes files with names that some filesystems take for others, and looks for those. */
export function probeNaming(room: string): Naming {
  const place = (name: string): string => {
    const directory = join(room, name)
    mkdirSync(directory)
    return directory
  }
  const [cases, forms, strange, long] = ['cases', 'forms', 'strange', 'long'].map(place) as [string, string, string, string]
  writeFileSync(join(cases, 'Aa'), '')
  const longest = LENGTHS.find((length) => takes(long, 'a'.repeat(length))) ?? 0
  return {
    caseless: existsSync(join(cases, 'aA')),
    normalizing: takes(forms, COMPOSED) && existsSync(join(forms, DECOMPOSED)),
    faithful: takes(strange, STRANGE) && readdirSync(strange)[0]?.normalize() === STRANGE.normalize(),
    longest,
    countsBytes: !takes(long, COMPOSED.repeat(longest)),
  }
}

function takes(directory: string, name: string): boolean {
  try {
    writeFileSync(join(directory, name), '')
    return true
  } catch {
    return false
  }
}
