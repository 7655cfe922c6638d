import { assignPath } from '../../probes/expand-path.ts'
import { lines, type ShellText, sh } from '../../shell/sh.ts'
import { mapText, revealText } from '../../values/secret.ts'
import { splitWords } from '../commands/split-words.ts'
import type { Text } from '../parameters.ts'

/** Which pip runs, where and how. */
export interface PipWish {
  readonly virtualenv: string | undefined
  readonly executable: string | undefined
  readonly chdir: string | undefined
  readonly umask: Text | undefined
  readonly break_system_packages: boolean
  readonly virtualenv_command: Text
  readonly virtualenv_python: Text | undefined
  readonly virtualenv_site_packages: boolean
}

/** The exit status of a script where there is no pip. */
export const NO_PIP = 127
/** The same where the environment is still to be made. */
export const NO_ENVIRONMENT = 90

/** Goes where pip shall run, and makes `m_pip`. */
export function pipPrelude(params: PipWish): ShellText {
  const { virtualenv, executable, umask } = params
  return lines([
    place(params),
    ...(umask === undefined ? [] : [sh`umask ${mapText(umask, (text) => text.replace('o', ''))}`]),
    sh`export LC_ALL=C PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 ${params.break_system_packages ? ['PIP_BREAK_SYSTEM_PACKAGES=1'] : []}`,
    virtualenv !== undefined
      ? sh`[ -e "$m_v/bin/activate" ] || exit ${NO_ENVIRONMENT}
PATH=$m_v/bin:$PATH; m_pip() { "$m_v/bin/python" -m pip "$@"; }`
      : executable !== undefined
        ? sh`${assignPath('m_x', executable)}
command -v "$m_x" >/dev/null 2>&1 || exit ${NO_PIP}
m_pip() { "$m_x" "$@"; }`
        : sh`if python3 -m pip --version >/dev/null 2>&1; then m_pip() { python3 -m pip "$@"; }
elif command -v pip3 >/dev/null 2>&1; then m_pip() { pip3 "$@"; }
elif command -v pip >/dev/null 2>&1; then m_pip() { pip "$@"; }
else exit ${NO_PIP}; fi`,
  ])
}

/** Goes to the directory, and learns where the environment is. Without a directory it is one that all may enter. */
function place({ chdir, virtualenv }: PipWish): ShellText {
  return lines([
    chdir === undefined ? sh`m_c="\${TMPDIR:-/tmp}"` : assignPath('m_c', chdir),
    sh`cd -- "$m_c" || exit`,
    virtualenv === undefined
      ? sh`m_v=`
      : sh`${assignPath('m_v', virtualenv)}; case $m_v in /*) ;; *) m_v=$m_c/$m_v ;; esac`,
  ])
}

/** Whether a command makes environments by the module venv, which takes no other Python. */
export function isVenv(command: string): boolean {
  return /(?:^|\s)-m\s*venv\b|pyvenv/.test(command)
}

/** Makes the environment. */
export function makeEnvironment(params: PipWish): ShellText {
  const words = splitWords(revealText(params.virtualenv_command))
  const site = params.virtualenv_site_packages ? ['--system-site-packages'] : []
  const python = params.virtualenv_python === undefined ? [] : ['-p', params.virtualenv_python]
  const make = sh`${words} ${site} ${python} "$m_v" >&2`
  const [program] = words
  return lines([
    place(params),
    program === 'virtualenv' && python.length === 0
      ? sh`if command -v virtualenv >/dev/null 2>&1; then ${make}; else python3 -m venv ${site} "$m_v" >&2; fi || exit`
      : sh`${make} || exit`,
  ])
}
