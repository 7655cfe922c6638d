import { Tuple } from '../operand.ts'
import { PythonError } from '../python/error.ts'
import { splitBlanks, splitBlanksEnd, splitText, splitTextEnd } from '../python/text/strip.ts'
import type { TextMethod } from './strings.ts'

const LINE_BREAK = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g

function split(fromRight: boolean): TextMethod {
  return (self, args) => {
    args.atMost(2)
    const separator = args.optionalText(0, 'sep')
    const most = args.integer(1, -1, 'maxsplit')
    if (separator === '') throw new PythonError('empty separator')
    if (separator === undefined) return (fromRight ? splitBlanksEnd : splitBlanks)(self, most)
    return (fromRight ? splitTextEnd : splitText)(self, separator, most)
  }
}

function partition(fromRight: boolean): TextMethod {
  return (self, args) => {
    const separator = args.atMost(1).text(0)
    if (separator === '') throw new PythonError('empty separator')
    const at = fromRight ? self.lastIndexOf(separator) : self.indexOf(separator)
    if (at < 0) return new Tuple(fromRight ? ['', '', self] : [self, '', ''])
    return new Tuple([self.slice(0, at), separator, self.slice(at + separator.length)])
  }
}

/** Methods of text that cut it. */
export const splittingMethods: Readonly<Record<string, TextMethod>> = {
  split: split(false),
  rsplit: split(true),
  partition: partition(false),
  rpartition: partition(true),
  splitlines: (self, args) => {
    const keep = args.atMost(1).value(0, 'keepends') === true
    const lines: string[] = []
    let at = 0
    for (const match of self.matchAll(LINE_BREAK)) {
      lines.push(self.slice(at, keep ? match.index + match[0].length : match.index))
      at = match.index + match[0].length
    }
    if (at < self.length) lines.push(self.slice(at))
    return lines
  },
}
