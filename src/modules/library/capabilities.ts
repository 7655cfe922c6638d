import { runner } from '../../probes/account.ts'
import { assignPath } from '../../probes/expand-path.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { madeFrom, revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { hold, holdPrelude } from '../files/enter.ts'
import { observeReal, realPlace } from '../files/real-file.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'

export default defineModule({
  name: 'capabilities',
  collection: 'community.general',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to a capability of a program.',
    notes: ['A package that replaces the file takes its capabilities away: do this behind the package.'],
    examples: `
- name: the exporter may ping
  capabilities: { path: /usr/local/bin/blackbox_exporter, capability: cap_net_raw+ep, state: present }
`,
    returns: { msg: 'capabilities changed', state: 'present or absent' },
  },
  spec: {
    parameters: {
      path: { type: 'path', required: true, aliases: ['key'], doc: 'The program.' },
      capability: {
        type: 'str',
        required: true,
        aliases: ['cap'],
        doc: 'The capability with an operator and flags: cap_net_raw+ep; for absent the name is enough.',
      },
      state: {
        type: 'str',
        choices: ['absent', 'present'],
        default: 'present',
        doc: 'Whether it shall have it.',
      },
    },
  },

  observe: (params) => ({
    ...observeReal(params.path),
    runs: runner(),
    look: scriptProbe(
      lines([
        sh`command -v setcap >/dev/null 2>&1 && command -v getcap >/dev/null 2>&1 || exit ${NO_PROGRAM}`,
        assignPath('m_p', params.path),
        // It follows no links.
        sh`[ ! -e "$m_p" ] || { m_p=$(readlink -f -- "$m_p") && m_o=$(LC_ALL=C getcap -- "$m_p") && printf '%s' "\${m_o#"$m_p"}"; }`,
      ]),
      (output) => output,
    ),
  }),

  async *converge(params, { look, runs, ...answers }, context) {
    const wanted = parse(params.capability)
    const present = params.state === 'present'
    if (present && wanted.flags === null)
      throw new TaskFailure("Couldn't find operator (one of: ['=', '-', '+'])", {
        hint: 'write it as cap_net_raw+ep',
      })
    // In check mode an earlier task may bring what is missing.
    if (context.check && (look.rc === NO_PROGRAM || answers.target.stat === null)) return { changed: present }
    if (look.rc === NO_PROGRAM)
      throw new TaskFailure('Failed to find required executable "setcap"', {
        hint: 'install libcap2-bin, or libcap',
      })
    const place = realPlace(answers, runs, true)
    if (place === null)
      throw new TaskFailure(`Unable to get capabilities of ${answers.target.path}: there is no such file`)
    if (look.rc !== 0) throw hostFailure(`Unable to get capabilities of ${answers.target.path}`, look)
    const current = readCapabilities(look.stdout.toString('utf8'))
    const others = current.filter(({ name }) => name !== wanted.name)
    const there = current.find(({ name }) => name === wanted.name)
    const right = present ? there !== undefined && sameFlags(there.flags, wanted.flags) : there === undefined
    const result = { state: params.state }
    if (right) return { result }
    const next = [...others, ...(present ? [wanted] : [])]
    const text = madeFrom(shown(next), [params.capability])
    const output = yield {
      kind: 'run',
      says: `${present ? 'give' : 'take'} ${madeFrom(wanted.name, [params.capability])} ${present ? 'to' : 'from'} ${answers.target.path}`,
      touches: ['files'],
      contained: true,
      diff: [{ header: answers.target.path, before: `${shown(current)}\n`, after: `${text}\n` }],
      predicted: result,
      script: lines([
        holdPrelude,
        hold(place),
        next.length === 0
          ? sh`LC_ALL=C setcap -r ${`./${place.name}`}`
          : sh`LC_ALL=C setcap ${text} ${`./${place.name}`}`,
      ]),
    }
    if (output.rc !== 0) throw hostFailure(`Unable to set capabilities of ${answers.target.path}`, output)
    return { msg: 'capabilities changed', result }
  },
})

const NO_PROGRAM = 127

interface Capability {
  readonly name: string
  /** Operator and flags; null when only the name was given. */
  readonly flags: string | null
}

function parse(capability: Text): Capability {
  const text = revealText(capability).trim().toLowerCase()
  const [, name = text, flags] = /^([a-z0-9_]+)([=+-][eip]*)$/.exec(text) ?? []
  if (!/^[a-z0-9_]+$/.test(name))
    throw new TaskFailure(`'${capability}' is no capability`, { hint: 'write it as cap_net_raw+ep' })
  return { name, flags: flags ?? null }
}

/** `=` and `+` mean the same for a capability that stands alone, and the order of flags means nothing. */
function sameFlags(one: string | null, other: string | null): boolean {
  const sorted = (flags: string | null) => [...(flags ?? '').slice(1)].sort().join('')
  return sorted(one) === sorted(other)
}

/** Reads what getcap prints behind the path: `cap_a,cap_b=ep`, or `= cap_a+ep` of older ones. */
function readCapabilities(text: string): Capability[] {
  return text
    .trim()
    .replace(/^= /, '')
    .split(/\s+/)
    .flatMap((word) => {
      const [, names = '', flags = ''] = /^([a-z0-9_,]+)([=+-][eip]*)$/.exec(word.toLowerCase()) ?? []
      return names === '' ? [] : names.split(',').map((name) => ({ name, flags }))
    })
}

function shown(all: readonly Capability[]): string {
  return all.map(({ name, flags }) => `${name}${flags ?? ''}`).join(' ')
}
