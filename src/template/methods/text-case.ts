import { characters } from '../python/sequence.ts'
import type { TextMethod } from './strings.ts'

const LETTER = /\p{L}/u

/** Lower case as Python has it: `ẞ` and `İ` by Unicode, a final sigma as the end of a word. */
function lower(text: string): string {
  return text.toLowerCase()
}

function title(text: string): string {
  let afterLetter = false
  let result = ''
  for (const character of characters(text)) {
    result += afterLetter ? lower(character) : titled(character)
    afterLetter = LETTER.test(character)
  }
  return result
}

// Letters that have a form of their own at the head of a word; the others take their upper case.
const TITLE_FORMS: Readonly<Record<string, string>> = {
  Ǆ: 'ǅ',
  ǅ: 'ǅ',
  ǆ: 'ǅ',
  Ǉ: 'ǈ',
  ǈ: 'ǈ',
  ǉ: 'ǈ',
  Ǌ: 'ǋ',
  ǋ: 'ǋ',
  ǌ: 'ǋ',
  Ǳ: 'ǲ',
  ǲ: 'ǲ',
  ǳ: 'ǲ',
  ß: 'Ss',
}

function titled(character: string): string {
  return TITLE_FORMS[character] ?? character.toUpperCase()
}

function swapped(text: string): string {
  return characters(text)
    .map((character) => (character === character.toUpperCase() ? lower(character) : character.toUpperCase()))
    .join('')
}

/** Methods of text that change its case. */
export const caseMethods: Readonly<Record<string, TextMethod>> = {
  upper: (self, args) => {
    args.atMost(0)
    return self.toUpperCase()
  },
  lower: (self, args) => {
    args.atMost(0)
    return lower(self)
  },
  casefold: (self, args) => {
    args.atMost(0)
    return lower(self).replaceAll('ß', 'ss').replaceAll('ς', 'σ')
  },
  title: (self, args) => {
    args.atMost(0)
    return title(self)
  },
  capitalize: (self, args) => {
    args.atMost(0)
    const [head = '', ...rest] = characters(self)
    return titled(head) + lower(rest.join(''))
  },
  swapcase: (self, args) => {
    args.atMost(0)
    return swapped(self)
  },
}
