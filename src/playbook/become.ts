import type { Value } from '../values/value.ts'
import type { Fields } from './fields.ts'
import type { Mistakes } from './mistakes.ts'
import type { BecomeKeywords } from './playbook.ts'

/** `become` and its like, only those that are written, so that the nearest one wins. */
export function readBecome(fields: Fields, mistakes: Mistakes): BecomeKeywords {
  const method = fields.text('become_method')
  if (typeof method === 'string' && !/^(ansible\.builtin\.)?sudo$/.test(method)) {
    const position = fields.node('become_method')!.position
    mistakes.add(position, `become_method '${method}' is not supported by muster yet`, 'use sudo')
  }
  const written: Record<keyof BecomeKeywords, Value | undefined> = {
    become: fields.boolean('become'),
    becomeUser: fields.text('become_user'),
    becomeMethod: method,
    becomeFlags: fields.text('become_flags'),
    becomeExe: fields.text('become_exe'),
  }
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined))
}
