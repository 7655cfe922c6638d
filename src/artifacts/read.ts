import { dirname, resolve } from 'node:path'
import { InputError, type Problem } from '../values/problem.ts'
import { readTextFile } from '../yaml/load.ts'
import type { YamlMap } from '../yaml/node.ts'
import { parseYaml } from '../yaml/parse.ts'
import { type Artifact, type ArtifactsFile, DELIVERIES, SAFE_NAME } from './artifact.ts'
import { Fields } from './fields.ts'
import { readFileEntry } from './read-entry.ts'
import { readKey } from './signature/read-key.ts'

const PRODUCT_KEYS = ['version', 'checksums', 'signature', 'keys', 'delivery', 'files'] as const

/** Reads and checks artifacts.yaml. @throws InputError with all mistakes */
export async function readArtifacts(path: string): Promise<ArtifactsFile> {
  return parseArtifacts(await readTextFile(path), path)
}

/** {@link readArtifacts} of a text; `path` is for messages and for the key files beside it. */
export function parseArtifacts(source: string, path: string): ArtifactsFile {
  const { documents } = parseYaml(source, path)
  const root = documents[0]
  const problems: Problem[] = []
  if (root?.kind !== 'map' || documents.length > 1)
    throw new InputError([
      {
        message: 'must be one mapping of products to their version and files',
        position: root?.position ?? { file: path },
      },
    ])
  const products = root.entries.map(({ key }) => key.raw)
  new Fields(root, products, problems)
  const artifacts = root.entries.flatMap(({ key, value }) => {
    if (!SAFE_NAME.test(key.raw))
      problems.push({
        message: `'${key.raw}' cannot be the name of a product: it names a folder`,
        position: key.position,
        hint: 'letters, digits and . _ + ~ - are allowed',
      })
    if (value.kind === 'map') return readProduct(key.raw, value, path, problems)
    problems.push({ message: `'${key.raw}' must be a mapping`, position: value.position })
    return []
  })
  problems.push(...doubles(artifacts))
  if (problems.length > 0) throw new InputError(distinct(problems))
  return { path: resolve(path), products, artifacts }
}

function readProduct(name: string, map: YamlMap, path: string, problems: Problem[]): Artifact[] {
  const fields = new Fields(map, PRODUCT_KEYS, problems)
  const version = fields.required('version')
  if (version !== undefined && !SAFE_NAME.test(version))
    fields.problem(fields.node('version')?.position ?? map.position, `'${version}' is no version`)
  const keys = fields.maps('keys').flatMap((each) => readKey(each, dirname(resolve(path)), problems))
  const files = fields.maps('files')
  if (files.length === 0 && (fields.node('files')?.kind ?? 'list') === 'list')
    fields.problem(map.position, `'${name}' has no files`)
  const product = {
    name,
    version: version ?? '',
    checksums: fields.placed('checksums'),
    signature: fields.placed('signature'),
    keys,
    delivery: fields.choice('delivery', DELIVERIES) ?? 'push',
  }
  const artifacts = files.flatMap((each) => readFileEntry(product, each, problems))
  const unsigned = !artifacts.some(({ signature }) => signature !== undefined)
  if (keys.length > 0 && unsigned && artifacts.length > 0)
    fields.problem(map.position, `'${name}' has keys and no signature to check with them`)
  if (keys.length === 0 && !unsigned && fields.node('keys') === undefined)
    fields.problem(
      map.position,
      `'${name}' has a signature and no keys`,
      'pin the fingerprint of the signer under keys',
    )
  return artifacts
}

/** What a product says wrong for all its files is said once. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()]
}

function doubles(artifacts: readonly Artifact[]): Problem[] {
  const seen = new Set<string>()
  return artifacts.flatMap(({ product, platform, architecture, form, position }) => {
    const key = `${product} has two ${form} files for ${platform}/${architecture}`
    if (!seen.has(key)) {
      seen.add(key)
      return []
    }
    return [{ message: key, position }]
  })
}
