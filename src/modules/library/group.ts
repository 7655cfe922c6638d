import { group } from '../../probes/account.ts'
import { numberField, splitFields } from '../../probes/fields.ts'
import { lines, sh } from '../../shell/sh.ts'
import { sameText } from '../../values/secret.ts'
import { toolSucceeded } from '../accounts/tool.ts'
import { groupFunction } from '../files/attributes/owners.ts'
import { defineModule } from '../module.ts'

export default defineModule({
  name: 'group',
  runsOn: 'host',
  documentation: {
    summary: 'Makes, changes and removes groups.',
    examples: `
- name: the collector's group
  group: { name: prometheus, system: true }
`,
    returns: { 'name, state, gid, system': 'of the group' },
  },
  spec: {
    parameters: {
      name: { type: 'str', required: true, doc: 'Name of the group.' },
      state: { type: 'str', choices: ['present', 'absent'], default: 'present', doc: 'There or gone.' },
      gid: { type: 'int', doc: 'Id.' },
      system: { type: 'bool', default: false, doc: 'A new group gets an id of the system range.' },
      non_unique: { type: 'bool', default: false, doc: 'Let the id be shared.' },
      force: { type: 'bool', default: false, doc: 'Remove it even when it is the primary group of a user.' },
    },
    requiredIf: [['non_unique', true, ['gid']]],
  },

  observe: (params) => ({ entry: group(params.name) }),

  async *converge(params, { entry }) {
    const { name } = params
    const gid = entry !== null && sameText(name, entry.name) ? entry.gid : null
    if (params.state === 'absent') {
      const result = { name, state: 'absent' }
      if (gid === null) return { result }
      const words = params.force ? ['-f'] : []
      const output = yield {
        kind: 'run',
        says: `remove group ${params.name}`,
        predicted: result,
        touches: ['accounts', 'files'],
        contained: true,
        script: sh`LC_ALL=C groupdel ${words} -- ${name}`,
      }
      toolSucceeded(output, { name })
      return { result }
    }
    const result = { name, state: 'present', system: params.system }
    if (gid !== null && (params.gid === undefined || params.gid === gid))
      return { result: { ...result, gid } }
    const words = [
      ...(params.gid === undefined ? [] : ['-g', String(params.gid)]),
      ...(params.non_unique ? ['-o'] : []),
      ...(gid === null && params.system ? ['-r'] : []),
    ]
    const tool = gid === null ? 'groupadd' : 'groupmod'
    const output = yield {
      kind: 'run',
      says: gid === null ? `create group ${params.name}` : `change id of group ${params.name}`,
      predicted: { ...result, ...(params.gid === undefined ? {} : { gid: params.gid }) },
      touches: ['accounts', 'files'],
      contained: true,
      script: lines([
        groupFunction,
        sh`LC_ALL=C ${tool} ${words} -- ${name} || exit
printf 'gid\0%s\0' "$(m_gid ${name})"`,
      ]),
    }
    toolSucceeded(output, { name })
    return {
      result: { ...result, gid: numberField(splitFields(output.stdout, `make group ${name}`), 'gid') },
    }
  },
})
