import { checksum } from '../../probes/digest.ts'
import { access } from '../../probes/windows/access.ts'
import { windowsFile } from '../../probes/windows/file.ts'
import { Float } from '../../values/float.ts'
import { dict } from '../../values/value.ts'
import { defineModule } from '../module.ts'
import { attributeNames } from '../windows/files/attribute-names.ts'

export default defineModule({
  name: 'win_stat',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  checkMode: 'run',
  documentation: {
    summary: 'Tells what is at a path on a Windows host.',
    notes: ['Of a folder no size is told: adding up a tree can take minutes.'],
    examples: `
- name: is it there
  win_stat: { path: 'C:\\Program Files\\Amazon\\SSM\\amazon-ssm-agent.exe' }
  register: agent
`,
    returns: {
      stat: 'exists, isdir, isreg, islnk, isjunction, lnk_target, size, checksum, owner, attributes, extension, filename, path, creationtime, lastwritetime, lastaccesstime (seconds, UTC), ishidden, isreadonly',
    },
  },
  spec: {
    parameters: {
      path: { type: 'path', required: true, aliases: ['dest', 'name'], doc: 'Path; `%NAME%` is expanded.' },
      get_checksum: { type: 'bool', default: true, doc: 'Compute the checksum of a file.' },
      checksum_algorithm: {
        type: 'str',
        default: 'sha1',
        choices: ['md5', 'sha1', 'sha256', 'sha384', 'sha512'],
        doc: 'Of the checksum.',
      },
    },
  },
  observe: ({ path, get_checksum, checksum_algorithm }) => ({
    file: windowsFile(path),
    access: access(path),
    sum: get_checksum ? checksum(path, checksum_algorithm) : undefined,
  }),
  // biome-ignore lint/correctness/useYield: it changes nothing.
  async *converge(_, { file, access, sum }) {
    if (file.kind === 'missing') return { result: { stat: dict({ exists: false }) } }
    const filename = file.path.split('\\').at(-1) ?? ''
    const extension = file.kind === 'file' ? (/\.[^.]*$/.exec(filename)?.[0] ?? '') : ''
    const stat = {
      exists: true,
      path: file.path,
      filename,
      extension,
      isdir: file.kind === 'directory',
      isreg: file.kind === 'file',
      islnk: file.linkType === 'SymbolicLink',
      isjunction: file.linkType === 'Junction',
      ...(file.target === null ? {} : { lnk_target: file.target, lnk_source: file.target }),
      ...(file.kind === 'file' ? { size: file.size } : {}),
      ...(sum?.kind === 'file' ? { checksum: sum.hex } : {}),
      owner: access.owner,
      attributes: attributeNames(file.attributes),
      ishidden: (file.attributes & 2) !== 0,
      isreadonly: (file.attributes & 1) !== 0,
      isarchive: (file.attributes & 32) !== 0,
      creationtime: new Float(file.created),
      lastwritetime: new Float(file.written),
      lastaccesstime: new Float(file.accessed),
    }
    return { result: { stat: dict(stat) } }
  },
})
