/**
 * Text as one word of a POSIX shell. Everything that goes into a shell passes through here.
 *
 * Single quotes are the only form that dash, bash and busybox sh read alike; a single quote inside is written as
 * `'\''`. Words of harmless characters stay as they are, so that commands in logs can be read.
 *
 * @throws RangeError for a NUL character, which no shell word can hold
 */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('a shell word cannot hold a NUL character')
  if (/^[A-Za-z0-9_/:.,@%+-]+$/.test(text)) return text
  return `'${text.replaceAll("'", "'\\''")}'`
}
