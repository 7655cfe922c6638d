/*
 * Two archive formats that a .deb is made of, read as far as its control file needs. Written by hand: that is some
 * thirty lines, where the libraries for either format bring streams and writers for all of it.
 */

/** The members of an `ar` archive, as far as they lie in the bytes at hand; the last may be cut. */
export function arMembers(bytes: Buffer): Map<string, Buffer> {
  const members = new Map<string, Buffer>()
  if (bytes.subarray(0, 8).toString('latin1') !== '!<arch>\n') return members
  for (let at = 8; at + 60 <= bytes.length; ) {
    const name = bytes
      .subarray(at, at + 16)
      .toString('latin1')
      .trimEnd()
      .replace(/\/$/, '')
    const size = Number(
      bytes
        .subarray(at + 48, at + 58)
        .toString('latin1')
        .trim(),
    )
    if (!Number.isSafeInteger(size) || size < 0) break
    members.set(name, bytes.subarray(at + 60, at + 60 + size))
    at += 60 + size + (size % 2)
  }
  return members
}

/** One file of a tar archive; undefined when it is not in it. */
export function tarFile(bytes: Buffer, wanted: string): Buffer | undefined {
  for (let at = 0; at + 512 <= bytes.length; ) {
    const header = bytes.subarray(at, at + 512)
    const end = header.indexOf(0)
    const name = header.subarray(0, end === -1 || end > 100 ? 100 : end).toString('utf8')
    if (name === '') return undefined
    const size = Number.parseInt(
      header.subarray(124, 136).toString('latin1').replace(/\0.*$/s, '').trim() || '0',
      8,
    )
    if (!Number.isSafeInteger(size) || size < 0) return undefined
    if (name.replace(/^\.\//, '') === wanted) {
      const content = bytes.subarray(at + 512, at + 512 + size)
      return content.length === size ? content : undefined
    }
    at += 512 + Math.ceil(size / 512) * 512
  }
  return undefined
}
