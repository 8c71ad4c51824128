/**
 * The URL with `***` for each secret, fit for messages.
 *
 * @example
 * ```ts
 * redactUrl('mysql://me:hunter2@host/board') // 'mysql://me:***@host/board'
 * ```
 */
export function redactUrl(url: string): string {
  // Up to the last "@": an unencoded password may contain any character, "@" and "/" too.
  return url
    .replace(/^([a-z][a-z0-9+.-]*:(?:\/\/)?[^:@/]*):.*@/is, '$1:***@')
    .replace(/([?&][^=&]*(?:password|passwd|pwd|secret|token)[^=&]*=)[^&]*/gi, '$1***')
}
