/** Escapes, bells and the like, the C1 controls, which some terminals obey too, and marks that let text be read in another order than it has. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}]/gu

/**
 * A text as a terminal may have it: what would move the cursor, change colours or hide something is shown by name.
 * Tabs and ends of lines stay.
 *
 * @example
 * ```ts
 * caret('\x1b[2J') // '^[[2J'
 * ```
 */
export function caret(text: string): string {
  return text.replaceAll(UNSAFE, (character) => (character === '\t' || character === '\n' ? character : named(character)))
}

/** The same for a name, which stays on its line. */
export function caretName(name: string): string {
  return name.replaceAll(UNSAFE, named)
}

function named(character: string): string {
  const code = character.charCodeAt(0)
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`
  return code === 0x7f ? '^?' : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}
