/** Tells whether a text arrived as the database holds it; what did not is read again as bytes. */
export interface Texts {
  /** Whether the text is exactly the database's; `proof` is what `Language.proof` selected for it. */
  isWhole(text: string, proof: unknown): boolean
  /** The text of the bytes that `Language.bytes` selected; the bytes themselves where they are no valid text. */
  decode(bytes: Uint8Array): string | Uint8Array
}

/** Where every text arrives as it is. */
export const wholeTexts: Texts = { isWhole: () => true, decode: (bytes) => bytes }
