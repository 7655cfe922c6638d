import type { Filter } from '../filter.ts'

function unsupported(reason: string): Filter {
  return (_input, _args, context) => context.fail(reason)
}

/** Filters that Ansible has and muster has not, so that people read why and what to do instead. */
export const filters: Readonly<Record<string, Filter>> = {
  vault: unsupported(
    'not supported: muster does not encrypt with Ansible Vault; use ansible-vault encrypt_string',
  ),
  unvault: unsupported(
    'not supported: muster does not decrypt Ansible Vault; decrypt the value with ansible-vault and mark it !secret',
  ),
}
