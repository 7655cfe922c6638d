import { inspect } from 'node:util'
import { Secret } from '../../values/secret.ts'

/** What a value in a `ps` template may be; a list stays one list, and bytes are a byte[]. */
export type PowerShellValue = string | number | boolean | null | Secret | Buffer | readonly PowerShellValue[]

/** A script for PowerShell as it is sent: its text, and the values that its variables get. */
export interface PowerShellScript {
  /** Begins by giving `$m0`, `$m1` … the values in order. */
  readonly text: string
  readonly values: readonly PowerShellValue[]
}

/** Where a value stands in a text. */
type Piece = string | { readonly value: PowerShellValue }

/**
 * PowerShell that can only be built through {@link ps}. No value is ever part of the text: each becomes a variable, and
 * its content travels beside the script. So nothing has to be quoted (PowerShell takes five different characters for a
 * single quote), the text of a script is the same on every host and compiled once, and what a script was given is in
 * none of the logs that Windows keeps of scripts (facts/windows.md 2.7).
 */
export class PowerShellText {
  readonly #pieces: readonly Piece[]
  /** The secrets among the values, so that the connection can mask them in what the host answers. */
  readonly secrets: readonly Secret[]

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces
    this.secrets = pieces.flatMap((piece) => (typeof piece === 'string' ? [] : secretsOf(piece.value)))
  }

  /** @internal for {@link ps} */
  get pieces(): readonly Piece[] {
    return this.#pieces
  }

  /** The script with its secrets, for the channel to the host. Equal values share a variable. */
  reveal(): PowerShellScript {
    const values: PowerShellValue[] = []
    const named = new Map<PowerShellValue, string>()
    const text = this.#pieces.map((piece) => {
      if (typeof piece === 'string') return piece
      const known = named.get(piece.value)
      if (known !== undefined) return known
      const name = `$m${values.length}`
      values.push(piece.value)
      named.set(piece.value, name)
      return name
    })
    const bound = values.map((_, index) => `$m${index}=$a[${index}];`).join('')
    return { text: `param($a)${bound}${text.join('')}`, values }
  }

  toString(): string {
    return this.#pieces.map((piece) => (typeof piece === 'string' ? piece : shown(piece.value))).join('')
  }

  [inspect.custom](): string {
    return this.toString()
  }
}

/**
 * Builds PowerShell: ps`Remove-Item -LiteralPath ${path}`. A value stands where a variable may stand, which is anywhere
 * but between single quotes; {@link PowerShellText} is inserted as it is. The text between is raw, but for `` \` ``, which
 * is PowerShell's backtick, and `\${`.
 */
export function ps(
  strings: TemplateStringsArray,
  ...parts: readonly (PowerShellValue | PowerShellText)[]
): PowerShellText {
  const pieces: Piece[] = [fixed(strings.raw[0])]
  parts.forEach((part, index) => {
    if (part instanceof PowerShellText) pieces.push(...part.pieces)
    else pieces.push({ value: part })
    pieces.push(fixed(strings.raw[index + 1]))
  })
  return new PowerShellText(pieces)
}

/** Statements of PowerShell, one below the other. */
export function psLines(parts: readonly PowerShellText[]): PowerShellText {
  return new PowerShellText(
    parts.flatMap((part, index) => (index === 0 ? part.pieces : ['\n', ...part.pieces])),
  )
}

function fixed(raw: string | undefined): string {
  return (raw ?? '').replaceAll('\\${', '${').replaceAll('\\`', '`')
}

function secretsOf(value: PowerShellValue): Secret[] {
  if (value instanceof Secret) return [value]
  return Array.isArray(value) ? value.flatMap(secretsOf) : []
}

/** For people: as it would be written by hand. */
function shown(value: PowerShellValue): string {
  if (value === null) return '$null'
  if (typeof value === 'boolean') return value ? '$true' : '$false'
  if (typeof value === 'number') return String(value)
  if (value instanceof Secret) return value.toString()
  if (Buffer.isBuffer(value)) return `<${value.length} bytes>`
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`
  return `@(${(value as readonly PowerShellValue[]).map(shown).join(', ')})`
}
