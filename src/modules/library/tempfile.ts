import { runner } from '../../probes/account.ts'
import { stat } from '../../probes/stat.ts'
import { lines, sh } from '../../shell/sh.ts'
import { reasonOf } from '../../values/host-failure.ts'
import { textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { holdFunction } from '../files/enter.ts'
import { observeAncestors, realDirectory, Trust, withoutSlash } from '../files/trust.ts'
import { defineModule, look } from '../module.ts'

export default defineModule({
  name: 'tempfile',
  runsOn: 'host',
  checkMode: 'skip',
  documentation: {
    summary: 'Makes a new file or directory with a name of its own, for its user alone.',
    notes: ['It stays until a task removes it (file with state absent).'],
    examples: `
- name: a place to work
  tempfile: { state: directory, suffix: build }
  register: work
- file: { path: '{{ work.path }}', state: absent }
`,
    returns: { 'path, state, mode, uid, gid, owner, group, size': 'of what was made' },
  },
  spec: {
    parameters: {
      state: { type: 'str', choices: ['file', 'directory'], default: 'file', doc: 'What to make.' },
      path: { type: 'path', doc: 'Where; the host’s directory for temporary files without it.' },
      prefix: { type: 'str', default: 'ansible.', doc: 'What the name begins with.' },
      suffix: { type: 'str', default: '', doc: 'What the name ends with.' },
    },
  },

  observe: ({ path }) => ({
    folder: path === undefined ? undefined : stat(path),
    ancestors: path === undefined ? [] : observeAncestors(withoutSlash(path)),
    runs: runner(),
  }),
  repeatable: () => false,

  async *converge(params, { folder, ancestors, runs }) {
    const found = folder?.target?.stat ?? folder?.stat
    if (folder !== undefined && found?.kind !== 'directory')
      throw new TaskFailure(`there is no directory ${folder.path}`, { hint: 'make it with file first' })
    if (folder !== undefined) {
      const trust = new Trust(runs, [...ancestors, folder])
      trust.followWay(ancestors, folder)
      trust.follow(folder)
    }
    const real = folder === undefined ? null : realDirectory(folder)
    const { prefix, suffix } = params
    if (textMatches(prefix, /[/\n]/) || textMatches(suffix, /[/\n]/))
      throw new TaskFailure('prefix and suffix may not hold a slash or a line end')
    const output = yield {
      kind: 'run',
      says: `make a temporary ${params.state}`,
      touches: ['files'],
      contained: true,
      more: true,
      predicted: {},
      // busybox's mktemp takes no text behind the X, so that the name is made anew until it is free.
      script: lines([
        real === null
          ? sh`m_t=\${TMPDIR:-/tmp}; cd -- "$m_t" || exit`
          : lines([
              sh`m_t=${folder?.path ?? real}`,
              holdFunction,
              sh`m_hold ${real} || { echo "$m_t was replaced meanwhile" >&2; exit 1; }`,
            ]),
        sh`umask 077; set -C; m_n=0
while [ $m_n -lt 100 ]; do
  m_n=$((m_n + 1)); m_r=$(LC_ALL=C tr -dc a-z0-9_ </dev/urandom | head -c 8)
  m_p=./${prefix}$m_r${suffix}
  if ${params.state === 'directory' ? sh`mkdir -- "$m_p"` : sh`: >"$m_p"`} 2>/dev/null; then printf '%s/%s' "\${m_t%/}" "\${m_p#./}"; exit 0; fi
done
echo "no file can be made in $m_t" >&2; exit 1`,
      ]),
    }
    if (output.rc !== 0) throw new TaskFailure(`no temporary ${params.state} was made: ${reasonOf(output)}`)
    const path = output.stdout.toString('utf8')
    const { made } = yield* look('look at it', {
      made: stat({ directory: '/', name: path.replace(/^\//, '') }),
    })
    const own = made.stat
    if (own === null) throw new TaskFailure(`${path} was made, and is gone again`)
    return {
      result: {
        ...{ path, state: params.state, size: own.size, uid: own.uid, gid: own.gid },
        ...{ owner: own.owner, group: own.group, mode: `0${own.mode.toString(8)}` },
      },
    }
  },
})
