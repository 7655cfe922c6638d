import { checksum } from '../../probes/digest.ts'
import { windowsFile } from '../../probes/windows/file.ts'
import { powerShellFailure } from '../../probes/windows/rows.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { mapText, revealText, sameText, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'

export default defineModule({
  name: 'win_get_url',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Has a Windows host download a file.',
    notes: [
      'A file whose checksum is the wanted one is not downloaded again, also with force.',
      'The proxy is that of the environment of the task (`http_proxy`, `https_proxy`), else the account’s. TLS 1.2 is asked for.',
    ],
    examples: `
- name: the agent
  win_get_url:
    url: https://amazon-ssm-eu-central-1.s3.eu-central-1.amazonaws.com/latest/windows_amd64/AmazonSSMAgentSetup.exe
    dest: C:\\ProgramData\\muster\\AmazonSSMAgentSetup.exe
    checksum: "{{ agent_sha256 }}"
    checksum_algorithm: sha256
`,
    returns: {
      dest: 'path of the file',
      'checksum_dest, checksum_src': 'its digest',
      size: 'bytes',
      status_code: 'of the server',
      url: 'the address',
    },
  },
  spec: {
    parameters: {
      url: { type: 'str', required: true, doc: 'http:, https: or file: address.' },
      dest: { type: 'path', required: true, doc: 'File, or a folder for the name in the address.' },
      force: { type: 'bool', default: true, doc: 'Download also when the file is there.' },
      checksum: { type: 'str', doc: 'Digest that it must have.' },
      checksum_algorithm: {
        type: 'str',
        default: 'sha1',
        choices: ['md5', 'sha1', 'sha256', 'sha384', 'sha512'],
        doc: 'Of checksum.',
      },
      url_timeout: { type: 'int', default: 30, aliases: ['timeout'], doc: 'Seconds without an answer.' },
    },
  },
  observe: ({ url, dest, checksum_algorithm }) => {
    const inside = { directory: dest, name: nameIn(revealText(url)) }
    return {
      file: windowsFile(dest),
      inside: windowsFile(inside),
      sum: checksum(dest, checksum_algorithm),
      insideSum: checksum(inside, checksum_algorithm),
    }
  },
  async *converge(params, answers) {
    const into = answers.file.kind === 'directory' || /[\\/]$/.test(params.dest)
    const file = into ? answers.inside : answers.file
    const sum = into ? answers.insideSum : answers.sum
    const had = sum.kind === 'file' ? sum.hex : null
    const { url } = params
    const wanted =
      params.checksum === undefined ? undefined : mapText(params.checksum, (text) => text.toLowerCase())
    const dest = file.path
    if (!textMatches(url, /^(?:https?|file|ftp):/i))
      throw new TaskFailure(`cannot download ${url}`, { hint: 'http:, https: and file: addresses' })
    if (sameText(wanted, had))
      return {
        result: { dest, url, checksum_dest: had, checksum_src: had, size: file.size, status_code: 304 },
      }
    if (!params.force && file.kind === 'file')
      return { result: { dest, url, checksum_dest: had, size: file.size, status_code: 304 } }
    const says = `download ${dest}`
    const output = yield {
      kind: 'run',
      says,
      touches: ['files'],
      predicted: { dest, url },
      script: ps`$d=${dest}
$t=[IO.Path]::Combine([IO.Path]::GetDirectoryName($d),'.muster-'+[Guid]::NewGuid().ToString('N'))
try{
  $r=m_fetch ${url} $t ${params.url_timeout}
  $h=m_hash $t ${params.checksum_algorithm.toUpperCase()}
  $w=${wanted ?? null}
  if($w -and $h -cne $w){throw "what was downloaded has the checksum $h, not $w"}
  if([IO.File]::Exists($d)){[IO.File]::Replace($t,$d,[NullString]::Value)}else{[IO.File]::Move($t,$d)}
  f $h;f $r.length;f $r.status
}catch{try{[IO.File]::Delete($t)}catch{};throw}`,
    }
    if (output.rc !== 0)
      throw powerShellFailure(
        output,
        `cannot download ${url}`,
        'look at the proxy and the firewall of the host',
      )
    const [hex = '', size = '', status = ''] = output.stdout.toString('utf8').split('\0')
    const result = {
      dest,
      url,
      checksum_dest: hex,
      checksum_src: hex,
      size: Number(size),
      status_code: Number(status),
    }
    return { result, changed: hex !== had }
  },
})

function nameIn(url: string): string {
  return /([^/\\?#]+)(?:[?#].*)?$/.exec(url)?.[1] ?? 'download'
}
