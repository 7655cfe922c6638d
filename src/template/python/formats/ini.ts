import { PythonError } from '../error.ts'

export interface IniOptions {
  readonly caseSensitive: boolean
  /** A line may be a key alone; its value is null. */
  readonly allowNoValue: boolean
  /** `%(name)s` in a value stands for another value of its section or of DEFAULT. */
  readonly interpolation: boolean
}

type Section = Map<string, string | null>

/** As deep as values may refer to one another. */
const DEEPEST = 10

/**
 * A text as Python's `configparser` reads it: keys with `=` or `:`, comments of whole lines, values that go on in
 * deeper lines, DEFAULT for all sections. By hand, since the readers on npm differ in each of these.
 * @throws PythonError for what `configparser` refuses: a line without a section, a key or section twice
 */
export class IniText {
  readonly #sections = new Map<string, Section>()
  readonly #defaults: Section = new Map()
  readonly #options: IniOptions

  constructor(text: string, file: string, options: IniOptions) {
    this.#options = options
    new Reader(file, options, this.#sections, this.#defaults).read(text)
  }

  /** The names of the sections, DEFAULT aside. */
  sections(): string[] {
    return [...this.#sections.keys()]
  }

  /** The keys of a section with those of DEFAULT; undefined when there is no such section. */
  keys(section: string): string[] | undefined {
    const own = section === 'DEFAULT' ? this.#defaults : this.#sections.get(section)
    return own === undefined ? undefined : [...new Set([...this.#defaults.keys(), ...own.keys()])]
  }

  /** The value of a key; undefined when there is none. @throws PythonError for a reference to nothing */
  get(section: string, name: string): string | null | undefined {
    const key = this.#options.caseSensitive ? name : name.toLowerCase()
    const own = this.#sections.get(section)?.get(key)
    const value = own === undefined ? this.#defaults.get(key) : own
    return typeof value === 'string' && this.#options.interpolation
      ? this.#interpolated(section, value, DEEPEST)
      : value
  }

  #interpolated(section: string, value: string, depth: number): string {
    if (!value.includes('%')) return value
    if (depth === 0) throw new PythonError(`values of section '${section}' refer to one another too deeply`)
    return value.replace(/%(?:(%)|\(([^)]+)\)s|)/g, (_all, percent?: string, name?: string) => {
      if (percent !== undefined) return '%'
      if (name === undefined) throw new PythonError(`'%' must be followed by '%' or '(', found: '${value}'`)
      const key = this.#options.caseSensitive ? name : name.toLowerCase()
      const other = this.#sections.get(section)?.get(key) ?? this.#defaults.get(key)
      if (other === undefined || other === null) {
        throw new PythonError(`Bad value substitution in section '${section}': no key '${name}'`)
      }
      return this.#interpolated(section, other, depth - 1)
    })
  }
}

class Reader {
  readonly #file: string
  readonly #options: IniOptions
  readonly #sections: Map<string, Section>
  readonly #defaults: Section
  #section: Section | undefined
  #key: { readonly name: string; readonly indent: number; readonly lines: string[] } | undefined

  constructor(file: string, options: IniOptions, sections: Map<string, Section>, defaults: Section) {
    this.#file = file
    this.#options = options
    this.#sections = sections
    this.#defaults = defaults
  }

  read(text: string): void {
    text.split(/\r\n|[\r\n]/).forEach((line, index) => {
      this.#line(line, index + 1)
    })
    this.#close()
  }

  #line(line: string, number: number): void {
    const content = line.trim()
    if (content.startsWith('#') || content.startsWith(';')) return
    if (content === '') {
      this.#key?.lines.push('')
      return
    }
    const indent = line.length - line.trimStart().length
    if (this.#key !== undefined && indent > this.#key.indent) {
      this.#key.lines.push(content)
      return
    }
    this.#close()
    const header = /^\[(.+)\]/.exec(content)?.[1]
    if (header === undefined) this.#entry(content, indent, number)
    else this.#open(header, number)
  }

  #open(name: string, number: number): void {
    if (name === 'DEFAULT') {
      this.#section = this.#defaults
      return
    }
    if (this.#sections.has(name)) this.#fail(number, `section '${name}' already exists`)
    this.#section = new Map()
    this.#sections.set(name, this.#section)
  }

  #entry(content: string, indent: number, number: number): void {
    const section = this.#section ?? this.#fail(number, 'File contains no section headers.')
    const at = content.search(/[=:]/)
    if (at === 0 || (at < 0 && !this.#options.allowNoValue)) this.#fail(number, `parsing error: '${content}'`)
    const written = (at < 0 ? content : content.slice(0, at)).trimEnd()
    const name = this.#options.caseSensitive ? written : written.toLowerCase()
    if (section.has(name)) this.#fail(number, `Duplicate option '${name}'`)
    section.set(name, null)
    if (at >= 0) this.#key = { name, indent, lines: [content.slice(at + 1).trim()] }
  }

  #close(): void {
    const key = this.#key
    if (key !== undefined) this.#section!.set(key.name, key.lines.join('\n').trimEnd())
    this.#key = undefined
  }

  #fail(line: number, message: string): never {
    throw new PythonError(`${this.#file}, line ${line}: ${message}`)
  }
}
