import { access } from '../../probes/windows/access.ts'
import { windowsFile } from '../../probes/windows/file.ts'
import { powerShellFailure } from '../../probes/windows/rows.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'
import { grants, isWantedAccess } from '../windows/access-list.ts'
import { serviceSid } from '../windows/service-sid.ts'

/** SYSTEM and Administrators; the machine's first administrator makes folders in its own name under some policies. */
const TRUSTED = /^(?:S-1-5-18|S-1-5-32-544|S-1-5-21-[\d-]+-500)$/

export default defineModule({
  name: 'win_closed_folder',
  runsOn: 'host',
  platforms: ['windows'],
  documentation: {
    summary:
      'Makes a folder on a Windows host that only SYSTEM, Administrators and the accounts of named services may enter.',
    notes: [
      'Its access list is exactly that one, passed on to what is in it, and compared at each run. Accounts are named by their SIDs, whatever language the host speaks.',
      'A folder that somebody else made, and a link or junction, are refused: below C:\\ProgramData every user may make folders.',
    ],
    examples: `
- name: the collector's folders
  win_closed_folder: { path: "{{ item.path }}", readers: "{{ item.readers | default([]) }}", writers: "{{ item.writers | default([]) }}" }
  loop:
    - { path: 'C:\\ProgramData\\muster\\prometheus', readers: [prometheus] }
    - { path: 'C:\\ProgramData\\muster\\prometheus\\data', writers: [prometheus] }
`,
    returns: { path: 'whole path' },
  },
  spec: {
    parameters: {
      path: { type: 'path', required: true, doc: 'The folder; made where it is missing.' },
      readers: {
        type: 'list',
        elements: 'str',
        default: [],
        doc: 'Services whose accounts `NT SERVICE\\name` may read and run what is in it.',
      },
      writers: {
        type: 'list',
        elements: 'str',
        default: [],
        doc: 'Services whose accounts may also change it.',
      },
      check_access: {
        type: 'bool',
        default: true,
        doc: 'Compare owner and access list at every run; false for a file system that has none.',
      },
    },
  },
  observe: (params) => ({
    folder: windowsFile(params.path),
    access: params.check_access ? access(params.path) : undefined,
  }),
  async *converge(params, { folder, access }) {
    const { path } = folder
    const result = { path }
    if (folder.kind === 'file') throw new TaskFailure(`${path} is a file, not a folder`)
    if (folder.linkType !== '')
      throw new TaskFailure(`${path} is a link`, { hint: "remove it: what it leads to may be anybody's" })
    if (access?.exists === true && !TRUSTED.test(access.ownerSid))
      throw new TaskFailure(`${path} belongs to ${access.owner}, who is no administrator`, {
        hint: 'look at what is in it, and remove it or make Administrators its owner',
      })
    const wanted = {
      folder: true,
      readers: params.readers.map((name) => serviceSid(revealText(name))),
      writers: params.writers.map((name) => serviceSid(revealText(name))),
    }
    const there = folder.kind === 'directory'
    if (there && (access === undefined || isWantedAccess(access.sddl, wanted))) return { result }
    const says = there ? `close the folder ${path}` : `make the folder ${path}`
    const output = yield {
      kind: 'run',
      says,
      touches: ['files'],
      predicted: result,
      script: ps`$null=[IO.Directory]::CreateDirectory(${path})
m_harden ${path} ${grants(wanted)}`,
    }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    return { result }
  },
})
