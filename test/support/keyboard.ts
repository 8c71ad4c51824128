import { spawn } from 'node:child_process'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import { finished } from './cli.ts'
import { eventually } from './eventually.ts'

/** A program on a terminal of its own, and the keys to work it. */
export interface Keyboard {
  type(keys: string): void
  /** Waits until the program shows this, after whatever was waited for before. */
  shows(text: string): Promise<void>
  /** Waits until the program has ended, and fails if it failed. */
  end(): Promise<void>
}

/** The key, and how each control sequence begins. */
export const ESCAPE = '\x1b'

/** Control sequences of a vt100, and what selects its character sets. */
const CONTROLS = new RegExp(`${ESCAPE}(?:\\[[0-9;?>]*[a-zA-Z]|[()][A-Z0-9]|[=>78DMEH])`, 'g')

/**
 * Starts a program on a terminal, by `script` of util-linux (see `HAS_TERMINAL`). A vt100 asks nothing back, so that all that the
 * program reads are the keys.
 */
export function atKeyboard(command: readonly string[], cwd: string): Keyboard {
  const typed = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const env = { ...process.env, TERM: 'vt100', LC_ALL: 'C.UTF-8', HOME: cwd }
  const child = spawn('script', ['-qec', `stty rows 24 cols 200; exec ${typed}`, '/dev/null'], { cwd, env })
  onTestFinished(() => void child.kill('SIGKILL'))
  const end = finished(child)
  let screen = ''
  let read = 0
  child.stdout.on('data', (text: string) => (screen += text))
  return {
    type: (keys) => void child.stdin.write(keys),
    async shows(text) {
      read = await eventually(`${command[0]} shows ${text} (it shows ${JSON.stringify(screen.slice(-500))})`, () => {
        const plain = screen.replaceAll(CONTROLS, '')
        const at = plain.indexOf(text, read)
        return at >= 0 && at + text.length
      })
    },
    async end() {
      const { code, signal, stderr } = await end
      if (code !== 0) throw new Error(`${typed} ended with ${code ?? signal}: ${screen}${stderr}`)
    },
  }
}
