import type { Platform } from '../../connection/connection.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Module } from '../module.ts'
import { moduleNames } from '../registry.ts'

/** Modules of POSIX hosts whose work a module with another name does on Windows. */
const ON_WINDOWS: Readonly<Record<string, string>> = {
  apt: 'win_package',
  dnf: 'win_package',
  package: 'win_package',
  raw: 'win_shell',
  replace: 'win_lineinfile',
  script: 'win_powershell',
  systemd: 'win_service',
  unarchive: 'win_unzip',
}

/** The module for the other platform that does the same; undefined where there is none. */
function counterpart(name: string, platform: Platform): string | undefined {
  const other =
    platform === 'windows'
      ? (ON_WINDOWS[name] ?? `win_${name}`)
      : name.startsWith('win_')
        ? name.slice(4)
        : ''
  return moduleNames().includes(other) ? other : undefined
}

/** Why a module cannot be done on a host, with the module that can; undefined where it can, or nobody knows what the host is. */
export function wrongPlatform(module: Module, platform: Platform | undefined): TaskFailure | undefined {
  const { name, runsOn, platforms = ['posix'] } = module
  if (runsOn === 'controller' || platform === undefined || platforms.includes(platform)) return undefined
  const other = counterpart(name, platform)
  return platform === 'windows'
    ? new TaskFailure(`${name} is for POSIX hosts, and this is a Windows host`, {
        hint: `use ${other ?? 'the modules for Windows (win_copy, win_service, …)'}, or say which hosts with when: or hosts:`,
      })
    : new TaskFailure(`${name} is for Windows hosts, and this is none`, {
        hint: `${other === undefined ? '' : `use ${other}, or `}say which hosts with when: or hosts:; a Windows host whose greeting does not say so needs ansible_shell_type: powershell`,
      })
}
