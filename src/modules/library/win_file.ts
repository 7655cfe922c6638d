import { windowsFile } from '../../probes/windows/file.ts'
import { powerShellFailure } from '../../probes/windows/rows.ts'
import { type PowerShellText, ps } from '../../shell/powershell/ps.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'
import { REMOVE_TREE } from '../windows/remove-tree.ts'

export default defineModule({
  name: 'win_file',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Makes and removes files and folders on a Windows host.',
    notes: ['A link or junction is removed itself, never what it leads to.'],
    examples: `
- name: folder
  win_file: { path: 'C:\\ProgramData\\muster', state: directory }
- name: nothing there
  win_file: { path: 'C:\\Temp\\old', state: absent }
`,
    returns: { path: 'whole path' },
  },
  spec: {
    parameters: {
      path: { type: 'path', required: true, aliases: ['dest', 'name'], doc: 'Path; `%NAME%` is expanded.' },
      state: {
        type: 'str',
        choices: ['absent', 'directory', 'file', 'touch'],
        doc: 'directory makes parents too; touch makes an empty file or sets the time of writing to now; file changes nothing and fails where no file is.',
      },
    },
  },
  observe: ({ path }) => ({ file: windowsFile(path) }),
  async *converge({ path: written, state }, { file }) {
    const { path } = file
    const shown = { path }
    const wanted =
      state ??
      (file.kind === 'missing' && /[\\/]$/.test(written)
        ? 'directory'
        : file.kind === 'directory'
          ? 'directory'
          : 'file')
    let says: string
    let script: PowerShellText
    if (wanted === 'absent') {
      if (file.kind === 'missing') return { result: shown }
      says = `remove ${path}`
      script =
        file.kind === 'directory'
          ? file.target !== null || file.linkType !== ''
            ? ps`[IO.Directory]::Delete(${path},$false)`
            : ps`${REMOVE_TREE}
m_tree (New-Object IO.DirectoryInfo ${path})`
          : ps`[IO.File]::SetAttributes(${path},'Normal');[IO.File]::Delete(${path})`
    } else if (wanted === 'directory') {
      if (file.kind === 'directory') return { result: shown }
      if (file.kind === 'file') throw new TaskFailure(`${path} is a file, not a folder`)
      says = `make the folder ${path}`
      script = ps`$null=[IO.Directory]::CreateDirectory(${path})`
    } else if (wanted === 'touch') {
      if (file.kind === 'directory') throw new TaskFailure(`${path} is a folder`)
      says = `touch ${path}`
      script = ps`if(-not [IO.File]::Exists(${path})){[IO.File]::WriteAllBytes(${path},(New-Object byte[] 0))}else{[IO.File]::SetLastWriteTimeUtc(${path},[DateTime]::UtcNow)}`
    } else {
      if (file.kind === 'directory') throw new TaskFailure(`path ${path} is a directory`)
      if (file.kind === 'missing')
        throw new TaskFailure(`path ${path} will not be created`, { hint: 'use win_copy, or state: touch' })
      return { result: shown }
    }
    const output = yield { kind: 'run', says, touches: ['files'], predicted: shown, script }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    return { result: shown }
  },
})
