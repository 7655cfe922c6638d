/** A member of an archive; without content, link or directory an empty file. */
export interface Member {
  readonly name: string | Buffer
  readonly content?: string | Buffer
  readonly link?: string
  readonly directory?: true
  /** Default: 0644, 0755 for directories. */
  readonly mode?: number
}

/** Seconds since 1970 of all members: the time of a file that was unpacked. */
export const MEMBER_TIME = 1_767_225_600

const BLOCK = 512

/** A tar archive with any names in it, also such as no tar would write. */
export function tarFile(members: readonly Member[]): Buffer {
  return Buffer.concat([...members.flatMap(memberBlocks), Buffer.alloc(2 * BLOCK)])
}

function memberBlocks(member: Member): Buffer[] {
  const content = Buffer.from(member.content ?? '')
  const mode = member.mode ?? (member.directory ? 0o755 : 0o644)
  const header = Buffer.alloc(BLOCK)
  Buffer.from(member.name).copy(header, 0, 0, 100)
  const octal = (value: number, at: number, digits: number) =>
    header.write(`${value.toString(8).padStart(digits, '0')}\0`, at)
  octal(mode, 100, 7)
  octal(0, 108, 7)
  octal(0, 116, 7)
  octal(content.length, 124, 11)
  octal(MEMBER_TIME, 136, 11)
  header.write(' '.repeat(8), 148)
  header.write(member.directory ? '5' : member.link === undefined ? '0' : '2', 156)
  header.write(member.link ?? '', 157)
  header.write('ustar  \0', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return [header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]
}
