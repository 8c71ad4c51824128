/** Placeholder while the module is written. */
export interface PathPattern {
  readonly source: string
  /** Placeholder names, in the order they occur. */
  readonly names: readonly string[]
  format(values: readonly string[]): string
  parse(path: string): string[] | undefined
}
