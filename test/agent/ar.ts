/** A member of an ar archive: name (at most 16 characters) and content. */
export type ArMember = readonly [name: string, content: Buffer]

/**
 * An ar archive as dpkg reads it: time and owner 0, mode 100644. Twenty lines, because no package that writes the format
 * is kept, and dpkg-deb need not be on the machine that runs the tests.
 */
export function ar(members: readonly ArMember[]): Buffer {
  const parts: Uint8Array[] = [Buffer.from('!<arch>\n')]
  for (const [name, content] of members) {
    const fields = [name.padEnd(16), '0'.padEnd(12), '0'.padEnd(6), '0'.padEnd(6), '100644'.padEnd(8)]
    parts.push(Buffer.from(`${fields.join('')}${String(content.length).padEnd(10)}\`\n`), content)
    if (content.length % 2 === 1) parts.push(Buffer.from('\n'))
  }
  return Buffer.concat(parts)
}
