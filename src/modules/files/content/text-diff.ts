import { REDACTED } from '../../../values/secret.ts'
import type { Diff } from '../../module.ts'
import { type Content, readAll } from './content.ts'
import { DIFF_LIMIT } from './destination.ts'

/**
 * The diff of a file's text; none for binary or large contents (as Ansible), and only a sign that it differs where
 * the content is secret. `old` is null where there is no file, or its text was not read.
 */
export async function textDiff(
  dest: string,
  old: { readonly there: boolean; readonly text: Buffer | null },
  content: Content,
): Promise<Diff[]> {
  if (content.secret) return [{ header: dest, before: old.there ? REDACTED : '', after: REDACTED }]
  if (content.size > DIFF_LIMIT || (old.there && old.text === null)) return []
  const before = old.text ?? Buffer.alloc(0)
  const after = await readAll(content.source)
  if (before.includes(0) || after.includes(0)) return []
  return [{ header: dest, before: before.toString('utf8'), after: after.toString('utf8') }]
}
