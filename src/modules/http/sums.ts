import { type DigestAlgorithm, isDigestAlgorithm } from '../../probes/digest.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { shownPart } from '../host/text.ts'
import type { Text } from '../parameters.ts'

/** What `checksum` of get_url says: a sum, or the address of a list of sums. */
export interface WantedSum {
  readonly algorithm: DigestAlgorithm
  readonly hex: string | null
  readonly list: string | null
}

/** @throws TaskFailure in Ansible's words */
export function parseWantedSum(wanted: Text): WantedSum {
  const text = revealText(wanted)
  const colon = text.indexOf(':')
  if (colon === -1)
    throw new TaskFailure('The checksum parameter has to be in format <algorithm>:<checksum>', {
      hint: 'like sha256:5891b5b5…, or sha256:https://example.com/SHA256SUMS',
    })
  const algorithm = text.slice(0, colon).toLowerCase()
  if (!isDigestAlgorithm(algorithm))
    throw new TaskFailure(`muster knows no checksum named '${shownPart(wanted, algorithm)}'`, {
      hint: 'use sha256, sha512, sha384, sha224, sha1 or md5',
    })
  const rest = text.slice(colon + 1)
  if (/^(?:https?|ftp|file):/i.test(rest)) return { algorithm, hex: null, list: rest }
  return { algorithm, hex: readHex(rest), list: null }
}

/** Only letters, digits and underscores count: what was copied from a page may hold signs of no width. @throws TaskFailure */
function readHex(text: string): string {
  const hex = text.replace(/[^\p{L}\p{N}_]+/gu, '').toLowerCase()
  if (/^(?:0x)?[0-9a-f]+$/.test(hex)) return hex
  throw new TaskFailure('The checksum format is invalid', { hint: 'it has hexadecimal digits only' })
}

/**
 * The sum of a file in a list as sha256sum (GNU or BSD form) makes it; a list of one word is that word.
 * @throws TaskFailure when it is not in there
 */
export function sumInList(list: string, name: string, address: string): string {
  const lines = list.split('\n').map((line) => line.replace(/\r$/, ''))
  if (lines.at(-1) === '') lines.pop()
  const only = lines.length === 1 ? (lines[0] as string).trim() : ''
  if (only !== '' && !/\s/.test(only)) return readHex(only)
  for (const line of lines) {
    const bsd = /^\w+ ?\((.+)\) ?= ([\w.]+)$/.exec(line)
    if (bsd !== null) {
      if (bsd[1] === name) return readHex(bsd[2] as string)
      continue
    }
    const gnu = /^([\w.]+)\s+(.+)$/.exec(line)
    const path = gnu?.[2]?.replace(/^(?:\*|\.\/|\.)/, '').replace(/^[./]+/, '')
    if (gnu !== null && path === name) return readHex(gnu[1] as string)
  }
  throw new TaskFailure(`Unable to find a checksum for file '${name}' in '${address}'`)
}
