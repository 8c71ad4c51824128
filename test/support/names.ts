/** What no name may be on Windows or anywhere else. Shares no code with what it checks. */
export function faultOf(name: string): string | undefined {
  const reserved = ['CON', 'PRN', 'AUX', 'NUL', 'CONIN$', 'CONOUT$']
  for (const digit of '0123456789¹²³') reserved.push(`COM${digit}`, `LPT${digit}`)
  if (name === '' || name === '.' || name === '..') return 'no name'
  for (const character of name) {
    const code = character.codePointAt(0)!
    if (code < 32 || code === 127) return 'control character'
    if ('<>:"/\\|?*'.includes(character)) return 'forbidden character'
    if (code >= 0xd800 && code <= 0xdfff) return 'lone surrogate'
  }
  if (name.endsWith('.') || name.endsWith(' ')) return 'dot or space at the end'
  if (reserved.includes(name.split('.')[0]!.replace(/ +$/, '').toUpperCase())) return 'device'
  return undefined
}
