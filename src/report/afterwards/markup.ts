import { visible } from '../../values/text/visible.ts'

/** Text that is HTML or XML already. Only {@link markup} makes it, so that nothing else gets past the escaping. */
export class Markup {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

type Part = Markup | string | number | undefined | readonly Part[]

/**
 * The one door to HTML and XML: everything put in is made visible and escaped, for text and for attributes in quotes
 * alike; `undefined` is nothing, a list its parts. Template engines that do this bring a language or a framework; a
 * report needs neither.
 */
export function markup(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    template.map((text, index) => (index < parts.length ? text + escaped(parts[index]) : text)).join(''),
  )
}

function escaped(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Markup) return part.text
  if (typeof part === 'number') return String(part)
  if (typeof part === 'string')
    return visible(part, false).replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
  return part.map(escaped).join('')
}
