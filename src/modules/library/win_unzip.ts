import { windowsFile } from '../../probes/windows/file.ts'
import { powerShellFailure } from '../../probes/windows/rows.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'

export default defineModule({
  name: 'win_unzip',
  runsOn: 'host',
  collection: 'community.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Unpacks a .zip that is on a Windows host.',
    notes: [
      'Changed whenever it unpacks: say with creates when it need not. An entry that would leave dest is refused.',
    ],
    examples: `
- name: Prometheus
  win_unzip:
    src: C:\\ProgramData\\muster\\prometheus.zip
    dest: C:\\ProgramData\\muster\\prometheus
    creates: C:\\ProgramData\\muster\\prometheus\\prometheus.exe
`,
    returns: { dest: 'the folder', src: 'the archive', removed: 'whether the archive was removed' },
  },
  spec: {
    parameters: {
      src: { type: 'path', required: true, doc: 'The archive on the host.' },
      dest: { type: 'path', required: true, doc: 'Folder to unpack into; made where it is missing.' },
      creates: { type: 'path', doc: 'Path; when something is there, nothing is unpacked.' },
      delete_archive: {
        type: 'bool',
        default: false,
        aliases: ['rm'],
        doc: 'Remove the archive afterwards.',
      },
    },
  },
  observe: ({ src, creates }) => ({
    archive: windowsFile(src),
    created: creates === undefined ? undefined : windowsFile(creates),
  }),
  async *converge(params, { archive, created }, context) {
    const result = { src: archive.path, dest: params.dest, removed: false }
    if (created !== undefined && created.kind !== 'missing')
      return { skipped: true, msg: `'${created.path}' exists`, result }
    // In check mode the task that puts it there has not done so.
    if (archive.kind !== 'file' && !context.check)
      throw new TaskFailure(`there is no file ${archive.path} on the host`)
    if (!/\.zip$/i.test(archive.path)) throw new TaskFailure('win_unzip unpacks .zip files')
    const says = `unpack ${archive.path}`
    const output = yield {
      kind: 'run',
      says,
      touches: ['files'],
      predicted: result,
      script: ps`if(-not ('IO.Compression.ZipFile' -as [type])){Add-Type -AssemblyName System.IO.Compression.FileSystem}
$d=(m_path ${params.dest}).TrimEnd('\')+'\'
$null=[IO.Directory]::CreateDirectory($d)
$z=[IO.Compression.ZipFile]::OpenRead(${archive.path})
try{
  foreach($x in $z.Entries){
    $p=[IO.Path]::GetFullPath($d+$x.FullName.Replace('/','\'))
    if(-not $p.StartsWith($d,'OrdinalIgnoreCase')){throw "the entry $($x.FullName) would leave $d"}
    if($x.Name -eq ''){$null=[IO.Directory]::CreateDirectory($p);continue}
    $null=[IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($p))
    [IO.Compression.ZipFileExtensions]::ExtractToFile($x,$p,$true)
  }
}finally{$z.Dispose()}
if(${params.delete_archive}){[IO.File]::Delete(${archive.path})}`,
    }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    return { result: { ...result, removed: params.delete_archive } }
  },
})
