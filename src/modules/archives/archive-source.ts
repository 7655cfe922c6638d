import { posix } from 'node:path'
import { type ShellText, sh } from '../../shell/sh.ts'
import { Secret } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { ControllerFile } from '../controller-files.ts'
import { type CurlOption, curlConfig } from '../http/curl-config.ts'
import type { ModuleContext } from '../module.ts'
import type { UnarchiveParameters } from './unarchive-parameters.ts'

/** Where the archive comes from. */
export type ArchiveSource =
  | { readonly kind: 'controller'; readonly name: string; readonly file: ControllerFile }
  /** A path of the host, `~` and variables not yet expanded. */
  | { readonly kind: 'host'; readonly name: string; readonly path: string }
  | { readonly kind: 'url'; readonly name: string; readonly config: Secret }

/** Finds the archive; one on the controller is hashed now, once for all hosts. @throws TaskFailure in Ansible's words */
export async function findSource(
  { src, remote_src: remote, validate_certs: validate }: UnarchiveParameters,
  context: ModuleContext,
): Promise<ArchiveSource> {
  const isUrl = src.includes('://')
  if (isUrl && !remote)
    throw new TaskFailure(
      `Unsupported option, an URI src (${maskUrl(src)}) is only supported when remote_src is True`,
      { hint: 'set remote_src: true, and the host fetches it' },
    )
  if (isUrl) return { kind: 'url', name: maskUrl(src), config: fetchConfig(src, validate) }
  if (remote) return { kind: 'host', name: src, path: src }
  const file = await context.files.find('files', src)
  if (file.size === 0) throw new TaskFailure(`Invalid archive '${src}', the file is 0 bytes`)
  return { kind: 'controller', name: src, file }
}

/** A short name for messages of progress. */
export function shortName(source: ArchiveSource): string {
  return posix.basename(source.name)
}

/** The address without the password that it may hold. */
function maskUrl(url: string): string {
  return url.replace(/(:\/\/[^/?#@:]*:)[^/?#]*@/, '$1********@')
}

/** Seconds of silence until a fetch is given up. */
const PATIENCE = '10'

function fetchConfig(url: string, validate: boolean): Secret {
  const options: CurlOption[] = [
    ['url', url],
    ['proto', '=http,https'],
    ['location', true],
    ['max-redirs', '10'],
    ['connect-timeout', PATIENCE],
    ['speed-time', PATIENCE],
    ['speed-limit', '1'],
    ...(validate ? [] : [['insecure', true] as const]),
  ]
  // Of the address its password is secret, as in what is told of it.
  const password = /:\/\/[^/?#@:]*:([^/?#]*)@/.exec(url)?.[1]
  const from = password === undefined ? [] : [new Secret(password)]
  return new Secret(curlConfig(options), { from, joined: true })
}

/** Fetches into the working directory; curl's configuration comes on standard input. */
export const fetchArchive: ShellText = sh`command -v curl >/dev/null 2>&1 || m_fail nocurl
m_err=$(curl -q -fsS -K - -o "$m_tmp/archive" 2>&1) || m_fail fetch "$m_err"`
