import { type Dict, isDict, type Value } from '../../values/value.ts'
import { analyse } from './analysis.ts'
import { scalarText } from './scalar.ts'
import { Writer } from './writer.ts'

export interface YamlStyle {
  /** Columns a level, 2 to 9. */
  readonly indent: number
  /** Columns after which lines are broken. */
  readonly width: number
  /** Brackets: for no collection, for all, or (null) for those that hold scalars only. */
  readonly flow: boolean | null
  /** Leave characters beyond ASCII as they are. */
  readonly allowUnicode: boolean
  readonly explicitStart: boolean
  readonly explicitEnd: boolean
}

/** A key longer than this is written with `? `. */
const LONGEST_SIMPLE_KEY = 128

/**
 * YAML as PyYAML prints it through libyaml 0.2, byte for byte, so that a file written by Ansible does not change.
 * js-yaml has other rules for quotes, folding and brackets, and no setting for them.
 */
export function dumpYaml(value: Value, style: YamlStyle): string {
  const indent = style.indent < 2 || style.indent > 9 ? 2 : style.indent
  const width = style.width < 0 ? Number.POSITIVE_INFINITY : style.width <= indent * 2 ? 80 : style.width
  return new Dumper({ ...style, indent, width }).document(value)
}

type Place = 'root' | 'item' | 'key' | 'value'

class Dumper {
  readonly #style: YamlStyle
  readonly #out: Writer
  #flowLevel = 0

  constructor(style: YamlStyle) {
    this.#style = style
    this.#out = new Writer(style.width, style.allowUnicode)
  }

  document(value: Value): string {
    if (this.#style.explicitStart) this.#out.indicator('---', true)
    this.#node(value, 'root', -1)
    if (this.#style.explicitEnd) {
      this.#out.indent(0)
      this.#out.indicator('...', true)
    }
    this.#out.indent(0)
    return this.#out.toString()
  }

  #node(value: Value, place: Place, indent: number): void {
    if (Array.isArray(value)) {
      if (value.length === 0 || this.#inFlow(value)) this.#flowList(value, indent)
      else this.#blockList(value, place, indent)
    } else if (isDict(value)) {
      if (value.size === 0 || this.#inFlow([...value.values()])) this.#flowDict(value, indent)
      else this.#blockDict(value, indent)
    } else this.#scalar(value, place === 'key', indent)
  }

  #inFlow(children: readonly Value[]): boolean {
    if (this.#flowLevel > 0) return true
    return this.#style.flow ?? children.every((child) => !Array.isArray(child) && !isDict(child))
  }

  #deeper(indent: number, flow: boolean): number {
    if (indent < 0) return flow ? this.#style.indent : 0
    return indent + this.#style.indent
  }

  #scalar(value: Value, simpleKey: boolean, outer: number): void {
    const { text, plainMeansThis } = scalarText(value)
    const analysis = analyse(text, this.#style.allowUnicode)
    const indent = this.#deeper(outer, true)
    const plain = this.#flowLevel > 0 ? analysis.flowPlain : analysis.blockPlain
    const unfitKey = simpleKey && (text === '' || analysis.multiline)
    if (plainMeansThis && plain && !unfitKey) this.#out.plain(text, !simpleKey, indent)
    else if (analysis.singleQuoted && !(simpleKey && analysis.multiline)) {
      this.#out.singleQuoted(text, !simpleKey, indent)
    } else this.#out.doubleQuoted(text, !simpleKey, indent)
  }

  #blockList(items: readonly Value[], place: Place, outer: number): void {
    const indentless = place === 'value' && !this.#out.indention
    const indent = indentless ? outer : this.#deeper(outer, false)
    for (const item of items) {
      this.#out.indent(indent)
      this.#out.indicator('-', true, false, true)
      this.#node(item, 'item', indent)
    }
  }

  #blockDict(dict: Dict, outer: number): void {
    const indent = this.#deeper(outer, false)
    for (const [key, value] of dict) {
      this.#out.indent(indent)
      if (this.#isSimpleKey(key)) {
        this.#node(key, 'key', indent)
        this.#out.indicator(':', false)
      } else {
        this.#out.indicator('?', true, false, true)
        this.#node(key, 'item', indent)
        this.#out.indent(indent)
        this.#out.indicator(':', true, false, true)
      }
      this.#node(value, 'value', indent)
    }
  }

  #isSimpleKey(key: Value): boolean {
    const { text } = scalarText(key)
    const bytes = Buffer.byteLength(text)
    return bytes <= LONGEST_SIMPLE_KEY && !analyse(text, this.#style.allowUnicode).multiline
  }

  #flowList(items: readonly Value[], outer: number): void {
    const indent = this.#deeper(outer, true)
    this.#out.indicator('[', true, true)
    this.#flowLevel++
    items.forEach((item, index) => {
      if (index > 0) this.#out.indicator(',', false)
      if (this.#out.pastWidth) this.#out.indent(indent)
      this.#node(item, 'item', indent)
    })
    this.#flowLevel--
    this.#out.indicator(']', false)
  }

  #flowDict(dict: Dict, outer: number): void {
    const indent = this.#deeper(outer, true)
    this.#out.indicator('{', true, true)
    this.#flowLevel++
    let first = true
    for (const [key, value] of dict) {
      if (!first) this.#out.indicator(',', false)
      first = false
      if (this.#out.pastWidth) this.#out.indent(indent)
      if (this.#isSimpleKey(key)) {
        this.#node(key, 'key', indent)
        this.#out.indicator(':', false)
      } else {
        this.#out.indicator('?', true)
        this.#node(key, 'item', indent)
        if (this.#out.pastWidth) this.#out.indent(indent)
        this.#out.indicator(':', true)
      }
      this.#node(value, 'value', indent)
    }
    this.#flowLevel--
    this.#out.indicator('}', false)
  }
}
