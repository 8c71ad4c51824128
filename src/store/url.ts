/** Parameters that hold a secret, whatever a driver calls them. */
const SECRET = /pass|pwd|secret|token|credential|^(auth|key)$/i

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
  return withoutHost(url.replace(/^([a-z][a-z0-9+.-]*:\/*[^:@/]*):.*@/is, '$1:***@'))
    .replace(/([?&;#])([^=&;?#]*)=([^&;]*)/g, (whole, sign: string, name: string) => (SECRET.test(decoded(name)) ? `${sign}${name}=***` : whole))
}

/** Who forgets the host leaves the password where its port would be. */
function withoutHost(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/[^:@/?#]*):(?!\d{0,5}(?:[/?#]|$))[^@]*$/is, '$1:***')
}

/** What is not encoded right is told as it is. */
function decoded(name: string): string {
  return name.replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
}
