/** A file that a board serves instead of a row. */
export interface CacheFile {
  /** Relative to the board's directory. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** Where a board keeps these files, relative to its own directory. */
const CACHE_DIRECTORY = 'cache/themes'

/** The name of a directory that MyBB makes for a theme. */
function directoryOf(tid: number): string {
  return `${CACHE_DIRECTORY}/theme${tid}`
}

/** Whether a stylesheet's name can be that of a file everywhere; others a board can only serve from their rows. */
export function isCacheable(name: string): boolean {
  return /^[^/\\:*?"<>|\p{Cc}]+\.css$/u.test(name) && !name.startsWith('.')
}

/** The paths of the files that a board keeps of a theme's own stylesheet, relative to its directory. */
export function cachePaths(tid: number, name: string): readonly [plain: string, minified: string] {
  return [`${directoryOf(tid)}/${name}`, `${directoryOf(tid)}/${name.replaceAll('.css', '.min.css')}`]
}

/**
 * The files that a board keeps of a theme's own stylesheet, as MyBB makes them: with the theme's directory in place of `{theme}`, with addresses that hold from
 * there, and the same once more without what browsers do not need. Themes that inherit the stylesheet use the same files.
 *
 * @example
 * ```ts
 * cacheFiles(2, 'a.css', bytes).map(({ path }) => path) // ['cache/themes/theme2/a.css', 'cache/themes/theme2/a.min.css']
 * ```
 */
export function cacheFiles(tid: number, name: string, content: Uint8Array): readonly [plain: CacheFile, minified: CacheFile] {
  // One character a byte: what is no valid text stays as it is.
  const css = reachable(Buffer.from(content).toString('latin1').replaceAll('{theme}', directoryOf(tid)))
  const [plain, minified] = cachePaths(tid, name)
  return [{ path: plain, bytes: Buffer.from(css, 'latin1') }, { path: minified, bytes: Buffer.from(minify(css), 'latin1') }]
}

const UP = '../../../'

/** Addresses that were relative to the board's directory. MyBB leaves out their quotes. */
function reachable(css: string): string {
  return css.replaceAll(/url\(("|'|)([^"'\s]*?)\1\)/g, (_, _quote: string, url: string) => {
    const isRelative = !/^(?:[a-z0-9]+:|\/)/i.test(url) && !url.includes(UP)
    return `url(${isRelative ? UP : ''}${url})`
  })
}

function minify(css: string): string {
  return css
    .replaceAll(/\/\*[^]*?\*\//g, '')
    .replaceAll(/[ \t\n\r\f\v]*([{}:;,])[ \t\n\r\f\v]*/g, '$1')
    .replaceAll(';}', '}')
    .replaceAll(/#([a-f0-9])\1([a-f0-9])\2([a-f0-9])\3/gi, '#$1$2$3')
    .replaceAll(/^[ \t\n\r\v\0]+|[ \t\n\r\v\0]+$/g, '')
}
