import { command } from '../../probes/command.ts'
import { type Text as FileText, text } from '../../probes/text.ts'
import { sh } from '../../shell/sh.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { mapText, sameText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { displayText } from '../../values/text/visible.ts'
import { dict, type Value } from '../../values/value.ts'
import { defineModule } from '../module.ts'

/** A host name has at most 64 characters, and its file little more. */
const LIMIT = 1024

export default defineModule({
  name: 'hostname',
  runsOn: 'host',
  documentation: {
    summary: 'Sets the name of the host, now and after a boot.',
    notes: ['/etc/hosts is left alone, as with Ansible.'],
    examples: `
- name: as the inventory calls it
  hostname: { name: '{{ inventory_hostname }}' }
`,
    returns: {
      name: 'the name',
      ansible_facts: 'ansible_hostname and ansible_nodename of the host from now on',
    },
  },
  spec: {
    parameters: {
      name: { type: 'str', required: true, doc: 'The name, at most 64 characters.' },
      use: {
        type: 'str',
        choices: ['systemd', 'debian', 'redhat', 'generic'],
        doc: 'How it is set: by hostnamectl (systemd), or by /etc/hostname and the program hostname. Default: what the host has.',
      },
    },
  },

  observe: () => ({
    permanent: text('/etc/hostname', LIMIT),
    current: text('/proc/sys/kernel/hostname', LIMIT),
    hostnamectl: command('hostnamectl'),
  }),

  async *converge(params, { permanent, current, hostnamectl }) {
    const { name } = params
    if (!textMatches(name, /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,62}[A-Za-z0-9])?$/))
      throw new TaskFailure(`'${mapText(name, displayText)}' cannot be the name of a host`, {
        hint: 'letters, digits, - and . between them; at most 64 characters',
      })
    const facts = new Map<string, Value>([
      ['ansible_hostname', mapText(name, (text) => text.split('.')[0]!)],
      ['ansible_nodename', name],
    ])
    const outcome = { result: { name, ansible_facts: new Map(facts) }, gathered: facts }
    const before = { permanent: nameIn(permanent), current: nameIn(current) }
    if (sameText(name, before.permanent) && sameText(name, before.current)) return outcome
    const bySystemd = params.use === undefined ? hostnamectl : params.use === 'systemd'
    const output = yield {
      kind: 'run',
      says: `name the host ${name}`,
      touches: ['files'],
      contained: true,
      diff: [{ header: 'hostname', before: dict(before), after: dict({ permanent: name, current: name }) }],
      predicted: { name },
      script: bySystemd
        ? sh`hostnamectl set-hostname -- ${name}`
        : sh`hostname -- ${name} && umask 022 && printf '%s\n' ${name} >/etc/hostname.muster && mv -f -- /etc/hostname.muster /etc/hostname`,
    }
    if (output.rc !== 0)
      throw hostFailure(`the host cannot be named ${name}`, output, {
        hint: 'become root; where hostnamectl does not work (a container without D-Bus), set use: generic',
      })
    return outcome
  },
})

function nameIn(file: FileText): string | null {
  return file.kind === 'file' ? file.bytes.toString('utf8').trim() : null
}
