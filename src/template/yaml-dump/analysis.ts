/** What forms a text may take in YAML, by the rules of libyaml's emitter. */
export interface Analysis {
  readonly multiline: boolean
  readonly flowPlain: boolean
  readonly blockPlain: boolean
  readonly singleQuoted: boolean
}

const BREAKS = '\n\x85\u2028\u2029'
const BLANKS = `\0 \t\r${BREAKS}`

/** Whether a character breaks lines in YAML 1.1: LF, NEL, LS, PS. */
export function isBreak(character: string): boolean {
  return BREAKS.includes(character)
}

/** Whether libyaml writes a character as it is. It never does so beyond the Basic Multilingual Plane. */
export function isPrintable(character: string, allowUnicode: boolean): boolean {
  const code = character.codePointAt(0)!
  if (code === 0x0a || (code >= 0x20 && code <= 0x7e)) return true
  if (!allowUnicode || code === 0xfeff) return false
  return (code >= 0xa0 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd)
}

/** @param allowUnicode leave characters beyond ASCII as they are */
export function analyse(text: string, allowUnicode: boolean): Analysis {
  if (text === '') return { multiline: false, flowPlain: false, blockPlain: true, singleQuoted: true }
  const characters = Array.from(text)
  const last = characters.length - 1
  const marker = text.startsWith('---') || text.startsWith('...')
  let blockIndicators = marker
  let flowIndicators = marker
  let breaks = false
  let special = false
  let breakSpace = false
  let spaceBreak = false
  characters.forEach((character, index) => {
    const before = characters[index - 1]
    const blankBefore = before === undefined || BLANKS.includes(before)
    const blankAfter = index === last || BLANKS.includes(characters[index + 1]!)
    if (index === 0 ? startsFlow(character, blankAfter) : ',?[]{}:'.includes(character)) flowIndicators = true
    if (index === 0 ? startsBlock(character, blankAfter) : character === ':' && blankAfter)
      blockIndicators = true
    if (index > 0 && character === '#' && blankBefore) {
      flowIndicators = true
      blockIndicators = true
    }
    if (!isPrintable(character, allowUnicode)) special = true
    if (isBreak(character) || character === '\r') breaks = true
    if (before !== undefined && character === ' ' && isBreak(before)) breakSpace = true
    if (before === ' ' && isBreak(character)) spaceBreak = true
  })
  const edges = ` ${BREAKS}`
  const blankEdge = edges.includes(characters[0]!) || edges.includes(characters[last]!)
  const plain = !blankEdge && !breakSpace && !spaceBreak && !special && !breaks
  return {
    multiline: breaks,
    flowPlain: plain && !flowIndicators,
    blockPlain: plain && !blockIndicators,
    singleQuoted: !breakSpace && !spaceBreak && !special,
  }
}

function startsBlock(character: string, blankAfter: boolean): boolean {
  return '#,[]{}&*!|>\'"%@`'.includes(character) || ('?:-'.includes(character) && blankAfter)
}

function startsFlow(character: string, blankAfter: boolean): boolean {
  return '#,[]{}&*!|>\'"%@`?:'.includes(character) || (character === '-' && blankAfter)
}
