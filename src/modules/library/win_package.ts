import { windowsFile } from '../../probes/windows/file.ts'
import { installedPrograms } from '../../probes/windows/programs.ts'
import { powerShellFailure } from '../../probes/windows/rows.ts'
import { windowsService } from '../../probes/windows/service.ts'
import { ps } from '../../shell/powershell/ps.ts'
import { joinTexts, mapText, revealText, Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { defineModule } from '../module.ts'
import type { Text } from '../parameters.ts'
import { windowsArgument, windowsArguments } from '../windows/arguments.ts'
import {
  findProgram,
  installerCode,
  installScript,
  readInstallation,
  removalCommand,
  wantsReboot,
} from '../windows/installer.ts'

export default defineModule({
  name: 'win_package',
  runsOn: 'host',
  collection: 'ansible.windows',
  platforms: ['windows'],
  documentation: {
    summary: 'Installs and removes programs of a Windows host by their .msi or set-up program.',
    notes: [
      'Whether it is installed is found by product_id (product code, upgrade code of a bundle, key or name under Programs), or by creates_path, creates_version and creates_service.',
      'msiexec gets /qn, /norestart and a log, and is given five minutes while another installation runs. 3010 and 1641 mean installed, and reboot_required.',
      'verify_signature demands a valid Authenticode signature, and signer that its certificate is of that name.',
    ],
    examples: `
- name: the agent's set-up
  win_package:
    path: C:\\ProgramData\\muster\\AmazonSSMAgentSetup.exe
    arguments: /quiet /norestart
    creates_service: AmazonSSMAgent
    verify_signature: true
    signer: Amazon.com Services LLC
- name: an exporter
  win_package:
    path: C:\\ProgramData\\muster\\windows_exporter.msi
    product_id: windows_exporter
    arguments: [LISTEN_ADDR=127.0.0.1]
`,
    returns: {
      rc: 'exit code of the set-up',
      reboot_required: 'whether it wants a restart',
      'stdout, stderr, log': 'what it said when it failed',
    },
  },
  spec: {
    parameters: {
      path: { type: 'str', doc: 'The .msi or set-up program on the host.' },
      product_id: { type: 'str', aliases: ['productid'], doc: 'What tells that it is installed.' },
      state: {
        type: 'str',
        default: 'present',
        choices: ['present', 'absent'],
        aliases: ['ensure'],
        doc: 'Whether it shall be installed.',
      },
      arguments: { type: 'raw', doc: 'For the set-up: text, or a list of words.' },
      version: {
        type: 'str',
        doc: "Version that it has by its entry under Programs then; of another one it is installed anew. muster's own; needs product_id.",
      },
      creates_path: { type: 'path', doc: 'Path that is there when it is installed.' },
      creates_version: { type: 'str', doc: 'Version that the file at creates_path has then.' },
      creates_service: { type: 'str', doc: 'Service that is there then.' },
      expected_return_code: {
        type: 'list',
        elements: 'int',
        default: [0, 3010, 1641],
        aliases: ['expected_exit_code'],
        doc: 'Exit codes that mean success.',
      },
      chdir: { type: 'path', doc: 'Folder to run it in.' },
      verify_signature: { type: 'bool', default: false, doc: 'Refuse a file without a valid signature.' },
      signer: { type: 'str', doc: 'Name of the certificate that signed it.' },
    },
    requiredOneOf: [['path', 'product_id']],
    requiredBy: { creates_version: ['creates_path'], signer: ['path'], version: ['product_id'] },
  },
  observe: (params) => ({
    programs: installedPrograms(),
    created: params.creates_path === undefined ? undefined : windowsFile(params.creates_path),
    service: params.creates_service === undefined ? undefined : windowsService(params.creates_service),
    file: params.path === undefined ? undefined : windowsFile(revealText(params.path)),
  }),
  async *converge(params, { programs, created, service, file }, context) {
    const id = params.product_id
    const path = file?.path
    const isMsi = path !== undefined && /\.msi$/i.test(path)
    const program = id === undefined ? undefined : findProgram(programs, revealText(id))
    const byCreates = created !== undefined || service !== undefined
    if (!byCreates && id === undefined && !isMsi)
      throw new TaskFailure('nothing tells whether it is installed', {
        hint: 'give product_id, creates_path or creates_service',
      })
    let installed = program !== undefined
    const wantedVersion = revealText(params.version)
    if (installed && wantedVersion !== undefined && params.state === 'present')
      installed = sameVersion(program?.version ?? '', wantedVersion)
    if (byCreates) installed = created?.kind !== 'missing' && service?.exists !== false
    const version = params.creates_version
    if (installed && version !== undefined && created !== undefined) {
      const output = yield {
        kind: 'run',
        says: `look at the version of ${created.path}`,
        silent: true,
        touches: [],
        script: ps`$i=[Diagnostics.FileVersionInfo]::GetVersionInfo(${created.path});w "$($i.FileMajorPart).$($i.FileMinorPart).$($i.FileBuildPart).$($i.FilePrivatePart)"`,
      }
      if (output.rc !== 0) throw powerShellFailure(output, `look at the version of ${created.path}`)
      installed = sameVersion(output.stdout.toString('latin1'), revealText(version))
    }
    const done = (rc: number): Record<string, Value> => ({ rc, reboot_required: wantsReboot(rc) })
    if (params.state === 'present' ? installed : !installed) return { result: done(0) }
    const shown = program?.name || id || (path ?? '').split('\\').at(-1) || ''
    const says = `${params.state === 'present' ? 'install' : 'remove'} ${shown}`
    if (params.state === 'present' && path === undefined)
      throw new TaskFailure(`${shown} is not installed, and path names no set-up`)
    // In check mode the task that puts it there has not done so.
    if (
      !context.check &&
      path !== undefined &&
      file?.kind !== 'file' &&
      (params.state === 'present' || program === undefined)
    )
      throw new TaskFailure(`there is no file ${path} on the host`)
    const given = argumentsOf(params.arguments)
    const how = commandOf()
    const output = yield {
      kind: 'run',
      says,
      predicted: { reboot_required: false },
      script: ps`${params.verify_signature || params.signer !== undefined ? signatureCheck(path ?? '', params.signer) : ps``}

${installScript({ ...how, folder: params.chdir, msi: how.program === 'msiexec.exe', patience: 300 })}`,
    }
    if (output.timedOut) throw new TaskFailure(`${says}: timed out`)
    if (output.rc !== 0) throw powerShellFailure(output, says)
    const { rc, stdout, stderr, log } = readInstallation(output)
    if (params.state === 'absent' && rc === 1605) return { result: done(0), changed: false }
    if (!params.expected_return_code.includes(rc))
      throw new TaskFailure(`${says}: ended with ${installerCode(rc)}`, {
        result: { ...done(rc), stdout, stderr, log },
        hint: log === '' ? 'its own log says why' : `its log says: ${log.split('\n').at(-1) ?? ''}`,
      })
    return { result: done(rc) }

    function commandOf(): { readonly program: string; readonly arguments: Text } {
      if (params.state === 'present') {
        return isMsi
          ? {
              program: 'msiexec.exe',
              arguments: joinTexts(['/i', windowsArguments([path]), '/qn', '/norestart', given], ' '),
            }
          : { program: path ?? '', arguments: given }
      }
      if (isMsi && program?.msi !== true)
        return {
          program: 'msiexec.exe',
          arguments: joinTexts(['/x', windowsArguments([path]), '/qn', '/norestart', given], ' '),
        }
      if (program === undefined) throw new TaskFailure(`${shown} does not say how it is removed`)
      return removalCommand(program, given)
    }
  },
})

function argumentsOf(given: Value | undefined): Text {
  if (given === undefined || given === null) return ''
  if (Array.isArray(given))
    return joinTexts(
      given.map((word) =>
        word instanceof Secret ? mapText(word, propertyWord) : propertyWord(String(word)),
      ),
      ' ',
    )
  return given instanceof Secret ? given : String(given)
}

/** `NAME=a b` as Windows Installer takes it: the quotes stand behind the equals sign. */
function propertyWord(word: string): string {
  const property = /^([A-Z][A-Z0-9_.]*)=(.*)$/s.exec(word)
  return property !== null && /[\s"]/.test(property[2] ?? '')
    ? `${property[1]}="${(property[2] ?? '').replaceAll('"', '""')}"`
    : windowsArgument(word)
}

/** Valid says that some root vouches for the file; who signed it is another question (facts/windows.md 7). */
function signatureCheck(path: string, signer: Text | undefined) {
  return ps`$g=Get-AuthenticodeSignature -LiteralPath ${path}
if("$($g.Status)" -ne 'Valid'){throw "the signature of $(${path}) is not valid: $($g.Status)"}
$w=${signer ?? null}
if($w){$h=$g.SignerCertificate.GetNameInfo('SimpleName',$false);if($h -cne $w){throw "$(${path}) is signed by $h, not by $w"}}`
}

function sameVersion(one: string, other: string): boolean {
  const parts = (text: string) => `${text}.0.0.0`.split('.').slice(0, 4).map(Number).join('.')
  return parts(one) === parts(other)
}
