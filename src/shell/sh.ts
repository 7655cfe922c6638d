import { inspect } from 'node:util'
import { Secret } from '../values/secret.ts'
import { quote } from './quote.ts'

/** What may stand in a `sh` template: a word (quoted), words (each quoted), or shell text already built. */
export type ShellPart =
  | string
  | number
  | Secret
  | ShellText
  | readonly (string | number | Secret | ShellText)[]

/**
 * Shell text that can only be built through {@link sh}, so every word in it was quoted. It may hold secrets:
 * its default rendering shows them redacted, {@link ShellText.reveal} is for the channel to the host alone.
 */
export class ShellText {
  readonly #text: string
  readonly #shown: string
  /** The secrets in the text, so that the connection can mask them in what the host answers. */
  readonly secrets: readonly Secret[]

  constructor(text: string, shown: string, secrets: readonly Secret[]) {
    this.#text = text
    this.#shown = shown
    this.secrets = secrets
  }

  /** The text with its secrets, for the channel to the host. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return this.#shown
  }

  [inspect.custom](): string {
    return this.#shown
  }
}

/**
 * Builds shell text: sh`chown ${owner} ${path}`. Interpolated words are quoted, arrays become words with spaces
 * between, {@link ShellText} is inserted as it is, a {@link Secret} is quoted and redacted in every rendering.
 * The text between is raw (`\0` reaches printf as it stands), but for `\${`, which is the shell's `${`.
 */
export function sh(strings: TemplateStringsArray, ...parts: ShellPart[]): ShellText {
  let text = fixed(strings.raw[0])
  let shown = text
  const secrets: Secret[] = []
  const add = (part: string | number | Secret | ShellText) => {
    if (part instanceof ShellText) {
      text += part.reveal()
      shown += part.toString()
      secrets.push(...part.secrets)
    } else if (part instanceof Secret) {
      text += quote(part.revealText())
      shown += part.toString()
      secrets.push(part)
    } else {
      const word = quote(String(part))
      text += word
      shown += word
    }
  }
  parts.forEach((part, index) => {
    if (Array.isArray(part)) {
      part.forEach((item, at) => {
        if (at > 0) {
          text += ' '
          shown += ' '
        }
        add(item)
      })
    } else add(part as string | number | Secret | ShellText)
    const tail = fixed(strings.raw[index + 1])
    text += tail
    shown += tail
  })
  return new ShellText(text, shown, secrets)
}

function fixed(raw: string | undefined): string {
  return (raw ?? '').replaceAll('\\${', '${')
}

/** Shell text that the user wrote as such (`shell:`, `validate:`); the only way around quoting, so name the reason at each use. */
export function userShell(text: string | Secret): ShellText {
  return text instanceof Secret
    ? new ShellText(text.revealText(), text.toString(), [text])
    : new ShellText(text, text, [])
}

/** Lines of shell text, one below the other. */
export function lines(parts: readonly ShellText[]): ShellText {
  return new ShellText(
    parts.map((part) => part.reveal()).join('\n'),
    parts.map((part) => part.toString()).join('\n'),
    parts.flatMap((part) => part.secrets),
  )
}
