import { field, readFields } from '../../probes/fields.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { mapText, revealText, sameText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'

const NO_SEMANAGE = 127

export default defineModule({
  name: 'seport',
  collection: 'community.general',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to the type that SELinux gives a port.',
    notes: ['Ranges are compared as they are written. ignore_selinux_state is refused.'],
    examples: `
- name: the exporter's port
  seport: { ports: '9100', proto: tcp, setype: http_port_t, state: present }
`,
    returns: { 'ports, proto, setype, state': 'as the task has them' },
  },
  spec: {
    parameters: {
      ports: { type: 'list', required: true, doc: 'Ports, or ranges: 9100, 9000-9010.' },
      proto: { type: 'str', required: true, choices: ['tcp', 'udp'], doc: 'The protocol.' },
      setype: { type: 'str', required: true, doc: 'The type.' },
      state: {
        type: 'str',
        choices: ['absent', 'present'],
        default: 'present',
        doc: 'Whether the ports shall have it.',
      },
      reload: { type: 'bool', default: true, doc: 'Have the kernel read the policy.' },
      local: {
        type: 'bool',
        default: false,
        doc: "Look only at what was added to the distribution's policy.",
      },
    },
  },

  observe: (params) => ({
    look: scriptProbe(
      sh`command -v semanage >/dev/null 2>&1 || exit ${NO_SEMANAGE}
export LC_ALL=C
printf 'all\0'; semanage port -l -n ${params.local ? ['-C'] : []} || exit; printf '\0'`,
      (output) => output,
    ),
  }),

  async *converge(params, { look }, context) {
    const ports = params.ports.map((port) => mapText(port, (text) => text.trim()))
    const type = params.setype
    for (const port of ports)
      if (!textMatches(port, /^\d{1,5}(?:-\d{1,5})?$/))
        throw new TaskFailure(`'${port}' is no port`, { hint: '9100, or 9000-9010' })
    const { proto, state } = params
    const result = { ports, proto, setype: params.setype, state }
    // In check mode an earlier task may bring it.
    if (look.rc === NO_SEMANAGE && context.check) return { changed: true, result }
    if (look.rc === NO_SEMANAGE)
      throw new TaskFailure('Failed to find required executable "semanage"', {
        hint: 'install policycoreutils-python-utils (policycoreutils-python on older hosts)',
      })
    if (look.rc !== 0) throw hostFailure('semanage cannot list the ports', look, { hint: 'become root' })
    const types = typesOf(field(readFields(look, 'ask semanage'), 'all')?.toString('utf8') ?? '', proto)
    const present = state === 'present'
    const left = ports.filter(
      (port) => (types.get(revealText(port))?.some((one) => sameText(type, one)) ?? false) !== present,
    )
    if (left.length === 0) return { result }
    const output = yield {
      kind: 'run',
      says: `${present ? 'give' : 'take'} ${type} ${present ? 'to' : 'from'} ${proto} ${left.join(', ')}`,
      touches: ['files'],
      contained: true,
      diff: left.map((port) => ({
        header: `${proto} ${port}`,
        before: `${(types.get(revealText(port)) ?? []).join(', ')}\n`,
        after: present ? `${type}\n` : '',
      })),
      predicted: result,
      script: lines([
        sh`export LC_ALL=C`,
        ...left.map(
          (port) =>
            sh`semanage port ${present ? (types.has(revealText(port)) ? '-m' : '-a') : '-d'} ${params.reload ? [] : ['-N']} -t ${type} -p ${proto} ${port} || exit`,
        ),
      ]),
    }
    if (output.rc !== 0)
      throw hostFailure(`semanage refuses ${type} for ${left.join(', ')}`, output, {
        hint: present
          ? 'look at the type (semanage port -l)'
          : 'what the policy of the distribution says can be changed, not removed',
      })
    return { result }
  },
})

/** The types of each port or range of a protocol: `http_port_t   tcp   80, 81, 9000-9010`. */
function typesOf(list: string, proto: string): Map<string, string[]> {
  const types = new Map<string, string[]>()
  for (const line of list.split('\n')) {
    const [type = '', protocol, ...ports] = line.split(/[\s,]+/)
    if (protocol !== proto) continue
    for (const port of ports) if (port !== '') types.set(port, [...(types.get(revealText(port)) ?? []), type])
  }
  return types
}
