import { checksum } from '../../probes/digest.ts'
import { type PathFacts, stat } from '../../probes/stat.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { dict } from '../../values/value.ts'
import { statDict } from '../files/attributes/stat-result.ts'
import { observeAncestors } from '../files/trust.ts'
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
    const { path, get_checksum: wanted, checksum_algorithm: algorithm } = params
    refuse(params.get_mime, 'get_mime', 'command: file --brief --mime')
    refuse(params.get_attributes, 'get_attributes', 'command: lsattr -d')
    return {
      facts: stat(path),
      sum: wanted ? checksum(path, algorithm) : undefined,
      ancestors: observeAncestors(path),
    }
  },

  // biome-ignore lint/correctness/useYield: it only looks
  async *converge({ follow }, { facts, sum, ancestors }) {
    const followed = follow && facts.link !== null
    const found = followed ? (facts.target?.stat ?? null) : facts.stat
    if (found === null) {
      const why = whyNothing(facts, ancestors)
      if (why === null) return { result: { stat: dict({ exists: false }) } }
      throw new TaskFailure(why, {
        result: { path: facts.path },
        hint: `asked about ${facts.path}; become a user who may look there`,
      })
    }
    const checksum = found.kind === 'file' && sum?.kind === 'file' ? sum.hex : undefined
    return { result: { stat: statDict(facts, found, checksum) } }
  },
})

/** Ansible says that nothing is there for this reason only (null), and fails for all others in the system's words. */
function whyNothing(facts: PathFacts, ancestors: readonly PathFacts[]): string | null {
  if (facts.directory !== null || facts.stat !== null) return null
  const last = ancestors.findLast((one) => one.stat !== null)
  const kind = (last?.target?.stat ?? last?.stat)?.kind
  if (last === undefined || kind === 'link') return null
  if (kind !== 'directory') return 'Not a directory'
  return last.may.execute ? null : 'Permission denied'
}

function refuse(asked: boolean | undefined, name: string, instead: string): void {
  if (asked === true)
    throw new TaskFailure(`${name} is not supported`, { hint: `use \`${instead} PATH\` with register` })
}
