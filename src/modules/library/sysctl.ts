import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
import { reasonOf, saidOn } from '../../values/host-failure.ts'
import { joinTexts, mapText, revealText, sameText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { readBoolean } from '../../values/text/boolean-words.ts'
import type { Output } from '../../values/transfer.ts'
import { observeEdited, readEdited } from '../editing/edited-file.ts'
import { secretText } from '../editing/editor.ts'
import { placeEdited } from '../editing/place-edited.ts'
import { editSysctl, sameValue } from '../host/sysctl-file.ts'
import { defineModule } from '../module.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'

const spec = {
  parameters: {
    name: { type: 'str', required: true, aliases: ['key'], doc: 'The parameter, with dots.' },
    value: {
      type: 'str',
      aliases: ['val'],
      doc: 'Its value; needed with present. yes and no become 1 and 0.',
    },
    state: {
      type: 'str',
      choices: ['present', 'absent'],
      default: 'present',
      doc: 'Whether the file shall have it.',
    },
    sysctl_file: { type: 'path', default: '/etc/sysctl.conf', doc: 'The file.' },
    sysctl_set: { type: 'bool', default: false, doc: 'Set it in the kernel by itself, too.' },
    reload: { type: 'bool', default: true, doc: 'Have the kernel read the file when something changed.' },
    ignoreerrors: {
      type: 'bool',
      default: false,
      doc: 'Pass over parameters that the kernel does not know.',
    },
  },
  requiredIf: [['state', 'present', ['value']]],
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'sysctl',
  collection: 'ansible.posix',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to a parameter of the kernel, in its file and in the kernel.',
    notes: [
      'The file is put back whole, by the door of copy; its entries are written as name=value, the first of several counts.',
    ],
    examples: `
- name: the collector listens on many sockets
  sysctl: { name: net.core.somaxconn, value: '1024', sysctl_file: /etc/sysctl.d/90-collector.conf }
`,
    returns: { changed: 'whether the file or the kernel had another value' },
  },
  spec,

  observe: (params) => ({
    ...observeEdited(wishOf(params)),
    current: scriptProbe(
      sh`command -v sysctl >/dev/null 2>&1 || { printf nosysctl; exit 0; }
LC_ALL=C sysctl -e -n -- ${nameOf(params)}`,
      (output) => output,
    ),
  }),

  async *converge(params, { current, ...answers }, context) {
    const name = nameOf(params)
    if (current.stdout.equals(Buffer.from('nosysctl')))
      throw new TaskFailure('the host has no sysctl', { hint: 'install procps' })
    const value = params.state === 'present' ? mapText(params.value ?? '', wantedValue) : null
    if (sameText(value ?? undefined, '')) throw new TaskFailure('value cannot be blank')
    const file = readEdited(wishOf(params), answers)
    const { text, old } = editSysctl(
      file.old?.bytes.toString('utf8') ?? '',
      revealText(name),
      value === null ? null : revealText(value),
    )
    const inKernel = current.rc === 0 ? current.stdout.toString('utf8') : null
    const differs = value !== null && (inKernel === null || !sameValue(inKernel, revealText(value)))
    const write = value === null ? old !== null : !sameText(value, old)
    const set = params.sysctl_set && value !== null && inKernel !== null && differs
    const flags = params.ignoreerrors ? ['-e'] : []
    if (!write && !(differs && (params.reload || params.sysctl_set))) return {}
    if (set) {
      const output = yield {
        kind: 'run',
        says: `set ${name} to ${value}`,
        contained: true,
        script: sh`LC_ALL=C sysctl ${flags} -w ${joinTexts([name, '=', value])}`,
      }
      if (failed(output)) throw new TaskFailure(`setting ${name} failed: ${reasonOf(output)}`)
    }
    if (write)
      yield* placeEdited(
        file,
        secretText(Buffer.from(text), [params.name, params.value], file.path),
        {},
        context,
      )
    if (!params.reload) return {}
    const output = yield {
      kind: 'run',
      says: `read ${file.path} into the kernel`,
      contained: true,
      script: lines([sh`LC_ALL=C sysctl ${flags} -p ${file.path}`]),
    }
    if (failed(output)) throw new TaskFailure(`Failed to reload sysctl: ${reasonOf(output)}`)
    return {}
  },
})

/** sysctl may end well though a value was refused. */
function failed(output: Output): boolean {
  return (
    output.rc !== 0 ||
    /^sysctl: setting key "[^"]+": (?:Invalid argument|Read-only file system)$/m.test(saidOn(output))
  )
}

/** @throws TaskFailure for a name that is none */
function nameOf(params: Parameters): Text {
  const name = mapText(params.name, (text) => text.trim())
  if (textMatches(name, /^[A-Za-z0-9_][\w.\-/*:@]*$/)) return name
  throw new TaskFailure(
    sameText(name, '') ? 'name cannot be blank' : `'${name}' names no parameter of the kernel`,
  )
}

function wantedValue(text: string): string {
  const flag = readBoolean(text)
  return flag === undefined ? text.trim() : flag ? '1' : '0'
}

function wishOf(params: Parameters) {
  return { path: params.sysctl_file, owner: undefined, group: undefined }
}
