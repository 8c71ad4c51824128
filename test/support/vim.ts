import { atKeyboard, ESCAPE } from './keyboard.ts'

/** A vim that a person works in. */
export interface Vim {
  /** Types an edit in normal mode and saves it by `:w`. When it resolves, vim has written the file. */
  save(keys: string): Promise<void>
  /** Goes on to another file. */
  edit(path: string): Promise<void>
  /** Types an edit and leaves by `:wq`. */
  saveAndQuit(keys: string): Promise<void>
  quit(): Promise<void>
}

/**
 * Starts vim on a file, without anybody's settings. Its swap files and backups are beside the file, and it makes backups wherever that is:
 * by itself it makes none in a directory for temporary files.
 *
 * @param path relative to `directory`
 * @param settings such as `backupcopy=yes`
 */
export async function openVim(directory: string, path: string, settings: readonly string[] = []): Promise<Vim> {
  const place = 'set swapfile directory=. backupdir=. backupskip='
  const keyboard = atKeyboard(['vim', '--clean', '-i', 'NONE', '--cmd', place, '-c', `set ${['nopaste', ...settings].join(' ')}`, path], directory)
  await keyboard.shows(`"${path}"`)
  return {
    async save(keys) {
      keyboard.type(`${keys}${ESCAPE}:w\r`)
      await keyboard.shows('written')
    },
    async edit(next) {
      keyboard.type(`:e ${next.replaceAll(' ', '\\ ')}\r`)
      await keyboard.shows(`"${next}"`)
    },
    async saveAndQuit(keys) {
      keyboard.type(`${keys}${ESCAPE}:wq\r`)
      await keyboard.end()
    },
    async quit() {
      keyboard.type(':q\r')
      await keyboard.end()
    },
  }
}
