import { type Fault, nameOf, type Path } from './fault.ts'

/** Environment variables by name, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

export interface Expansion {
  readonly value: unknown
  readonly faults: readonly Fault[]
  /** Whether the value at this path, or one around it, came from a variable: never show it. */
  isSecret(path: Path): boolean
}

/** `$${` is a literal `${`; a `${` that no name follows is a mistake rather than text. */
const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{/g

/** No setting lies deeper. The limit also ends the walk through an alias that holds itself. */
const DEEPEST = 5

/** Replaces `${NAME}` in every string value, after YAML: what a variable holds is never syntax. */
export function expandEnvironment(input: unknown, environment: Environment): Expansion {
  const faults: Fault[] = []
  const secrets = new Set<string>()

  function walk(value: unknown, path: Path): unknown {
    if (typeof value === 'string') return expand(value, path)
    if (path.length >= DEEPEST) return value
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, index]))
    if (!isPlainObject(value)) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]))
  }

  function expand(text: string, path: Path): string {
    const isCredential = credentialsIn(path, text)
    return text.replace(REFERENCE, (reference: string, name: string | undefined, offset: number) => {
      if (reference === '$${') return '${'
      if (name === undefined) {
        const message = `${nameOf(path)} holds "\${" without a variable's name; write \${NAME}, or $\${ for the text itself`
        faults.push({ path, message, at: /(?<!\$)\$\{(?![A-Za-z_][A-Za-z0-9_]*\})/ })
        return reference
      }
      // Not `in`: an environment object may inherit names such as "constructor".
      const value: unknown = environment[name]
      secrets.add(keyOf(path))
      if (typeof value === 'string') return isCredential(offset) ? encodeURIComponent(value.toWellFormed()) : value
      const message = `${nameOf(path)} needs the environment variable ${name}, which is not set`
      faults.push({ path, message, at: new RegExp(`(?<!\\$)\\$\\{${name}\\}`) })
      return reference
    })
  }

  return {
    value: walk(input, []),
    faults,
    isSecret: (path) => path.some((_, index) => secrets.has(keyOf(path.slice(0, index + 1)))),
  }
}

/**
 * Tells which places of the store's URL hold a user's name or a password. What a variable holds is taken literally there: nobody knows which
 * characters of a password mean something in a URL. A variable that holds all of `user:password` has no such place.
 */
function credentialsIn(path: Path, text: string): (offset: number) => boolean {
  const [authority = ''] = /^(?:mysql|mariadb|postgres|postgresql):\/\/.*@/is.exec(path.join('.') === 'store.url' ? text : '') ?? []
  const isPair = /:(?!\/\/)/.test(authority)
  return (offset) => isPair && offset < authority.length
}

function keyOf(path: Path): string {
  return JSON.stringify(path)
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
