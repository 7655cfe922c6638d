import { isIP } from 'node:net'
import type { Position } from '../../values/position.ts'
import type { Problem } from '../../values/problem.ts'
import { shownName } from '../../values/text/variable-name.ts'
import { BadRange, expandRange, hasRange } from './range.ts'

/** A host as written: its name or names and the port behind them. */
export interface WrittenHosts {
  readonly names: readonly string[]
  readonly port: number | undefined
}

/** What is wrong with a name, and what to do. */
export interface NameFault {
  readonly message: string
  readonly hint?: string
}

/**
 * Reads a host as it stands in an inventory: `web01`, `web[01:20]:2222`, `192.0.2.1:22`, `2001:db8::5`,
 * `[2001:db8::5]:22`. Names that Ansible keeps although no host can be meant (`user@h`, `h*`, `a,b`) are refused.
 */
export function readHostName(written: string): WrittenHosts | NameFault {
  if (isIP(written) !== 0) return { names: [written], port: undefined }
  const split = splitPort(written)
  if ('message' in split) return split
  let names: string[]
  try {
    names = hasRange(split.name) ? expandRange(split.name) : [split.name]
  } catch (error) {
    if (error instanceof BadRange) return { message: error.message }
    throw error
  }
  for (const name of names) {
    const fault = isIP(name) === 0 ? nameFault(name) : undefined
    if (fault !== undefined) return fault
  }
  return { names, port: split.port }
}

function splitPort(written: string): { name: string; port: number | undefined } | NameFault {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(written)
  if (bracketed !== null && isIP(bracketed[1]!) === 6) {
    if (bracketed[2] === undefined) {
      return {
        message: `${written} has brackets but no port`,
        hint: `write ${bracketed[1]} without brackets`,
      }
    }
    return withPort(bracketed[1]!, bracketed[2])
  }
  const match = /^((?:[^:[\]]|\[[^\]]*\])*):(\d+)$/.exec(written)
  return match === null ? { name: written, port: undefined } : withPort(match[1]!, match[2]!)
}

function withPort(name: string, digits: string): { name: string; port: number } | NameFault {
  const port = Number(digits)
  if (port < 1 || port > 65535) return { message: `the port ${digits} of ${name} is not between 1 and 65535` }
  return { name, port }
}

const HOST = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_.])?$/u

function nameFault(name: string): NameFault | undefined {
  if (HOST.test(name) && name.length <= 253) return undefined
  // What stands behind a blank or `=`, or between `:` and `@`, is no part of a name, and may be a password.
  const shown = JSON.stringify(name.replace(/[\s=].*$/s, '…').replace(/:[^@]*@/, ':…@'))
  if (name.includes('@')) {
    const [user, host] = name.split('@', 2)
    return {
      message: `${shown} is no host name`,
      hint: `write the host ${host} and its variable ansible_user: ${user?.split(':', 1)[0]}`,
    }
  }
  if (/[,\s]/.test(name))
    return { message: `${shown} is no host name`, hint: 'write each host as a key of its own' }
  if (/[*?]/.test(name)) {
    return {
      message: `${shown} is no host name`,
      hint: 'wildcards belong in patterns; a range is written web[01:20]',
    }
  }
  if (name.includes(':')) return { message: `${shown} is no host name`, hint: 'a port is a number: host:22' }
  return {
    message: `${shown} is no host name`,
    hint: 'a name has letters, digits, dots, dashes and _, begins with a letter, digit or _, and has at most 253 of them',
  }
}

/** Why a group cannot bear a name: one that no pattern could name, or that would be a path in `group_vars`. */
export function groupNameFault(name: string): NameFault | undefined {
  if (/^[\p{L}\p{N}_](?:[\p{L}\p{N}_. -]*[\p{L}\p{N}_.-])?$/u.test(name)) return undefined
  return {
    message: `${JSON.stringify(shownName(name))} is no group name`,
    hint: name.includes(':')
      ? 'in YAML, hosts, vars and children are keys below the group'
      : 'a name has letters, digits and _ and begins with one of them',
  }
}

/** Whether a group's name works as a variable, as it should. */
export function isPlainGroupName(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)
}

/** Warns once of all names of groups that templates cannot use as they are. */
export function warnOfGroupNames(unusual: ReadonlyMap<string, Position>, warnings: Problem[]): void {
  const names = [...unusual.keys()]
  if (names.length === 0) return
  warnings.push({
    message: `group names that are no variable names: ${names.join(', ')}`,
    position: unusual.get(names[0]!),
    hint: "templates reach them only as groups['...']; letters, digits and _ always work",
  })
}
