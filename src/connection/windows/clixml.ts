/**
 * What PowerShell wrote to standard error as CLIXML, as text: its error and warning records, and what else stands beside
 * (facts/windows.md 2.3). Progress is left out. Linear, whatever was sent; text that is no CLIXML comes back as it is.
 */
export function readCliXml(text: string): string {
  if (!text.includes('#< CLIXML')) return text
  const beside = text.replaceAll(/#< CLIXML\r?\n?/g, '').replaceAll(/<Objs [^<]*>|<\/Objs>/g, '\0')
  const said: string[] = []
  for (const part of beside.split('\0')) {
    const records = [...part.matchAll(/<S S="(?:Error|Warning)">([^<]*)<\/S>/g)].map(
      (found) => found[1] ?? '',
    )
    if (records.length > 0) said.push(unescaped(records.join('')))
    else if (!part.includes('<')) said.push(part)
  }
  return said.join('').trim()
}

/** The same for bytes, of which text that is no CLIXML stays as it is. */
export function readCliXmlBytes(bytes: Buffer): Buffer {
  return bytes.subarray(0, 9).toString('latin1') === '#< CLIXML'
    ? Buffer.from(readCliXml(bytes.toString('utf8')))
    : bytes
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescaped(text: string): string {
  return text
    .replaceAll(/&(lt|gt|amp|quot|apos);/g, (_, name: string) => ENTITIES[name] as string)
    .replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll('\r\n', '\n')
}
