/** Who may listen: pages of this machine, and nobody who was led here under another name. */

const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i

/** Names that lead nowhere in the public DNS (RFC 6761, RFC 6762), as developers give them to their sites. */
const LOCAL = /^(?:.+\.)?(?:localhost|test|local)$/i

/**
 * Whether a request was addressed to this machine by name. A page whose own name was made to lead to 127.0.0.1 (DNS rebinding) still sends
 * its own name.
 *
 * @param host the `Host` header
 */
export function isLocalHost(host: string | undefined): boolean {
  return host !== undefined && LOOPBACK.test(host)
}

/**
 * Whether the pages of an origin may read what changed: those of this machine, on any port. A sandboxed frame or a file (`null`) may not,
 * because every website can make such a frame.
 *
 * @param origin the `Origin` header
 * @example isLocalOrigin('http://localhost:8080') // true
 */
export function isLocalOrigin(origin: string): boolean {
  if (!/^https?:\/\/[^/]+$/i.test(origin) || !URL.canParse(origin)) return false
  const { hostname } = new URL(origin)
  return LOOPBACK.test(hostname) || LOCAL.test(hostname)
}
