import { readFields } from '../../probes/fields.ts'
import { sh } from '../../shell/sh.ts'
import { PythonError } from '../../template/python/error.ts'
import { IniText } from '../../template/python/formats/ini.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'

/** A repository as zypper's files have it; flags are `1` or `0`. */
export interface ZypperRepo {
  readonly alias: string
  readonly name: string
  readonly url: string
  readonly enabled: string
  readonly autorefresh: string
  readonly gpgcheck: string
  readonly priority: string
}

/** The exit status of {@link READ_REPOS} where the host has no zypper. */
export const NO_ZYPPER = 127

/** Prints zypper's files of repositories. */
export const READ_REPOS = sh`command -v zypper >/dev/null 2>&1 || exit ${NO_ZYPPER}
for m_f in /etc/zypp/repos.d/*.repo; do
  [ -f "$m_f" ] || continue
  printf 'text\0'; tr -d '\0' <"$m_f" || exit; printf '\0'
done`

/** Reads what {@link READ_REPOS} printed. @throws TaskFailure for a file that zypper could not read either */
export function readRepos(output: Output): ZypperRepo[] {
  return readFields(output, "read zypper's repositories").flatMap(({ value }) => {
    const ini = parsed(value.toString('utf8'))
    return ini.sections().map((alias) => {
      const get = (key: string, missing: string) => ini.get(alias, key) ?? missing
      return {
        ...{ alias, name: get('name', ''), priority: get('priority', '99') },
        url: get('baseurl', get('mirrorlist', get('metalink', ''))),
        ...{ enabled: flag(get('enabled', '1')), autorefresh: flag(get('autorefresh', '0')) },
        gpgcheck: flag(get('gpgcheck', '1')),
      }
    })
  })
}

function parsed(text: string): IniText {
  try {
    return new IniText(text, '/etc/zypp/repos.d', {
      caseSensitive: false,
      allowNoValue: true,
      interpolation: false,
    })
  } catch (error) {
    throw error instanceof PythonError ? new TaskFailure(error.message) : error
  }
}

function flag(text: string): string {
  return /^(?:1|yes|true|on)$/i.test(text.trim()) ? '1' : '0'
}

/** Addresses that mean the same: zypper keeps names and passwords apart from them. */
export function sameAddress(one: string, other: string): boolean {
  const bare = (address: string) => address.replace(/^([a-z]+:\/\/)[^/@]*@/, '$1').replace(/(?<!\/)\/+$/, '')
  return bare(one) === bare(other)
}
