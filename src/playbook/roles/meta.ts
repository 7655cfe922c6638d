import type { Value } from '../../values/value.ts'
import type { YamlList, YamlNode } from '../../yaml/node.ts'
import { toValue } from '../../yaml/to-value.ts'
import { Fields, fieldsOf, isNull } from '../fields.ts'
import type { Mistakes } from '../mistakes.ts'
import { findRoleFile, readRoleDocument } from './role-files.ts'

/** What `meta/main.yml` and `meta/argument_specs.yml` say that counts in a run. */
export interface RoleMeta {
  readonly dependencies: YamlList | undefined
  readonly allowDuplicates: boolean
  /** By entry point (`main`). */
  readonly argumentSpecs: ReadonlyMap<string, Value>
}

/** The role's own words on what it needs; `galaxy_info` and its like are for other programs. */
export async function readMeta(role: string, mistakes: Mistakes): Promise<RoleMeta> {
  const main = await document(role, undefined, mistakes)
  const fields = main?.kind === 'map' ? new Fields(fieldsOf(main), mistakes) : undefined
  if (main !== undefined && main.kind !== 'map' && !isNull(main))
    mistakes.add(main.position, 'the meta/main.yml of a role is a mapping')
  const dependencies = fields?.node('dependencies')
  if (dependencies !== undefined && dependencies.kind !== 'list')
    mistakes.add(dependencies.position, 'Expected role dependencies to be a list.')
  const own = await document(role, 'argument_specs', mistakes)
  const specs =
    own?.kind === 'map'
      ? fieldsOf(own).find(({ name }) => name === 'argument_specs')?.value
      : fields?.node('argument_specs')
  return {
    dependencies: dependencies?.kind === 'list' ? dependencies : undefined,
    allowDuplicates: fields?.boolean('allow_duplicates') === true,
    argumentSpecs:
      specs?.kind === 'map'
        ? new Map(fieldsOf(specs).map(({ name, value }) => [name, toValue(value)]))
        : new Map(),
  }
}

async function document(
  role: string,
  name: string | undefined,
  mistakes: Mistakes,
): Promise<YamlNode | undefined> {
  const path = await findRoleFile({ role, folder: 'meta', from: name })
  return path === undefined ? undefined : readRoleDocument(path, mistakes)
}
