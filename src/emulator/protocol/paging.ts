import { createHash } from 'node:crypto'

/**
 * A page of a list. The token names an offset and what was asked, so it cannot be used for another question.
 * @param question the filters, as any JSON value
 * @returns null for a token that is not one of ours for this question
 */
export function page<T>(
  items: readonly T[],
  question: unknown,
  token: string | undefined,
  size: number,
): { readonly items: readonly T[]; readonly nextToken: string | undefined } | null {
  const asked = createHash('sha256')
    .update(JSON.stringify(question ?? null))
    .digest('base64url')
  let start = 0
  if (token !== undefined) {
    const [offset, of] = Buffer.from(token, 'base64url').toString('utf8').split('.')
    if (of !== asked || !/^\d+$/.test(offset ?? '')) return null
    start = Number(offset)
  }
  const end = start + size
  return {
    items: items.slice(start, end),
    nextToken: end < items.length ? Buffer.from(`${end}.${asked}`).toString('base64url') : undefined,
  }
}
