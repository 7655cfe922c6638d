import { runner } from '../../probes/account.ts'
import { assignPath } from '../../probes/expand-path.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { hostFailure } from '../../values/host-failure.ts'
import { madeFrom, revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { hold, holdPrelude } from '../files/enter.ts'
import { observeReal, realPlace } from '../files/real-file.ts'
import { defineModule } from '../module.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'

const spec = {
  parameters: {
    path: { type: 'path', required: true, aliases: ['name'], doc: 'The file or directory.' },
    state: {
      type: 'str',
      choices: ['absent', 'present', 'query'],
      default: 'query',
      doc: 'Whether the entry shall be there; query only tells.',
    },
    entry: { type: 'str', doc: 'The whole entry: [d:]user:app:rwx; without the rights for absent.' },
    etype: { type: 'str', choices: ['group', 'mask', 'other', 'user'], doc: 'Whom the entry is for.' },
    entity: { type: 'str', default: '', doc: 'Name of the user or group.' },
    permissions: { type: 'str', doc: 'Rights: rwx, rX.' },
    default: { type: 'bool', default: false, doc: 'The entry is what new files in the directory get.' },
    recursive: { type: 'bool', default: false, aliases: ['recurse'], doc: 'All below, too.' },
    follow: { type: 'bool', default: true, doc: 'Follow a link.' },
    recalculate_mask: {
      type: 'str',
      choices: ['default', 'mask', 'no_mask'],
      default: 'default',
      doc: 'Whether the mask is worked out anew.',
    },
  },
} as const satisfies ParameterSpec

type Parameters = ParametersOf<typeof spec>

export default defineModule({
  name: 'acl',
  collection: 'ansible.posix',
  runsOn: 'host',
  documentation: {
    summary: 'Sees to an entry of the access list of a file or directory.',
    notes: [
      'setfacl --test tells whether anything differs; with recursive one file that does is a change, which Ansible overlooks.',
      'use_nfsv4_acls is refused.',
    ],
    examples: `
- name: the collector reads the logs
  acl: { path: /var/log/app, entity: collector, etype: user, permissions: rX, recursive: true, state: present }
`,
    returns: { acl: 'the entries, as getfacl prints them', msg: 'the entry, and whether it is there' },
  },
  spec,

  observe: (params) => {
    const wish = wishOf(params)
    return {
      ...observeReal(params.path),
      runs: runner(),
      look: scriptProbe(lookScript(params, wish), (output) => output),
    }
  },

  async *converge(params, { look, runs, ...answers }, context) {
    const wish = wishOf(params)
    // In check mode an earlier task may bring what is missing.
    if (context.check && (look.rc === NO_PROGRAM || answers.target.stat === null))
      return { changed: params.state !== 'query' }
    if (look.rc === NO_PROGRAM)
      throw new TaskFailure('Failed to find required executable "setfacl"', { hint: 'install acl' })
    const place = realPlace(answers, runs, params.follow)
    if (place === null) throw new TaskFailure('Path not found or not accessible.')
    if (look.rc !== 0) throw hostFailure(`cannot look at the access list of ${answers.target.path}`, look)
    const [tested = '', list = ''] = look.stdout.toString('utf8').split('\0')
    const acl = entriesOf(list)
    if (wish === null) return { msg: 'current acl', result: { acl } }
    const msg = `${wish.text} is ${params.state}`
    const differs = tested
      .split('\n')
      .some((line) => line !== '' && !line.startsWith('#') && !line.trimEnd().endsWith('*,*'))
    if (!differs) return { msg, result: { acl } }
    const output = yield {
      kind: 'run',
      says: `${params.state === 'present' ? 'set' : 'remove'} ${wish.text} on ${answers.target.path}`,
      touches: ['files'],
      contained: true,
      predicted: { acl },
      script: lines([
        holdPrelude,
        hold(place),
        sh`export LC_ALL=C; setfacl ${wish.words} -- ${`./${place.name}`} >&2 || exit
getfacl --absolute-names --omit-header ${params.default ? ['-d'] : []} -- ${`./${place.name}`}`,
      ]),
    }
    if (output.rc !== 0) throw hostFailure(`setfacl refuses ${wish.text}`, output)
    return { msg, result: { acl: entriesOf(output.stdout.toString('utf8')) } }
  },
})

const NO_PROGRAM = 127

interface Wish {
  readonly text: Text
  readonly words: readonly Text[]
}

/** Null for query. @throws TaskFailure in Ansible's words for parameters that do not go together */
function wishOf(params: Parameters): Wish | null {
  const { state, recalculate_mask: mask } = params
  const entry = revealText(params.entry)
  const [entity, permissions] = [revealText(params.entity), revealText(params.permissions)]
  const refuse = (message: string) => {
    throw new TaskFailure(message)
  }
  if (state === 'query') {
    if (params.recursive) refuse("'recursive' MUST NOT be set when 'state=query'.")
    if (mask !== 'default')
      refuse("'recalculate_mask' MUST NOT be set to 'mask' or 'no_mask' when 'state=query'.")
    if (entry !== undefined) refuse("'entry' MUST NOT be set when 'state=query'.")
    return null
  }
  if (entry !== undefined && (params.etype !== undefined || entity !== '' || permissions !== undefined))
    refuse("'entry' MUST NOT be set when 'entity', 'etype' or 'permissions' are set.")
  if (entry === undefined && params.etype === undefined) refuse(`'etype' MUST be set when 'state=${state}'.`)
  if (entry === undefined && state === 'absent' && permissions !== undefined)
    refuse("'permissions' MUST NOT be set when 'state=absent'.")
  if (entry === undefined && state === 'absent' && entity === '')
    refuse("'entity' MUST be set when 'state=absent'.")
  const parts = (entry ?? `${params.etype}:${entity}:${permissions ?? ''}`).split(':')
  const given = /^d/i.test(entry ?? '')
  if (given) parts.shift()
  if (parts.length < 2 || parts.length > 3 || (state === 'present' && parts.length !== 3))
    refuse(
      state === 'present'
        ? "'entry' MUST have 3 or 4 sections divided by ':' when 'state=present'."
        : "'entry' MUST have 2 or 3 sections divided by ':' when 'state=absent'.",
    )
  const [kind = '', name = '', rights = ''] = parts
  const kinds: Readonly<Record<string, string>> = { u: 'user', g: 'group', m: 'mask', o: 'other' }
  const type = kinds[kind.toLowerCase().charAt(0)]
  if (type === undefined)
    throw new TaskFailure(`'${madeFrom(kind, [params.entry])}' is no kind of entry`, {
      hint: 'user, group, mask or other',
    })
  const text = madeFrom(
    state === 'present' && rights !== '' ? `${type}:${name}:${rights}` : `${type}:${name}`,
    [params.entry, params.entity, params.permissions],
  )
  return {
    text,
    words: [
      ...(given || params.default ? ['-d'] : []),
      state === 'present' ? '-m' : '-x',
      text,
      ...(params.recursive ? ['--recursive'] : []),
      ...(mask === 'default' ? [] : [mask === 'mask' ? '--mask' : '--no-mask']),
      ...(params.follow ? [] : ['--physical']),
    ],
  }
}

function lookScript(params: Parameters, wish: Wish | null): ShellText {
  return lines([
    sh`command -v setfacl >/dev/null 2>&1 || exit ${NO_PROGRAM}
export LC_ALL=C`,
    assignPath('m_p', params.path),
    sh`[ -e "$m_p" ] || exit 0
${wish === null ? sh`:` : sh`setfacl --test ${wish.words} -- "$m_p" || exit`}
printf '\0'; getfacl --absolute-names --omit-header ${params.default ? ['-d'] : []} -- "$m_p"`,
  ])
}

function entriesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}
