import { escapeHtml } from '../formats/html.ts'
import { ownRegex } from '../regex/regex.ts'
import { sliceText, textLength } from '../sequence.ts'

/** What Jinja takes for a web address: with `http` or `www`, in a well-known domain, or a number with `http`. */
const HOSTS = [
  String.raw`(?:https?://|www\.)(?:[\w%-]+\.)*(?:[a-z]{2,63}|xn--[\w%]{2,59})`,
  String.raw`(?:[\w%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil)`,
  String.raw`https?://(?:\d{1,3}(?:\.\d{1,3}){3}|\[(?:[\da-f]{0,4}:){2}(?:[\da-f]{0,4}:?){1,6}\])`,
]
const WEB = ownRegex(String.raw`^(?:${HOSTS.join('|')})(?::\d{1,5})?(?:[/?#]\S*)?$`, { ignoreCase: true })
const MAIL = ownRegex(String.raw`^\S+@\w[\w.-]*\.\w+$`)

export interface UrlizeOptions {
  readonly limit: number | null
  readonly rel: string
  readonly target: string | null
  readonly schemes: readonly string[]
}

/** Text escaped for HTML, with web and mail addresses as links: Jinja's `urlize`. */
export function urlize(text: string, options: UrlizeOptions): string {
  return escapeHtml(text)
    .split(/([\s\x1c-\x1f]+)/)
    .map((word) => linkWord(word, options))
    .join('')
}

function linkWord(word: string, options: UrlizeOptions): string {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? ''
  let middle = word.slice(head.length)
  let tail = middle.slice(endOfAddress(middle))
  middle = middle.slice(0, middle.length - tail.length)
  for (const [open, close] of [
    ['(', ')'],
    ['<', '>'],
    ['&lt;', '&gt;'],
  ] as const) {
    // A closing bracket belongs to the address when the address has the opening one.
    for (
      let missing = count(middle, open) - count(middle, close);
      missing > 0 && tail.includes(close);
      missing--
    ) {
      const end = tail.indexOf(close) + close.length
      middle += tail.slice(0, end)
      tail = tail.slice(end)
    }
  }
  return head + link(middle, options) + tail
}

/** Where the signs at the end of a word begin that belong to the sentence. */
function endOfAddress(word: string): number {
  let end = word.length
  for (;;) {
    if (end > 0 && ')>.,\n'.includes(word[end - 1]!)) end--
    else if (word.endsWith('&gt;', end)) end -= '&gt;'.length
    else return end
  }
}

function count(text: string, part: string): number {
  return text.split(part).length - 1
}

function link(text: string, options: UrlizeOptions): string {
  // Most words need no closer look.
  if (!/[.:]/.test(text)) return text
  const attributes =
    (options.rel === '' ? '' : ` rel="${escapeHtml(options.rel)}"`) +
    (options.target === null ? '' : ` target="${escapeHtml(options.target)}"`)
  if (WEB.match(text) !== null) {
    const address = /^https?:\/\//.test(text) ? text : `https://${text}`
    return `<a href="${address}"${attributes}>${shorten(text, options.limit)}</a>`
  }
  if (text.startsWith('mailto:') && MAIL.match(text.slice(7)) !== null)
    return `<a href="${text}">${text.slice(7)}</a>`
  const mail =
    MAIL.match(text) !== null && !text.startsWith('www.') && !text.startsWith('@') && !text.includes(':')
  if (mail) return `<a href="mailto:${text}">${text}</a>`
  const scheme = options.schemes.some((start) => text !== start && text.startsWith(start))
  return scheme ? `<a href="${text}"${attributes}>${text}</a>` : text
}

function shorten(text: string, limit: number | null): string {
  return limit !== null && textLength(text) > limit ? `${sliceText(text, 0, limit, null)}...` : text
}
