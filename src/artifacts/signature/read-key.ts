import { resolve } from 'node:path'
import type { Problem } from '../../values/problem.ts'
import type { YamlMap } from '../../yaml/node.ts'
import { checkAddress } from '../address.ts'
import type { PinnedKey } from '../artifact.ts'
import { Fields } from '../fields.ts'

const KEYS = ['fingerprint', 'file', 'url', 'allow_expired'] as const

/** One item of a product's `keys`. */
export function readKey(map: YamlMap, directory: string, problems: Problem[]): PinnedKey[] {
  const fields = new Fields(map, KEYS, problems)
  const written = fields.required('fingerprint', 'whole, as `gpg --show-keys FILE` prints it')
  const fingerprint = written?.replaceAll(' ', '').toUpperCase()
  if (fingerprint !== undefined && !/^[0-9A-F]{40}$/.test(fingerprint))
    fields.problem(
      fields.node('fingerprint')?.position ?? map.position,
      'a fingerprint has 40 hexadecimal digits',
      'a key id is too short to pin: it can be forged',
    )
  const file = fields.required('file', 'where the text of the key is, relative to this file')
  const url = fields.text('url')
  const wrong = url === undefined ? undefined : checkAddress(url)
  if (wrong !== undefined) fields.problem(fields.node('url')?.position ?? map.position, wrong)
  const allowExpired = fields.boolean('allow_expired')
  if (fingerprint === undefined || file === undefined) return []
  return [{ fingerprint, file: resolve(directory, file), url, allowExpired }]
}
