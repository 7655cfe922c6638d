import { lines, sh } from '../../shell/sh.ts'
import { dict, type Value } from '../../values/value.ts'
import { observePath, pathFunctions, readPath, type Stat } from '../files/observe-path.ts'
import { assignPath } from '../host/expand-path.ts'
import { field, readFields } from '../host/fields.ts'
import { defineModule, ModuleFailure } from '../module.ts'

export default defineModule({
  name: 'stat',
  runsOn: 'host',
  checkMode: 'run',
  documentation: {
    summary: 'Tells what a path on the host is.',
    notes: [
      'Costs no request beyond the look that every host gets. The kind of contents (mime) is not told.',
    ],
    examples: `
- name: is it there
  stat: { path: /etc/amazon/ssm/amazon-ssm-agent.json }
  register: configuration
- name: say so
  debug: { msg: 'the agent is configured' }
  when: configuration.stat.exists
`,
    returns: {
      stat: 'exists; and when it does, mode, uid, gid, size, isdir, islnk, checksum and others as Ansible has them',
    },
  },
  spec: {
    parameters: {
      path: { type: 'path', required: true, aliases: ['dest', 'name'], doc: 'The path.' },
      follow: { type: 'bool', default: false, doc: 'Tell of what a link leads to.' },
      get_checksum: { type: 'bool', default: true, doc: 'Compute the checksum of a file.' },
      checksum_algorithm: {
        type: 'str',
        choices: ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'],
        default: 'sha1',
        aliases: ['checksum', 'checksum_algo'],
        doc: 'The kind of checksum.',
      },
      get_mime: {
        type: 'bool',
        default: false,
        doc: 'Taken for the sake of existing playbooks: muster does not tell it.',
      },
      get_attributes: {
        type: 'bool',
        default: false,
        doc: 'Taken for the sake of existing playbooks: muster does not tell chattr flags.',
      },
    },
  },

  observe(params) {
    const tool = `${params.checksum_algorithm}sum`
    const access = sh`for m_a in r w x; do [ -$m_a "$m_p" ] && printf 'access\0%s\0' "$m_a"; done`
    const sum = sh`[ ! -f "$m_p" ] || [ ! -r "$m_p" ] || { m_s=$(${tool} < "$m_p"); printf 'digest\0%s\0' "\${m_s%% *}"; }`
    return Promise.resolve({
      script: lines([
        pathFunctions,
        assignPath('m_p', params.path),
        observePath(sh`$m_p`, false),
        access,
        // A link is described itself, so it has no checksum unless it is followed.
        ...(params.get_checksum ? [params.follow ? sum : sh`[ -L "$m_p" ] || ${sum}`] : []),
        sh`:`,
      ]),
      parse(output) {
        const fields = readFields(output!, `look at ${params.path}`)
        const digest = field(fields, 'digest')?.toString('latin1')
        if (digest !== undefined && !/^[0-9a-f]{32,128}$/.test(digest))
          throw new ModuleFailure(
            `cannot compute the checksum of ${params.path}: ${tool} did not work on the host`,
          )
        return {
          facts: readPath(fields),
          digest,
          access: fields.filter(({ name }) => name === 'access').map(({ value }) => value.toString('latin1')),
        }
      },
    })
  },

  // biome-ignore lint/correctness/useYield: it only tells
  async *converge({ follow }, { facts, digest, access }) {
    const stat = follow && facts.link !== null ? (facts.target?.stat ?? null) : facts.stat
    if (stat === null) return { result: { stat: dict({ exists: false }) } }
    const link = follow ? {} : linkKeys(facts.link, facts.target?.path)
    const keys: Record<string, Value> = {
      exists: true,
      path: facts.path,
      ...statKeys(stat),
      readable: access.includes('r'),
      writeable: access.includes('w'),
      executable: access.includes('x'),
      ...link,
      ...(digest === undefined ? {} : { checksum: digest }),
    }
    return { result: { stat: dict(keys) } }
  },
})

function linkKeys(text: string | null, target: string | undefined): Record<string, Value> {
  if (text === null) return {}
  return { lnk_target: text, ...(target === undefined ? {} : { lnk_source: target }) }
}

function statKeys(stat: Stat): Record<string, Value> {
  const { mode, type } = stat
  const bit = (mask: number) => (mode & mask) !== 0
  const [device, inode] = stat.identity.split(':')
  return {
    // Here with four digits, in the results of file modules with a leading zero (facts/modules.md, stat).
    mode: mode.toString(8).padStart(4, '0'),
    isdir: type === 4,
    ischr: type === 2,
    isblk: type === 6,
    isreg: type === 8,
    isfifo: type === 1,
    islnk: type === 10,
    issock: type === 12,
    uid: stat.uid,
    gid: stat.gid,
    size: stat.size,
    inode: Number(inode),
    dev: Number(device),
    nlink: stat.links,
    atime: stat.atime,
    mtime: stat.mtime,
    wusr: bit(0o200),
    rusr: bit(0o400),
    xusr: bit(0o100),
    wgrp: bit(0o020),
    rgrp: bit(0o040),
    xgrp: bit(0o010),
    woth: bit(0o002),
    roth: bit(0o004),
    xoth: bit(0o001),
    isuid: bit(0o4000),
    isgid: bit(0o2000),
    pw_name: stat.owner,
    gr_name: stat.group,
  }
}
