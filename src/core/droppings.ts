/** What the file with conflict markers has after the name of the file that it stands beside. */
export const MERGE_SUFFIX = '.rowtree-merge'

const DIRECTORIES = /(?:^|\/)\.(?:git|hg|svn|rowtree)(?:\/|$)/i

const NAMES: readonly RegExp[] = [
  /~$/, // backups of Emacs, gedit, Kate, nano, Vim
  /^\..*\.sw[a-z]$/, // Vim, nano
  /^4913$/, // Vim tries with it whether the directory is writable
  /^\.#/, // Emacs locks a file by a link of this name
  /^#.*#$/, // Emacs' autosaves
  /^\..*\.kate-swp$/,
  /___jb_(?:tmp|old)___$/, // JetBrains write by way of these
  /^\.goutputstream-/, // GLib: gedit and others
  /^\.~lock\..*#$/, // LibreOffice
  /^~\$/, // Microsoft Office
  /^\.nfs[0-9a-f]+$/, // deleted but open on NFS
  /^\.fuse_hidden/, // the same in FUSE
  /^\._/, // macOS' attributes on foreign filesystems
  /^\.ds_store$/,
  /^thumbs\.db$/,
  /^desktop\.ini$/,
  /\.(?:bak|orig|rej)$/,
  /\.rowtree-merge$/,
]

const NAME = new RegExp(NAMES.map(({ source }) => `(?:${source})`).join('|'), 'i')

/**
 * Whether a file was left there by an editor, a version control system or the operating system, by its name or a directory that
 * it is in. Meant for files that no row and no baseline entry knows: a row may have such a name.
 *
 * @param path relative to the tree, `/`-separated
 */
export function isDropping(path: string): boolean {
  return NAME.test(path.slice(path.lastIndexOf('/') + 1)) || DIRECTORIES.test(path)
}

/** Whether a file that no row and no entry knows is none of ours, by its name: a dropping, or what ends as rowtree's temps do. */
export function isForeign(path: string, suffix: string): boolean {
  return path.endsWith(suffix) || isDropping(path)
}

/**
 * Whether a directory is one in which version control or rowtree keeps its own books, or lies in one.
 *
 * @param directory relative to the tree, `/`-separated
 */
export function isAdministrative(directory: string): boolean {
  return DIRECTORIES.test(directory)
}
