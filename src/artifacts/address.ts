/** What is wrong with an address that muster shall fetch from; undefined when nothing is. */
export function checkAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return `'${text}' is no URL`
  const { protocol, username, password } = new URL(text)
  if (protocol !== 'https:' && protocol !== 'http:') return `'${text}' must begin with https:// or http://`
  if (username !== '' || password !== '') return 'a URL here must hold no user and no password'
  return undefined
}

/** Whether what comes from this address is what its owner sent: HTTPS, or this machine itself. */
export function isAuthentic(text: string): boolean {
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname)
}

/** Fills `{name}` placeholders. Unknown ones are given back instead of a text. */
export function fillPlaceholders(
  text: string,
  values: Readonly<Record<string, string>>,
): { readonly text: string; readonly unknown: readonly string[] } {
  const unknown: string[] = []
  const filled = text.replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    if (Object.hasOwn(values, name)) return values[name] ?? ''
    unknown.push(whole)
    return whole
  })
  return { text: filled, unknown }
}
