/** Whether what is sent to a host stays on this machine: a socket, or an address that no network carries. */
export function isLoopback(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
