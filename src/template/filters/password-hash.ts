import type { Value } from '../../values/value.ts'
import type { Filter } from '../filter.ts'
import { bind } from '../python/bind.ts'
import { asCount, asInteger, asText } from '../python/convert.ts'
import { PythonError } from '../python/error.ts'
import { hashPassword, randomSalt } from '../python/password-hash.ts'
import { str } from '../python/text/repr.ts'

/** A password as `/etc/shadow` holds it; without a salt the result is another one each time, as in Ansible. */
const passwordHash: Filter = (input, args) => {
  const { hashtype, salt, salt_size, rounds, ident } = bind(args, {
    hashtype: 'sha512',
    salt: null,
    salt_size: null,
    rounds: null,
    ident: null,
  })
  if (ident !== null) throw new PythonError('ident belongs to bcrypt, which is not supported')
  return hashPassword(str(input), str(hashtype), {
    salt: salt === null ? randomSalt(saltLength(salt_size)) : asText(salt, 'salt'),
    rounds: rounds === null ? undefined : asInteger(rounds, 'rounds'),
  })
}

function saltLength(size: Value): number | undefined {
  return size === null ? undefined : Math.min(asCount(size, 'salt_size'), 100)
}

export const filters: Readonly<Record<string, Filter>> = { password_hash: passwordHash }
