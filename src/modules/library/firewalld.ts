import { field, readFields } from '../../probes/fields.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { joinTexts, sameText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import { type Subject, subjectOf } from '../firewalls/firewalld-subject.ts'
import { defineModule } from '../module.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'

const spec = {
  parameters: {
    state: {
      type: 'str',
      required: true,
      choices: ['absent', 'disabled', 'enabled', 'present'],
      doc: 'enabled and disabled for what is in a zone; present and absent for a zone and its target.',
    },
    zone: { type: 'str', doc: 'The zone. Default: that of firewalld.' },
    service: { type: 'str', doc: 'A service that firewalld knows.' },
    port: { type: 'str', doc: 'A port or ports with protocol: 9100/tcp, 8000-8010/udp.' },
    protocol: { type: 'str', doc: 'A protocol.' },
    source: { type: 'str', doc: 'A network whose packets are of the zone.' },
    interface: { type: 'str', doc: 'An interface of the zone.' },
    rich_rule: { type: 'str', doc: 'A rule in the rich language of firewalld.' },
    port_forward: { type: 'list', elements: 'dict', doc: 'One forward: port, proto, toport, toaddr.' },
    icmp_block: { type: 'str', doc: 'A type of ICMP that is blocked.' },
    icmp_block_inversion: { type: 'bool', doc: 'Blocks of ICMP mean the opposite.' },
    masquerade: { type: 'bool', doc: 'Masquerading.' },
    forward: { type: 'bool', doc: 'Forwarding within the zone.' },
    target: {
      type: 'str',
      choices: ['default', 'ACCEPT', 'DROP', '%%REJECT%%'],
      doc: 'What becomes of other packets.',
    },
    permanent: { type: 'bool', default: false, doc: 'In the files of firewalld, for after a boot.' },
    immediate: { type: 'bool', default: false, doc: 'In the firewall that runs; without permanent always.' },
    timeout: {
      type: 'int',
      default: 0,
      doc: 'Seconds after which firewalld ends it by itself; not for permanent.',
    },
    offline: {
      type: 'bool',
      default: false,
      doc: 'Go on where firewalld does not run, and change the files alone.',
    },
  },
  requiredBy: { interface: ['zone'], target: ['zone'], source: ['permanent'] },
  mutuallyExclusive: [
    [
      ...(['icmp_block', 'icmp_block_inversion', 'service', 'protocol', 'port', 'port_forward'] as const),
      ...(['rich_rule', 'interface', 'forward', 'masquerade', 'source', 'target'] as const),
    ],
  ],
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'firewalld',
  collection: 'ansible.posix',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to a service, a port and the like in a zone of firewalld, now and after a boot.',
    notes: [
      'firewall-cmd is asked and told; where firewalld does not run, firewall-offline-cmd changes the files.',
      'A new zone counts when firewalld reads its files anew.',
    ],
    examples: `
- name: collectors may be asked
  firewalld: { port: 9100/tcp, permanent: true, immediate: true, state: enabled }
- name: from that network alone
  firewalld:
    rich_rule: rule family="ipv4" source address="10.0.0.0/8" port port="9100" protocol="tcp" accept
    zone: internal
    permanent: true
    state: enabled
`,
    returns: { msg: 'what was looked at, and what was changed' },
  },
  spec,

  observe: (params) => ({ look: scriptProbe(lookScript(params, subjectOf(params)), (output) => output) }),

  async *converge(params, { look }, context) {
    const subject = subjectOf(params)
    if (params.offline && !params.permanent)
      throw new TaskFailure('offline cannot be enabled unless permanent changes are allowed')
    // In check mode an earlier task may bring firewalld.
    if (look.rc === NO_FIREWALLD && context.check) return { changed: true }
    if (look.rc === NO_FIREWALLD)
      throw new TaskFailure('Failed to find required executable "firewall-cmd"', {
        hint: 'install firewalld',
      })
    const state = readLook(look, subject)
    const immediate = params.offline && !state.running ? false : params.immediate || !params.permanent
    if (immediate && !state.running && !context.check)
      throw new TaskFailure(
        'firewall is not currently running, unable to perform immediate actions without a running firewall daemon',
        { hint: 'start it first (module systemd); or set permanent: true and offline: true' },
      )
    const now = immediate && !subject.permanentOnly
    const calls = [
      ...(params.permanent && state.permanent !== subject.wanted
        ? [call(params, subject, state.running, true)]
        : []),
      ...(now && state.runtime !== subject.wanted ? [call(params, subject, state.running, false)] : []),
    ]
    const how = params.permanent
      ? now
        ? 'Permanent and Non-Permanent(immediate) operation'
        : 'Permanent operation'
      : 'Non-permanent operation'
    if (calls.length === 0) return { msg: how }
    const done = `Changed ${subject.what} to ${params.state}`
    const output = yield {
      kind: 'run',
      says: `${subject.wanted ? 'have' : 'do without'} ${subject.what}${params.zone === undefined ? '' : ` in ${params.zone}`}`,
      touches: ['files'],
      contained: true,
      diff: [
        {
          header: 'firewalld',
          before: subject.wanted ? '' : `${subject.what}\n`,
          after: subject.wanted ? `${subject.what}\n` : '',
        },
      ],
      script: lines([sh`export LC_ALL=C`, ...calls.map((one) => sh`${one} >&2 || exit`)]),
    }
    if (output.rc !== 0) throw hostFailure(`firewalld refuses ${subject.what}`, output)
    return { msg: `${how}, ${done}` }
  },
})

