import type { Probe } from '../../src/probes/probe.ts'
import type { Access } from '../../src/probes/windows/access.ts'
import type { WindowsFile } from '../../src/probes/windows/file.ts'
import type { RegistryFacts } from '../../src/probes/windows/registry.ts'
import type { WindowsService } from '../../src/probes/windows/service.ts'
import type { PowerShellText } from '../../src/shell/powershell/ps.ts'
import { type HostInWords, output } from './model-host.ts'

const FOLDERS = ['C:\\', 'C:\\srv', 'C:\\Windows']

/** The answer to a probe of Windows hosts, from the same words; undefined when it is none. */
export function windowsAnswerOf({ kind, args }: Probe<unknown>, host: HostInWords): unknown {
  switch (kind.name) {
    case 'windows file':
      return fileOf(args as string | { readonly directory: string; readonly name: string }, host)
    case 'access list':
      return {
        exists: true,
        owner: 'BUILTIN\\Administrators',
        ownerSid: 'S-1-5-32-544',
        sddl: 'O:BA',
      } satisfies Access
    case 'installed programs':
      return host.programs ?? []
    case 'registry value': {
      const { key, name } = args as { readonly key: string; readonly name: string | null }
      const data = host.registry?.[`${key}\\${name ?? ''}`]
      const value = data === undefined ? null : ({ kind: 'string', data } as const)
      return { keyExists: value !== null, value } satisfies RegistryFacts
    }
    case 'windows script':
      return scriptOutput(args as PowerShellText, host)
    case 'windows service':
      return serviceOf(args as string, host)
    default:
      return undefined
  }
}

/** What a script tells whose text, or one of whose values, holds the words. */
function scriptOutput(script: PowerShellText, host: HostInWords) {
  const { text, values } = script.reveal()
  return output([text, ...values.map((value) => JSON.stringify(value))].join('\n'), host)
}

function fileOf(
  asked: string | { readonly directory: string; readonly name: string },
  host: HostInWords,
): WindowsFile {
  const path = typeof asked === 'string' ? asked : `${asked.directory.replace(/\\$/, '')}\\${asked.name}`
  const text = host.files?.[path]
  const isFolder = [...FOLDERS, ...(host.directories ?? [])].includes(path.replace(/(?<=.{3})\\$/, ''))
  const times = { created: 1_700_000_000, written: 1_700_000_000, accessed: 1_700_000_000 }
  return {
    ...times,
    path,
    kind: text !== undefined ? 'file' : isFolder ? 'directory' : 'missing',
    attributes: 32,
    size: text?.length ?? 0,
    target: null,
    linkType: '',
  }
}

function serviceOf(name: string, host: HostInWords): WindowsService {
  const own = host.services?.[name]
  return {
    ...{
      exists: own !== undefined,
      name,
      displayName: name,
      state: own === undefined ? 'missing' : 'running',
    },
    ...{ startMode: 'auto', path: 'C:\\srv\\x.exe', account: 'LocalSystem', description: '' },
    ...{ dependencies: [], dependents: [], environment: [], failureActions: '', failureFlag: false },
    ...{ sidType: 0, type: 16 },
    ...own,
  } as WindowsService
}
