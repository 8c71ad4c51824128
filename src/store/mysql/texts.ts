import type { Texts } from '../texts.ts'

/** Texts come as UTF-8 and are valid, unless an old server let in something else: then the driver puts U+FFFD for it. */
export const serverTexts: Texts = {
  isWhole: (text) => !text.includes('\uFFFD'),
  decode(bytes) {
    try {
      return UTF8.decode(bytes)
    } catch {
      return bytes
    }
  },
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
