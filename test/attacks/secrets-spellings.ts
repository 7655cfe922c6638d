/** ESC [ 31 m and back, as a program that marks letters prints it. */
const colour = (letter: string) => `\u001b[31m${letter}\u001b[0m`

const hex = (code: number, digits: number) => code.toString(16).padStart(digits, '0')
const NAMES: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;', '%': '&percnt;', '+': '&plus;' },
  ...{ '/': '&sol;', '=': '&equals;', '\\': '&bsol;', é: '&eacute;' },
}
const each = (text: string, change: (letter: string, code: number) => string) =>
  Array.from(text, (letter) => change(letter, letter.codePointAt(0)!)).join('')
const bytes = (text: string, change: (byte: number) => string) =>
  Array.from(Buffer.from(text), change).join('')
const units = (text: string, change: (unit: number) => string) =>
  Array.from({ length: text.length }, (_, at) => change(text.charCodeAt(at))).join('')

/** How programs write a text: name of the spelling -> the text in it. */
export function spellings(text: string): Map<string, string> {
  const percent = bytes(text, (byte) => `%${hex(byte, 2)}`)
  const digits = Buffer.from(text).toString('hex')
  const spelled: [string, string][] = [
    ['as it is', text],
    ['JSON', JSON.stringify(text).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(text))],
    [
      'JSON in ASCII',
      units(text, (unit) => (unit < 0x80 ? String.fromCharCode(unit) : `\\u${hex(unit, 4)}`)),
    ],
    ['unicode escapes', units(text, (unit) => `\\u${hex(unit, 4)}`)],
    ['unicode escapes in capitals', units(text, (unit) => `\\u${hex(unit, 4).toUpperCase()}`)],
    ['unicode escapes in braces', each(text, (_, code) => `\\u{${code.toString(16)}}`)],
    ['hexadecimal escapes', bytes(text, (byte) => `\\x${hex(byte, 2)}`)],
    ['octal escapes', bytes(text, (byte) => `\\${byte.toString(8).padStart(3, '0')}`)],
    [
      'some escapes',
      each(text, (letter, code) => (code % 2 === 0 && code < 0x80 ? `\\x${hex(code, 2)}` : letter)),
    ],
    ['a URL', encodeURIComponent(text)],
    ['a URL in lower case', encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase())],
    ['a form', new URLSearchParams({ '': text }).toString().slice(1)],
    ['percent for all', percent],
    ['percent for all in capitals', percent.toUpperCase()],
    ['a URL in a URL', encodeURIComponent(encodeURIComponent(text))],
    [
      'HTML',
      text.replace(
        /[&<>"']/g,
        (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? '&#39;',
      ),
    ],
    ['HTML, names', text.replace(/[&<>"'%+/=\\é ]/g, (sign) => NAMES[sign] ?? sign)],
    ['PowerShell', text.replace(/[`"'$]/g, '`$&')],
    ['cmd', text.replace(/[&<>|^%"()]/g, '^$&')],
    ['HTML, decimal', each(text, (_, code) => `&#${code};`)],
    ['HTML, hexadecimal', each(text, (_, code) => `&#x${code.toString(16)};`)],
    ['HTML, hexadecimal in capitals', each(text, (_, code) => `&#X${code.toString(16).toUpperCase()};`)],
    ['a shell word', text.replaceAll("'", `'\\''`)],
    ['a shell word of Python', text.replaceAll("'", `'"'"'`)],
    ['a shell word with backslashes', text.replace(/[^A-Za-z0-9\u0080-\uffff]/g, '\\$&')],
    ['YAML and SQL', text.replaceAll("'", "''")],
    ['CSV', text.replaceAll('"', '""')],
    ['hexadecimal', digits],
    ['hexadecimal in capitals', digits.toUpperCase()],
    ['hexadecimal with colons', digits.match(/../g)!.join(':')],
    ['hexadecimal in groups', digits.match(/.{1,4}/g)!.join(' ')],
    ['colours between letters', each(text, colour)],
    ['invisible characters', each(text, (letter) => `${letter}\u200b`)],
    ['zeros', each(text, (letter) => `${letter}\0`)],
  ]
  // A backslash before such a sequence makes another text of it.
  const visible = each(text, (letter) => `\\x1b[1m${letter}\\x1b[m`)
  if (!text.includes('\\')) spelled.push(['colours between letters, made visible', visible])
  for (const before of ['', 'x', 'xy']) {
    const whole = Buffer.from(`${before}${text}, and more`)
    const at = `at ${before.length} of 3`
    spelled.push(
      [`base64 ${at}`, whole.toString('base64')],
      [`base64url ${at}`, whole.toString('base64url')],
      [`base64 in lines ${at}`, whole.toString('base64').replace(/.{7}/g, '$&\n  ')],
      [`base64 in a URL ${at}`, encodeURIComponent(whole.toString('base64'))],
      [`base64 of UTF-16 ${at}`, Buffer.from(`${before}${text}`, 'utf16le').toString('base64')],
    )
  }
  return new Map(spelled)
}

/**
 * What a reader could take for the secret in an output: the spellings in which it stands, found without the code that
 * hides it. Of base64 the part that belongs to the secret alone.
 */
export function findSecret(output: string, secret: string): string[] {
  const inner = (text: string, skipped: number) =>
    Buffer.from(text)
      .toString('base64')
      .slice(skipped, Math.floor((Buffer.byteLength(text) * 8) / 6))
  const base64 = ['', 'x', 'xy'].map((before): [string, string] => [
    `base64 at ${before.length}`,
    inner(before + secret, [0, 2, 3][before.length]!),
  ])
  const clean = output.replaceAll(/\u001b\[[0-9;]*m|\\u001b\[[0-9;]*m|\\x1b\[[0-9;]*m/g, '')
  const wanted = [...[...spellings(secret)].filter(([name]) => !name.startsWith('base64')), ...base64]
  return wanted.filter(([, text]) => output.includes(text) || clean.includes(text)).map(([name]) => name)
}
