import type { Value } from '../../values/value.ts'
import { PythonError } from '../python/error.ts'
import { characters, sliceText, textLength } from '../python/sequence.ts'
import type { MethodArguments } from './arguments.ts'
import type { TextMethod } from './strings.ts'

/** The part that `start` and `end` (arguments 2 and 3) leave, and where it begins. */
function part(self: string, args: MethodArguments): { text: string; offset: number } {
  if (!args.has(1)) return { text: self, offset: 0 }
  const length = textLength(self)
  const start = args.integer(1, 0)
  const text = sliceText(self, start, args.has(2) ? args.integer(2, length) : null, null)
  return { text, offset: start < 0 ? Math.max(0, start + length) : start }
}

function finding(last: boolean, mustBeThere: boolean): TextMethod {
  return (self, args) => {
    args.atMost(3)
    const { text, offset } = part(self, args)
    const wanted = args.text(0)
    const unit = last ? text.lastIndexOf(wanted) : text.indexOf(wanted)
    if (unit >= 0) return offset + textLength(text.slice(0, unit))
    if (mustBeThere) throw new PythonError('substring not found')
    return -1
  }
}

function edge(matches: (text: string, wanted: string) => boolean): TextMethod {
  return (self, args) => {
    args.atMost(3)
    const { text } = part(self, args)
    const wanted = args.value(0)
    const choices: Value[] = Array.isArray(wanted) ? wanted : [args.text(0)]
    return choices.some((choice) => {
      if (typeof choice !== 'string')
        throw new PythonError('a tuple for startswith or endswith must only contain str')
      return matches(text, choice)
    })
  }
}

const replace: TextMethod = (self, args) => {
  args.atMost(3)
  const [old, fresh] = [args.text(0, 'old'), args.text(1, 'new')]
  const count = args.integer(2, -1, 'count')
  if (count < 0 && old !== '') return self.replaceAll(old, () => fresh)
  const pieces = old === '' ? ['', ...characters(self), ''] : self.split(old)
  const times = count < 0 ? pieces.length : count
  return pieces.map((piece, index) => (index === 0 ? piece : (index <= times ? fresh : old) + piece)).join('')
}

/** Methods of text that look for something in it. */
export const searchMethods: Readonly<Record<string, TextMethod>> = {
  find: finding(false, false),
  rfind: finding(true, false),
  index: finding(false, true),
  rindex: finding(true, true),
  startswith: edge((text, wanted) => text.startsWith(wanted)),
  endswith: edge((text, wanted) => text.endsWith(wanted)),
  replace,
  count: (self, args) => {
    args.atMost(3)
    const { text } = part(self, args)
    const wanted = args.text(0)
    return wanted === '' ? textLength(text) + 1 : text.split(wanted).length - 1
  },
  removeprefix: (self, args) => {
    const prefix = args.atMost(1).text(0)
    return self.startsWith(prefix) ? self.slice(prefix.length) : self
  },
  removesuffix: (self, args) => {
    const suffix = args.atMost(1).text(0)
    return suffix !== '' && self.endsWith(suffix) ? self.slice(0, -suffix.length) : self
  },
  translate: (self, args) => {
    const table = args.atMost(1).value(0)
    if (!(table instanceof Map)) throw new PythonError('translate() needs a dict')
    return characters(self)
      .map((character) => {
        const to = table.get(character.codePointAt(0)!)
        if (to === undefined) return character
        return typeof to === 'number' ? String.fromCodePoint(to) : to === null ? '' : String(to)
      })
      .join('')
  },
}
