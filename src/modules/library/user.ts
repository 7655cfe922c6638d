import { splitFields } from '../../probes/fields.ts'
import { lines, sh } from '../../shell/sh.ts'
import { joinTexts, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { toolSucceeded, warnings } from '../accounts/tool.ts'
import { creation, modification } from '../accounts/user-changes.ts'
import { homeFunctions } from '../accounts/user-home.ts'
import { type UserParameters, userParameters } from '../accounts/user-parameters.ts'
import {
  keyFile,
  keyFunction,
  keyPath,
  readKey,
  readPasswd,
  type SshKey,
  type UserQuestions,
  type UserState,
  userFunction,
  userProbes,
  userState,
} from '../accounts/user-state.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'

export default defineModule({
  name: 'user',
  runsOn: 'host',
  documentation: {
    summary: 'Makes, changes and removes users.',
    notes: [
      'Only what the task names is changed.',
      'Homes and SSH keys are made by root only where root owns all directories on the way; elsewhere as the user, or refused.',
      'The hash of a password travels on standard input and is in no command line of the host.',
    ],
    examples: `
- name: the collector's own user
  user:
    name: prometheus
    system: true
    create_home: false
    home: /var/lib/prometheus
    shell: /usr/sbin/nologin
`,
    returns: {
      'name, state, uid, group, comment, home, shell':
        'of the user; group is the number of the primary group',
      groups: 'supplementary groups as the task names them, with commas',
      'ssh_key_file, ssh_public_key, ssh_fingerprint': 'of the SSH key',
    },
  },
  spec: { parameters: userParameters },

  observe: (params) => userProbes(questions(params)),

  async *converge(params, answers, context) {
    const { name } = params
    const state = userState(questions(params), answers)
    if (params.state === 'absent') {
      if (state.passwd === null) return { result: { name, state: 'absent' } }
      const words = [...(params.force ? ['-f'] : []), ...(params.remove ? ['-r'] : [])]
      const result = { name, state: 'absent', force: params.force, remove: params.remove }
      const output = yield {
        kind: 'run',
        says: `remove user ${params.name}`,
        predicted: result,
        touches: ['accounts', 'files'],
        contained: true,
        script: sh`LC_ALL=C userdel ${words} -- ${name}`,
      }
      toolSucceeded(output, { name })
      return { result: { ...result, ...warnings(output) } }
    }
    // In check mode an earlier task may make the group.
    if (!context.check) requireGroups(state, name)
    const about: Record<string, Value> = {
      name,
      state: 'present',
      ...(state.passwd === null
        ? { system: params.system, create_home: params.create_home }
        : { append: params.append, move_home: params.move_home }),
      ...(params.password === undefined ? {} : { password: 'NOT_LOGGING_PASSWORD' }),
      ...(params.groups === undefined ? {} : { groups: joinTexts(params.groups, ',') }),
    }
    const change = state.passwd === null ? creation(params, state) : modification(params, state)
    if (change.steps.length === 0)
      return { result: { ...about, ...entry(state.passwd), ...keyResult(state.key) } }
    const output = yield {
      kind: 'run',
      says:
        state.passwd === null
          ? change.says.join(', ')
          : `change ${change.says.join(', ')} of user ${params.name}`,
      predicted: { ...about, ...entry(state.passwd) },
      touches: ['accounts', 'files'],
      contained: true,
      ...(change.password === undefined ? {} : { stdin: change.password }),
      script: lines([
        userFunction,
        ...(params.generate_ssh_key ? [keyFunction] : change.home ? [homeFunctions] : []),
        sh`m_n=${name}`,
        ...change.steps,
        sh`m_user "$m_n"`,
        ...(params.generate_ssh_key
          ? [sh`m_home=$(printf %s "$m_u" | cut -d: -f6)`, keyPath(keyFile(params)), sh`m_key "$m_f"`]
          : []),
      ]),
    }
    toolSucceeded(output, { name }, change.steps.length)
    const fields = splitFields(output.stdout, `change user ${name}`)
    return {
      result: {
        ...about,
        ...warnings(output),
        ...entry(readPasswd(fields, name)),
        ...keyResult(readKey(fields)),
      },
    }
  },
})

function questions(params: UserParameters): UserQuestions {
  const absent = params.state === 'absent'
  const aging = [params.password_expire_max, params.password_expire_min, params.password_expire_warn]
  const secrets = [params.password, params.password_lock, params.expires, ...aging]
  return {
    name: params.name,
    groups: [params.group, ...(params.groups ?? [])].filter(
      (one): one is Text => one !== undefined && !textMatches(one, /^\d+$/),
    ),
    keyFile: params.generate_ssh_key && !absent ? keyFile(params) : undefined,
    shadow: !absent && secrets.some((one) => one !== undefined),
    memberships: !absent && (params.groups ?? []).length > 0,
    home: !absent && params.create_home,
  }
}

function requireGroups(state: UserState, user: Text): void {
  for (const [group, id] of state.ids)
    if (id === undefined)
      throw new TaskFailure(`Group ${group} does not exist`, {
        result: { name: user },
        hint: 'make the group first (module group)',
      })
}

function entry(passwd: UserState['passwd']): Record<string, Value> {
  if (passwd === null) return {}
  const { uid, gid, comment, home, shell } = passwd
  return { uid, group: gid, comment, home, shell }
}

function keyResult(key: SshKey | null): Record<string, Value> {
  if (key === null) return {}
  return { ssh_key_file: key.file, ssh_public_key: key.publicKey, ssh_fingerprint: key.fingerprint }
}
