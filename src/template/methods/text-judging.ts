import type { TextMethod } from './strings.ts'

function matching(pattern: RegExp): TextMethod {
  return (self, args) => {
    args.atMost(0)
    return pattern.test(self)
  }
}

/** At least one letter has a case, and all that have one have this one. */
function cased(same: (text: string) => string): TextMethod {
  return (self, args) => {
    args.atMost(0)
    return self.toLowerCase() !== self.toUpperCase() && same(self) === self
  }
}

/** Each word begins with an upper-case letter and goes on in lower case. */
const istitle: TextMethod = (self, args) => {
  args.atMost(0)
  let afterLetter = false
  let seen = false
  for (const character of self) {
    const isUpper = /[\p{Lu}\p{Lt}]/u.test(character)
    const isLower = /\p{Ll}/u.test(character)
    if ((isUpper && afterLetter) || (isLower && !afterLetter)) return false
    seen ||= isUpper || isLower
    afterLetter = isUpper || isLower
  }
  return seen
}

/** Methods of text that answer yes or no about all of its characters. */
export const judgingMethods: Readonly<Record<string, TextMethod>> = {
  isalnum: matching(/^[\p{L}\p{N}]+$/u),
  isalpha: matching(/^\p{L}+$/u),
  isascii: matching(/^[\x00-\x7f]*$/),
  isdecimal: matching(/^\p{Nd}+$/u),
  isdigit: matching(/^[\p{Nd}¹²³⁰⁴-⁹₀-₉]+$/u),
  isnumeric: matching(/^\p{N}+$/u),
  isspace: matching(/^\s+$/),
  isidentifier: matching(/^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}]*$/u),
  isprintable: matching(/^(?:[^\p{C}\p{Z}]| )*$/u),
  islower: cased((text) => text.toLowerCase()),
  isupper: cased((text) => text.toUpperCase()),
  istitle,
}