const NO_FIREWALLD = 127
/** What firewall-cmd says of something that is not there. */
const NO = 1

function zoneWords({ zone }: Parameters, subject: Subject): Text[] {
  // A zone itself is in none.
  return zone === undefined || subject.isZone ? [] : [joinTexts(['--zone=', zone])]
}

function lookScript(params: Parameters, subject: Subject): ShellText {
  const zone = zoneWords(params, subject)
  const ask = subject.query ?? subject.list?.word ?? ''
  return sh`command -v firewall-cmd >/dev/null 2>&1 || exit ${NO_FIREWALLD}
export LC_ALL=C
m_ask() { m_o=$("$@" 2>&1); printf '%s\0%s\0' "$m_k" "$? $m_o"; }
if firewall-cmd --state >/dev/null 2>&1; then
  printf 'running\0\0'
  ${params.permanent ? sh`m_k=permanent; m_ask firewall-cmd --permanent ${zone} ${ask}` : sh`:`}
  ${subject.permanentOnly ? sh`:` : sh`m_k=runtime; m_ask firewall-cmd ${zone} ${ask}`}
else
  m_k=permanent; m_ask firewall-offline-cmd ${zone} ${ask}
fi`
}

interface Look {
  readonly running: boolean
  readonly permanent: boolean
  readonly runtime: boolean
}

/** @throws TaskFailure with the words of firewalld for what it does not know */
function readLook(output: Output, subject: Subject): Look {
  const fields = readFields(output, 'ask firewalld')
  const told = (name: string): boolean => {
    const text = field(fields, name)?.toString('utf8')
    if (text === undefined) return false
    const at = text.indexOf(' ')
    const [rc, said] = [Number(text.slice(0, at)), text.slice(at + 1).trim()]
    if (rc !== 0 && (rc !== NO || subject.list !== null))
      throw new TaskFailure(`firewalld cannot tell of ${subject.what}: ${said.slice(0, 500)}`, {
        hint: 'look at the names of zone, service and the like (firewall-cmd --get-zones, --get-services); become root',
      })
    return subject.list === null
      ? rc === 0
      : said.split(/\s+/).some((word) => sameText(subject.list?.holds, word))
  }
  return {
    running: field(fields, 'running') !== undefined,
    permanent: told('permanent'),
    runtime: told('runtime'),
  }
}

function call(params: Parameters, subject: Subject, running: boolean, permanent: boolean): ShellText {
  const word = subject.wanted ? subject.add : subject.remove
  const expires = !permanent && subject.wanted && subject.expires && params.timeout > 0
  return sh`${running ? 'firewall-cmd' : 'firewall-offline-cmd'} ${[
    ...(permanent && running ? ['--permanent'] : []),
    ...zoneWords(params, subject),
    word,
    ...(expires ? [`--timeout=${params.timeout}`] : []),
  ]}`
}
