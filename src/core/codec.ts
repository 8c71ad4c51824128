/** Several columns as one document, and back: what a structured row's content and file are. */
export { decodeFields, decodeMap, type Decoded } from './decode.ts'
export { encodeFields } from './encode.ts'
export { type Decimal, type Field, type FieldValue, holdsDigits, isDecimal } from './fields.ts'
export { decodeFrontMatter, encodeFrontMatter, reviseStructured } from './front-matter.ts'
export { reviseFields } from './revise.ts'
