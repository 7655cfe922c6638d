import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import { InputError } from '../../values/problem.ts'

/**
 * Lets the user edit secret content in `$VISUAL`, `$EDITOR` or vi. The file lies in a folder that only the user can
 * enter, in memory where the system has such a place, and is overwritten before it is removed.
 * @param name of the file edited, so that the editor knows its kind
 */
export async function editText(content: Buffer, name: string): Promise<Buffer> {
  const inMemory = await stat('/dev/shm').catch(() => undefined)
  const folder = await mkdtemp(join(inMemory?.isDirectory() ? '/dev/shm' : tmpdir(), 'muster-vault-'))
  const file = join(folder, `${basename(name, extname(name))}${extname(name)}`)
  try {
    await writeFile(file, content, { mode: 0o600 })
    await runEditor(file)
    return await readFile(file)
  } finally {
    const size = (await stat(file).catch(() => undefined))?.size ?? 0
    await writeFile(file, Buffer.alloc(size)).catch(() => {})
    await rm(folder, { recursive: true, force: true })
  }
}

function runEditor(file: string): Promise<void> {
  const editor = process.env['VISUAL'] || process.env['EDITOR'] || 'vi'
  // Words of the variable, as `EDITOR="code --wait"` is common; a path with blanks needs a link or a script.
  const [program = 'vi', ...args] = editor.split(/\s+/).filter((word) => word !== '')
  return new Promise((done, fail) => {
    const child = spawn(program, [...args, file], { stdio: 'inherit' })
    child.once('error', (error) => fail(refused(`the editor ${program} cannot be started: ${error.message}`)))
    child.once('exit', (status) =>
      status === 0
        ? done()
        : fail(refused(`the editor ended with exit status ${status}; nothing was changed`)),
    )
  })
}

function refused(message: string): InputError {
  return new InputError([{ message, hint: 'name an editor in EDITOR' }])
}
