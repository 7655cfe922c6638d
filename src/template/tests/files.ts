import { closeSync, existsSync, lstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import type { Value } from '../../values/value.ts'
import type { Test } from '../filter.ts'
import { bind, REQUIRED } from '../python/bind.ts'
import { asText } from '../python/convert.ts'
import { onController, PythonError } from '../python/error.ts'
import { typeName } from '../python/type-name.ts'

/*
 * Files on the controller, as in Ansible: what a host has is learnt with the module stat. Relative paths start from the
 * playbook's folder.
 */

function pathOf(input: Value, directory: string): string {
  if (typeof input === 'string') return resolve(directory, input)
  throw new PythonError(`stat: path should be string, bytes, os.PathLike or integer, not ${typeName(input)}`)
}

function fileTest(holds: (path: string) => boolean): Test {
  return (input, args, context) => {
    bind(args, {})
    return holds(pathOf(input, context.directory))
  }
}

/** Undefined also for what cannot be looked at, as Python's `os.path` has it. */
function stats(path: string, follow = true): Stats | undefined {
  try {
    return follow ? statSync(path) : lstatSync(path)
  } catch {
    return undefined
  }
}

/** A folder on another device than its parent, or the root. */
function isMount(path: string): boolean {
  const own = stats(path, false)
  const parent = stats(resolve(path, '..'), false)
  if (own === undefined || parent === undefined || own.isSymbolicLink()) return false
  return own.dev !== parent.dev || own.ino === parent.ino
}

const file = fileTest((path) => stats(path)?.isFile() === true)
const directory = fileTest((path) => stats(path)?.isDirectory() === true)
const link = fileTest((path) => stats(path, false)?.isSymbolicLink() === true)
const mount = fileTest(isMount)

const absolute: Test = (input, args) => {
  bind(args, {})
  return isAbsolute(asText(input, 'a path'))
}

const sameFile: Test = (input, args, context) => {
  const { other } = bind(args, { other: REQUIRED })
  const paths = [input, other].map((path) => pathOf(path, context.directory))
  const [left, right] = paths.map((path) => stats(path))
  if (left === undefined || right === undefined) {
    throw new PythonError(`No such file or directory: '${left === undefined ? paths[0] : paths[1]}'`)
  }
  return left.dev === right.dev && left.ino === right.ino
}

const VAULT_HEADER = '$ANSIBLE_VAULT'

/** Whether a file begins as Ansible Vault's files do. */
function isVaulted(path: string): boolean {
  if (!existsSync(path)) throw new PythonError(`Cannot test if the file '${path}' is a vault.`)
  const handle = onController(() => openSync(path, 'r'))
  try {
    const start = Buffer.alloc(VAULT_HEADER.length)
    onController(() => readSync(handle, start, 0, start.length, 0))
    return start.toString('latin1') === VAULT_HEADER
  } finally {
    closeSync(handle)
  }
}

export const tests: Readonly<Record<string, Test>> = {
  file,
  is_file: file,
  directory,
  is_dir: directory,
  link,
  is_link: link,
  mount,
  is_mount: mount,
  exists: fileTest((path) => stats(path) !== undefined),
  link_exists: fileTest((path) => stats(path, false) !== undefined),
  abs: absolute,
  is_abs: absolute,
  same_file: sameFile,
  is_same_file: sameFile,
  vaulted_file: fileTest(isVaulted),
  // A decrypted value reaches a test in clear text, so this can only be seen of text that carries the header.
  vault_encrypted: (input, args) => {
    bind(args, {})
    return typeof input === 'string' && input.startsWith(VAULT_HEADER)
  },
}
