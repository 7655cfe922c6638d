import { text } from '../../probes/text.ts'
import { registryValue } from '../../probes/windows/registry.ts'
import { powerShellFailure } from '../../probes/windows/rows.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { revealText } from '../../values/secret.ts'
import { defineModule } from '../module.ts'
import { authoritiesIn, recordedIn } from '../windows/authorities.ts'

const STORE = 'HKLM:\\SOFTWARE\\Microsoft\\SystemCertificates\\ROOT\\Certificates'
/** A record of thousands of certificates is none of ours. */
const MOST = 64 * 1024

export default defineModule({
  name: 'win_trusted_ca',
  runsOn: 'host',
  platforms: ['windows'],
  documentation: {
    summary:
      'Has a Windows host trust the certificates of authorities, and no longer those that it had been told of before.',
    notes: [
      'They go into the Root store of the machine, which programs in Go on Windows ask and nothing else. Certificates that the host trusted before are left alone, then and later.',
    ],
    examples: `
- name: the company's CA
  win_trusted_ca: { certificates: "{{ lookup('file', 'example-ca.pem') }}" }
- name: none of muster's any more
  win_trusted_ca: { certificates: "" }
`,
    returns: { 'added, removed': 'thumbprints of certificates' },
  },
  spec: {
    parameters: {
      certificates: {
        type: 'str',
        required: true,
        doc: 'All of them in PEM form, one behind the other; empty for none.',
      },
      record: {
        type: 'path',
        default: 'C:\\ProgramData\\muster\\trusted-ca.txt',
        doc: 'File on the host that says what was added here.',
      },
    },
  },
  observe: (params) => ({
    record: text(params.record, MOST),
    trusted: authoritiesIn(revealText(params.certificates)).map(({ thumbprint }) =>
      registryValue(`${STORE}\\${thumbprint}`, null),
    ),
  }),
  async *converge(params, answers) {
    const wanted = authoritiesIn(revealText(params.certificates))
    const ours = answers.record.kind === 'file' ? recordedIn(answers.record.bytes) : []
    const added = wanted.filter((_, at) => answers.trusted[at]?.keyExists !== true)
    const removed = ours.filter((one) => !wanted.some(({ thumbprint }) => thumbprint === one))
    const result = { added: added.map(({ thumbprint }) => thumbprint), removed }
    if (added.length + removed.length === 0) return { result }
    const says = [
      ...(added.length > 0 ? [`trust ${result.added.join(', ')}`] : []),
      ...(removed.length > 0 ? [`trust no longer ${removed.join(', ')}`] : []),
    ].join('; ')
    const kept = [...new Set([...ours, ...result.added])].filter((one) => !removed.includes(one))
    const output = yield {
      kind: 'run',
      says,
      touches: ['files'],
      predicted: result,
      // The record first: what is added and not in it would stay for ever.
      script: ps`$f=m_path ${params.record}
$a=${kept}
if($a.Length -gt 0){[IO.File]::WriteAllText($f,($a -join "\`r\`n")+"\`r\`n")}
$s=New-Object Security.Cryptography.X509Certificates.X509Store 'Root','LocalMachine'
$s.Open('ReadWrite')
try{
  foreach($x in ${added.map(({ bytes }) => bytes)}){$s.Add((New-Object Security.Cryptography.X509Certificates.X509Certificate2 (,$x)))}
  foreach($x in @($s.Certificates)){if(${removed} -contains $x.Thumbprint){$s.Remove($x)}}
}finally{$s.Close()}
if($a.Length -eq 0 -and [IO.File]::Exists($f)){[IO.File]::Delete($f)}`,
    }
    if (output.rc !== 0) throw powerShellFailure(output, says)
    return { result }
  },
})
