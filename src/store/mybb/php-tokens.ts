/** A piece of PHP source, as far as it takes to read settings. `other`: what is never part of a literal. */
export type Token =
  | { readonly kind: 'variable' | 'name' | 'sign'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'other' }

const OPEN = /<\?(?:php(?=\s|$)|=)/gi

/** Each kind of piece; the first that fits counts. */
const PIECE = new RegExp(
  [
    /(?<skip>\s+|(?:#(?!\[)|\/\/)(?:(?!\?>)[^\r\n])*|\/\*[^]*?(?:\*\/|$))/,
    /(?<close>\?>)/,
    /'(?<single>(?:[^'\\]|\\[^])*)'/,
    /"(?<double>(?:[^"\\]|\\[^])*)"/,
    /<<<[ \t]*(?<quote>['"]?)(?<label>\w+)\k<quote>\r?\n(?<doc>[^]*?)(?<=\n)[ \t]*\k<label>\b/,
    /\$(?<variable>[A-Za-z_\x80-\uFFFF][\w\x80-\uFFFF]*)/,
    /(?<number>\d+(?:\.\d+)?(?![\w.]))/,
    /(?<name>[A-Za-z_\\\x80-\uFFFF][\w\\\x80-\uFFFF]*)/,
    /(?<sign>=>|==+|[-+*/.%?|&^<>!]=|->|::|\?\?|[[\](){};,=.?:])/,
    /(?<other>[^])/,
  ].map(({ source }) => source).join('|'),
  'y',
)

/** Cuts PHP source into its pieces, without comments and without what stands outside of `<?php … ?>`. */
export function* tokensOf(source: string): Generator<Token> {
  let at = opening(source, 0)
  while (at < source.length) {
    PIECE.lastIndex = at
    const groups = PIECE.exec(source)!.groups!
    at = PIECE.lastIndex
    if (groups['skip'] !== undefined) continue
    if (groups['close'] === undefined) yield tokenOf(groups)
    else {
      // It ends a statement, too.
      yield { kind: 'sign', text: ';' }
      at = opening(source, at)
    }
  }
}

function opening(source: string, from: number): number {
  OPEN.lastIndex = from
  return OPEN.test(source) ? OPEN.lastIndex : source.length
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Token {
  const { single, double, variable, number, name, sign } = groups
  if (single !== undefined) return { kind: 'string', value: single.replaceAll(/\\([\\'])/g, '$1') }
  if (double !== undefined) return interpreted(double)
  if (variable !== undefined) return { kind: 'variable', text: variable }
  if (number !== undefined) return { kind: 'number', value: Number(number) }
  if (name !== undefined) return { kind: 'name', text: name.toLowerCase() }
  return sign === undefined ? { kind: 'other' } : { kind: 'sign', text: sign }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', e: '\x1B', f: '\f', '\\': '\\', '$': '$', '"': '"' }

/** A text in double quotes; one that a variable is put into is no literal. */
function interpreted(text: string): Token {
  if (/(?<!\\)(?:\\\\)*(?:\$[A-Za-z_{\x80-\uFFFF]|\{\$)/.test(text)) return { kind: 'other' }
  const value = text.replaceAll(/\\(?:u\{([0-9a-f]+)\}|x([0-9a-f]{1,2})|([0-7]{1,3})|([ntrvef\\$"]))/gi, (all, point?: string, hex?: string, octal?: string, letter?: string) => {
    if (point !== undefined) return Number.parseInt(point, 16) <= 0x10ffff ? String.fromCodePoint(Number.parseInt(point, 16)) : all
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
    return ESCAPES[letter!] ?? all
  })
  return { kind: 'string', value }
}
