import type { Side } from '../types.ts'

/**
 * The command by which a person lets one side win at a path, to be pasted into a shell.
 *
 * @example
 * ```ts
 * resolveCommand('My Theme/global.css', 'tree') // "rowtree resolve 'My Theme/global.css' --prefer tree"
 * ```
 */
export function resolveCommand(path: string, prefer: Side | 'merge'): string {
  return `rowtree resolve ${shellWord(path)} --prefer ${prefer}`
}

/** What no shell reads as anything but itself. */
const PLAIN = /^[\p{L}\p{N}_./:,+][\p{L}\p{M}\p{N}_./:,+-]*$/u

/** A path as one word of a shell's command. */
export function shellWord(path: string): string {
  // A leading dash would be read as an option, quotes or not.
  const word = path.startsWith('-') ? `./${path}` : path
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
