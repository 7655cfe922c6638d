import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { didYouMean } from '../values/text/nearest.ts'
import type { YamlMap } from '../yaml/node.ts'
import { checkAddress, fillPlaceholders } from './address.ts'
import {
  ARCHITECTURES,
  type Artifact,
  type Delivery,
  FORMS,
  type PinnedKey,
  PLATFORMS,
  SAFE_NAME,
} from './artifact.ts'
import { Fields, type PlacedText } from './fields.ts'

const FILE_KEYS = [
  'for',
  'url',
  'sha256',
  'package_version',
  'checksums',
  'signature',
  'authenticode',
] as const

/** What all files of a product share. */
export interface ProductFields {
  readonly name: string
  readonly version: string
  /** With placeholders. */
  readonly checksums: PlacedText | undefined
  readonly signature: PlacedText | undefined
  readonly keys: readonly PinnedKey[]
  readonly delivery: Delivery
}

/** One item of a product's `files`; nothing when it is too wrong to go on with. */
export function readFileEntry(product: ProductFields, map: YamlMap, problems: Problem[]): Artifact[] {
  const fields = new Fields(map, FILE_KEYS, problems)
  const at = (key: string): Position => fields.node(key)?.position ?? map.position
  const target = readTarget(fields, at)
  const sha256 = fields.text('sha256')?.toLowerCase()
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256))
    fields.problem(
      at('sha256'),
      'a sha256 has 64 hexadecimal digits',
      'leave the line out: `muster artifacts fetch` takes it from upstream and writes it here',
    )
  const values: Record<string, string> = { version: product.version }
  const fill = (written: PlacedText | undefined): string | undefined => {
    if (written === undefined) return undefined
    const filled = fillPlaceholders(written.text, values)
    const known = Object.keys(values).map((name) => `{${name}}`)
    for (const each of filled.unknown)
      fields.problem(written.position, `${each} means nothing here`, `known: ${known.join(', ')}`)
    return filled.text
  }
  const address = (written: PlacedText | undefined): string | undefined => {
    const filled = fill(written)
    const wrong = filled === undefined || filled.includes('{') ? undefined : checkAddress(filled)
    if (wrong !== undefined && written !== undefined) fields.problem(written.position, wrong)
    return filled
  }
  const packageVersion = fill(fields.placed('package_version'))
  const url = fields.required('url') === undefined ? undefined : address(fields.placed('url'))
  if (url === undefined || !URL.canParse(url)) return []
  values['url'] = url
  const name = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '')
  const form = FORMS.find((each) => name.endsWith(`.${each}`))
  if (form === undefined || !SAFE_NAME.test(name)) {
    fields.problem(
      at('url'),
      `the URL must end in the name of a file of a known form, not '${name}'`,
      `known: ${FORMS.map((each) => `.${each}`).join(' ')}`,
    )
    return []
  }
  values['name'] = name
  const own = (key: 'checksums' | 'signature') => {
    const node = fields.node(key)
    if (node === undefined) return address(product[key])
    // `signature: ~` takes back what the product says for all its files.
    return node.kind === 'scalar' && node.value === null ? undefined : address(fields.placed(key))
  }
  const checksums = own('checksums')
  const signature = own('signature')
  const authenticode = fields.text('authenticode')
  if (authenticode !== undefined && !(target?.platform === 'windows' && (form === 'exe' || form === 'msi')))
    fields.problem(at('authenticode'), 'only an .exe or .msi for Windows is signed by Authenticode')
  if (target === undefined) return []
  return [
    {
      product: product.name,
      version: product.version,
      packageVersion,
      ...target,
      form,
      url,
      delivery: product.delivery,
      name,
      sha256,
      checksums,
      signature,
      authenticode,
      keys: signature === undefined ? [] : product.keys,
      position: map.position,
      urlPosition: at('url'),
    },
  ]
}

function readTarget(fields: Fields, at: (key: string) => Position) {
  const written = fields.required('for', 'platform and architecture, such as linux/amd64')
  if (written === undefined) return undefined
  const [platform, architecture] = written.split('/')
  const known = PLATFORMS.flatMap((each) => ARCHITECTURES.map((arch) => `${each}/${arch}`))
  if (!known.includes(written))
    return fields.problem(
      at('for'),
      `'${written}' is no platform and architecture`,
      didYouMean(written, known) ?? `known: ${known.join(', ')}`,
    )
  return {
    platform: platform as (typeof PLATFORMS)[number],
    architecture: architecture as (typeof ARCHITECTURES)[number],
  }
}
