import { assignPath } from '../../probes/expand-path.ts'
import { field, readFields } from '../../probes/fields.ts'
import { scriptProbe } from '../../probes/script.ts'
import { lines, sh } from '../../shell/sh.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { dict } from '../../values/value.ts'
import { displayText } from '../../values/visible.ts'
import { STAT_FORMAT, statDict } from '../files/stat-result.ts'
import { defineModule } from '../module.ts'

export default defineModule({
  name: 'stat',
  runsOn: 'host',
  documentation: {
    summary: 'Tells whether a file is there, and what is known of it.',
    notes: ['Times are whole seconds. Types of content and flags of files (lsattr) are not read.'],
    examples: `
- name: is the agent there?
  stat: { path: /usr/bin/amazon-ssm-agent, get_checksum: false }
  register: agent
- debug:
    msg: there, with mode {{ agent.stat.mode }}
  when: agent.stat.exists
`,
    returns: {
      stat: 'exists; and when it does: path mode size uid gid pw_name gr_name nlink inode dev atime mtime ctime blocks block_size, isreg isdir islnk isfifo issock ischr isblk isuid isgid, rusr wusr xusr rgrp wgrp xgrp roth woth xoth, readable writeable executable, checksum (of a file that can be read), lnk_source and lnk_target (of a link)',
    },
  },
  spec: {
    parameters: {
      path: { type: 'path', required: true, aliases: ['dest', 'name'], doc: 'Path on the host.' },
      follow: { type: 'bool', default: false, doc: 'Describe what a link leads to.' },
      get_checksum: { type: 'bool', default: true, doc: 'Compute the checksum of a regular file.' },
      checksum_algorithm: {
        type: 'str',
        default: 'sha1',
        choices: ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'],
        aliases: ['checksum', 'checksum_algo'],
        doc: 'Kind of checksum.',
      },
      get_mime: {
        type: 'bool',
        aliases: ['mime', 'mime_type', 'mime-type'],
        doc: 'May be false only: muster does not read types of content.',
      },
      get_attributes: {
        type: 'bool',
        aliases: ['attr', 'attributes'],
        doc: 'May be false only: muster does not read flags of files.',
      },
    },
  },
  checkMode: 'run',

  observe(params) {
    const { path, follow, get_checksum: checksum, checksum_algorithm: algorithm } = params
    refuse(params.get_mime, 'get_mime', 'command: file --brief --mime')
    refuse(params.get_attributes, 'get_attributes', 'command: lsattr -d')
    const options = follow ? ['-L'] : []
    const isFile = follow ? sh`[ -f "$m_p" ]` : sh`[ ! -L "$m_p" ] && [ -f "$m_p" ]`
    const script = lines([
      assignPath('m_p', path),
      sh`if m_s=$(LC_ALL=C stat ${options} -c ${STAT_FORMAT} -- "$m_p" 2>&1); then
  printf 'path\0%s\0stat\0%s\0' "$m_p" "$m_s"
  [ ! -r "$m_p" ] || printf 'readable\0\0'
  [ ! -w "$m_p" ] || printf 'writeable\0\0'
  [ ! -x "$m_p" ] || printf 'executable\0\0'`,
      ...(follow
        ? []
        : [
            sh`  if [ -L "$m_p" ]; then printf 'link\0'; readlink -n -- "$m_p"; printf '\0target\0'; readlink -n -f -- "$m_p"; printf '\0'; fi`,
          ]),
      ...(checksum
        ? [
            sh`  if ${isFile} && [ -r "$m_p" ]; then
    m_s=$({ ${`${algorithm}sum`} || openssl dgst ${`-${algorithm}`} -r; } <"$m_p" 2>/dev/null); printf 'sum\0%s\0' "\${m_s%% *}"
  fi`,
          ]
        : []),
      sh`else printf 'why\0%s\0' "$m_s"; fi`,
    ])
    return {
      stat: scriptProbe(script, (output) => {
        const fields = readFields(output, `look at ${path}`)
        const why = field(fields, 'why')?.toString('utf8')
        if (why === undefined) return statDict(fields)
        // Ansible says that nothing is there for this reason only, and fails for all others in the system's words.
        if (why.endsWith('No such file or directory')) return dict({ exists: false })
        throw new TaskFailure(displayText(why.slice(why.lastIndexOf(': ') + 1)).trim(), {
          result: { path },
          hint: `asked about ${path}; become a user who may look there`,
        })
      }),
    }
  },

  // biome-ignore lint/correctness/useYield: it only looks
  async *converge(_, { stat }) {
    return { result: { stat } }
  },
})

function refuse(asked: boolean | undefined, name: string, instead: string): void {
  if (asked === true)
    throw new TaskFailure(`${name} is not supported`, { hint: `use \`${instead} PATH\` with register` })
}
