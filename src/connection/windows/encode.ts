import type { PowerShellValue } from '../../shell/powershell/ps.ts'
import { PowerShellText } from '../../shell/powershell/ps.ts'
import { Secret } from '../../values/secret.ts'
import type { Step } from '../connection.ts'
import { BOOTSTRAP, PROGRAM } from './program.ts'

/**
 * The command line that starts the resident PowerShell. It means the same to cmd.exe, PowerShell and bash, quoted or not
 * (facts/windows.md 1.2): no quotes, no percent sign, no apostrophe at its head.
 */
export const COMMAND_LINE = {
  line: `powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand ${Buffer.from(BOOTSTRAP.reveal().text.replace('param($a)', ''), 'utf16le').toString('base64')}`,
}

/** What the bootstrap reads first. */
export function preamble(): Buffer {
  const text = Buffer.from(PROGRAM.reveal().text.replace('param($a)', ''))
  return Buffer.concat([Buffer.from(`${text.length}\n`), text])
}

/**
 * A request in the form that the program reads ({@link PROGRAM} says which).
 *
 * @throws RangeError for a script of sh; for standard input, which PowerShell's scripts get as values; for names that
 *   cannot name an environment variable
 */
export function encodeSteps(steps: readonly Step[], { nonce }: { readonly nonce: string }): Buffer {
  const parts: Buffer[] = [Buffer.from(`r ${nonce} ${steps.length}\n`)]
  for (const { script, environment = [], stdin, timeout = 0 } of steps) {
    if (!(script instanceof PowerShellText))
      throw new RangeError('a script of sh cannot be run by PowerShell')
    if (stdin !== undefined) throw new RangeError('a PowerShell script has no standard input: give it values')
    for (const [name] of environment)
      if (name === '' || /[=\0]/.test(name))
        throw new RangeError(`${JSON.stringify(name)} cannot name an environment variable on Windows`)
    const { text, values } = script.reveal()
    const bytes = Buffer.from(text)
    parts.push(Buffer.from(`${bytes.length} ${values.length} ${Math.ceil(timeout)}\n`), bytes, LINE_END)
    for (const value of values) encodeValue(value, parts)
    encodeValue(
      environment.map(([name, value]) => [name, value]),
      parts,
    )
  }
  return Buffer.concat(parts)
}

/** The head of a file's bytes, and one chunk of them; an empty chunk is the end. */
export function encodePush(path: string, { nonce }: { readonly nonce: string }): Buffer {
  const parts: Buffer[] = [Buffer.from(`p ${nonce}\n`)]
  encodeValue(path, parts)
  return Buffer.concat(parts)
}

const LINE_END = Buffer.from('\n')

function encodeValue(value: PowerShellValue, parts: Buffer[]): void {
  const plain = value instanceof Secret ? value.reveal() : value
  if (plain === null) parts.push(Buffer.from('z\n'))
  else if (typeof plain === 'boolean') parts.push(Buffer.from(plain ? 'y\n' : 'n\n'))
  else if (typeof plain === 'bigint' || Number.isSafeInteger(plain)) parts.push(Buffer.from(`i ${plain}\n`))
  else if (typeof plain === 'number') parts.push(Buffer.from(`d ${plain}\n`))
  else if (typeof plain === 'string') block('s', Buffer.from(plain), parts)
  else if (Buffer.isBuffer(plain)) block('b', plain, parts)
  else {
    const items = plain as readonly PowerShellValue[]
    parts.push(Buffer.from(`a ${items.length}\n`))
    for (const item of items) encodeValue(item, parts)
  }
}

function block(kind: 's' | 'b', bytes: Buffer, parts: Buffer[]): void {
  parts.push(Buffer.from(`${kind} ${bytes.length}\n`), bytes, LINE_END)
}
