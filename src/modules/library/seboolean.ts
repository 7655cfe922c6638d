import { field, readFields } from '../../probes/fields.ts'
import { scriptProbe } from '../../probes/script.ts'
import { sh } from '../../shell/sh.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { mapText, sameText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'

const NO_SELINUX = 127

export default defineModule({
  name: 'seboolean',
  collection: 'ansible.posix',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to a switch of the SELinux policy.',
    notes: [
      'What the policy holds for after a boot is known where the host has semanage; without it the value that counts now is taken for it.',
      'ignore_selinux_state is refused.',
    ],
    examples: `
- name: the web server may connect to the application
  seboolean: { name: httpd_can_network_connect, state: true, persistent: true }
`,
    returns: { 'name, persistent, state': 'as the task has them' },
  },
  spec: {
    parameters: {
      name: { type: 'str', required: true, doc: 'The switch.' },
      state: { type: 'bool', required: true, doc: 'On or off.' },
      persistent: { type: 'bool', default: false, doc: 'After a boot, too.' },
    },
  },

  observe: (params) => ({
    look: scriptProbe(
      sh`command -v getsebool >/dev/null 2>&1 && command -v setsebool >/dev/null 2>&1 || exit ${NO_SELINUX}
export LC_ALL=C
m_o=$(getsebool -- ${params.name}) || exit
printf 'now\0%s\0' "$m_o"
! command -v semanage >/dev/null 2>&1 || { printf 'kept\0'; semanage boolean -l -n; printf '\0'; }`,
      (output) => output,
    ),
  }),

  async *converge(params, { look }, context) {
    const { name } = params
    const result = { name, persistent: params.persistent, state: params.state }
    // In check mode an earlier task may bring it.
    if (look.rc === NO_SELINUX && context.check) return { changed: true, result }
    if (look.rc === NO_SELINUX)
      throw new TaskFailure('the host has no SELinux', {
        hint: 'install policycoreutils; or leave the task out by when',
      })
    if (look.rc !== 0)
      throw hostFailure(`SELinux boolean ${mapText(name, displayText)} cannot be looked at`, look, {
        hint: 'getsebool -a lists all; where SELinux is disabled there are none',
      })
    const fields = readFields(look, 'ask for the boolean')
    const now = /--> on\s*$/.test(field(fields, 'now')?.toString('utf8') ?? '')
    const kept = keptValue(field(fields, 'kept')?.toString('utf8') ?? '', name) ?? now
    if (now === params.state && (!params.persistent || kept === params.state)) return { result }
    const output = yield {
      kind: 'run',
      says: `turn ${name} ${params.state ? 'on' : 'off'}`,
      touches: ['files'],
      contained: true,
      diff: [
        { header: `${name}`, before: `${now ? 'on' : 'off'}\n`, after: `${params.state ? 'on' : 'off'}\n` },
      ],
      predicted: result,
      script: sh`LC_ALL=C setsebool ${params.persistent ? ['-P'] : []} ${name} ${params.state ? 'on' : 'off'}`,
    }
    if (output.rc !== 0) throw hostFailure(`Failed to set boolean ${name}`, output, { hint: 'become root' })
    return { result }
  },
})

/** The second word in brackets of semanage's list: `name  (on , off)  …`. */
function keptValue(list: string, name: Text): boolean | undefined {
  for (const line of list.split('\n')) {
    const [first = ''] = line.split(/[\s(]/, 1)
    if (!sameText(name, first)) continue
    const inside = line.slice(line.indexOf('(') + 1, line.indexOf(')')).split(',')
    return inside[1]?.trim() === 'on'
  }
  return undefined
}
