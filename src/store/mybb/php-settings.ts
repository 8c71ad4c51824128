import { tokensOf, type Token } from './php-tokens.ts'

/** A value that stands in PHP source; `undefined` for what only PHP can tell, such as the result of a function. */
export type Setting = string | number | boolean | null | undefined | Settings

/** A PHP array in source. Keys are texts, also those that are numbers to PHP. */
export type Settings = Map<string, Setting>

const WORDS: ReadonlyMap<string, boolean | null> = new Map([['true', true], ['false', false], ['null', null]])

/**
 * Reads what PHP source assigns to a variable and to entries of it, without running it: the last assignment counts.
 *
 * @example
 * ```ts
 * readSettings("<?php $config['database']['type'] = 'mysqli';", 'config') // Map { 'database' => Map { 'type' => 'mysqli' } }
 * ```
 */
export function readSettings(source: string, variable: string): Settings {
  const reader = new Reader([...tokensOf(source)])
  const settings: Settings = new Map()
  let begins = true
  while (!reader.atEnd) {
    const token = reader.next()
    if (begins && token?.kind === 'variable' && token.text === variable) assign(reader, settings)
    // Who reads a setting, as in `if($config['x'])`, does not assign it.
    begins = token?.kind === 'sign' && /^[;{}]$/.test(token.text)
    if (reader.atStatement) begins = true
  }
  return settings
}

/** Reads `[key][key] = value;` after the variable's name. */
function assign(reader: Reader, settings: Settings): void {
  const keys: string[] = []
  while (reader.take('[')) {
    const key = reader.value([']'])
    if (!reader.take(']') || (typeof key !== 'string' && typeof key !== 'number')) return reader.skip([';'])
    keys.push(String(key))
  }
  if (!reader.take('=')) return reader.skip([';'])
  const value = reader.value([';'])
  const last = keys.pop()
  if (last !== undefined) inner(settings, keys).set(last, value)
  else if (value instanceof Map) {
    settings.clear()
    for (const [key, one] of value) settings.set(key, one)
  }
}

function inner(settings: Settings, keys: readonly string[]): Settings {
  let at = settings
  for (const key of keys) {
    const below = at.get(key)
    if (below instanceof Map) at = below
    else at.set(key, (at = new Map<string, Setting>()))
  }
  return at
}

class Reader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get atEnd(): boolean {
    return this.#at >= this.#tokens.length
  }

  /** Whether a statement has just ended. */
  get atStatement(): boolean {
    const before = this.#tokens[this.#at - 1]
    return before?.kind === 'sign' && before.text === ';'
  }

  next(): Token | undefined {
    return this.#tokens[this.#at++]
  }

  take(sign: string): boolean {
    if (!this.#is([sign])) return false
    this.#at++
    return true
  }

  /** A literal up to one of these signs, which is left; anything else is skipped and unknown. */
  value(ends: readonly string[]): Setting {
    const value = this.#literal()
    if (this.#is(ends)) return value
    let text = value
    while (typeof text === 'string' && this.take('.')) {
      const more = this.#literal()
      text = typeof more === 'string' || typeof more === 'number' ? text + more : undefined
    }
    if (this.#is(ends)) return text
    this.skip(ends)
    return undefined
  }

  /** Goes on to one of these signs, outside of brackets. */
  skip(ends: readonly string[]): void {
    for (let depth = 0; !this.atEnd; this.#at++) {
      if (depth <= 0 && this.#is(ends)) return
      if (this.#is(['(', '[', '{'])) depth++
      else if (this.#is([')', ']', '}'])) depth--
    }
  }

  #literal(): Setting {
    const token = this.next()
    if (token?.kind === 'string' || token?.kind === 'number') return token.value
    if (token?.kind === 'name' && token.text === 'array' && this.take('(')) return this.#entries(')')
    if (token?.kind === 'name') return WORDS.get(token.text)
    if (token?.kind === 'sign' && token.text === '[') return this.#entries(']')
    if (token !== undefined) this.#at--
    return undefined
  }

  #entries(end: string): Settings {
    const entries: Settings = new Map()
    let next = 0
    while (!this.atEnd && !this.take(end)) {
      const first = this.value([',', '=>', end])
      const named = this.take('=>')
      const key = named ? first : next
      const value = named ? this.value([',', end]) : first
      if (typeof key === 'string' || typeof key === 'number') entries.set(String(key), value)
      if (typeof key === 'number' || /^\d+$/.test(String(key))) next = Math.max(next, Number(key) + 1)
      this.take(',')
    }
    return entries
  }

  #is(signs: readonly string[]): boolean {
    const token = this.#tokens[this.#at]
    return token?.kind === 'sign' && signs.includes(token.text)
  }
}
