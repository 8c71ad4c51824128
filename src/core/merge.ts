export function mergeTexts(base: string, store: string, tree: string): { readonly clean: boolean; readonly text: string } { return { clean: false, text: base + store + tree } }
export function hasMarkers(text: string): boolean { return text.includes('<<<<<<<') }
