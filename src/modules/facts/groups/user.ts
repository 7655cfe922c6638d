import { sh } from '../../../shell/sh.ts'
import { withSecrecy } from '../../../values/masking/secret-names.ts'
import { Secret } from '../../../values/secret.ts'
import type { Key, Value } from '../../../values/value.ts'
import { count, type FactGroup, type Facts, factScript } from '../group.ts'

/** As whom the tasks of the play run. */
export const user: FactGroup = {
  name: 'user',
  facts: [
    ...['user_id', 'user_uid', 'user_gid', 'user_gecos', 'user_dir', 'user_shell'],
    ...['real_user_id', 'effective_user_id', 'real_group_id', 'effective_group_id'],
  ],
  subsets: ['min', 'user', 'user_id', 'user_uid', 'user_gid', 'user_gecos', 'user_dir', 'user_shell'],
  script: () =>
    factScript(sh`m_u=\${LOGNAME:-\${USER:-\${LNAME:-\${USERNAME:-}}}}
m_e=; m_r=; m_g=; { while read -r m_k m_x m_y m_l; do case $m_k in Uid:) m_r=$m_x; m_e=$m_y ;; Gid:) m_g=$m_x; break ;; esac; done </proc/self/status; } 2>/dev/null
[ -n "$m_g" ] || { m_r=$(id -ru); m_e=$(id -u); m_g=$(id -rg); }
[ -n "$m_u" ] || m_u=$(id -un)
printf 'name\0%s\0real\0%s\0effective\0%s\0group\0%s\0' "$m_u" "$m_r" "$m_e" "$m_g"
if command -v getent >/dev/null 2>&1; then printf 'passwd\0%s\0' "$(getent passwd -- "$m_u" "$m_r" 2>/dev/null)"; else m_all passwd /etc/passwd; fi`),
  read: (answers): Facts => {
    const name = answers.text('name') ?? ''
    const rows = answers.lines('passwd').map((line) => line.split(':'))
    const entry = rows.find(([own]) => own === name) ?? rows.find(([, , uid]) => uid === answers.text('real'))
    const facts = new Map<string, Value>([['user_id', name]])
    const set = (key: string, value: Value | undefined) => {
      if (value !== undefined) facts.set(key, value)
    }
    if (entry !== undefined) {
      set('user_uid', count(entry[2]))
      set('user_gid', count(entry[3]))
      set('user_gecos', entry[4])
      set('user_dir', entry[5])
      set('user_shell', entry[6])
    }
    set('real_user_id', count(answers.text('real')))
    set('effective_user_id', count(answers.text('effective')))
    set('real_group_id', count(answers.text('group')))
    set('effective_group_id', count(answers.text('group')))
    return facts
  },
}

/** Names of variables that hold what nobody else is to see. */
const SECRET = /PASS(?:WD|WORD|PHRASE)?$|SECRET|TOKEN|CREDENTIAL|PRIVATE_KEY|API_?KEY/i

function covered(name: string, text: string): Value {
  return SECRET.test(name) && text !== '' ? new Secret(text) : withSecrecy(name, text)
}

/** The environment of what runs on the host. What a name calls secret is one. */
export const environment: FactGroup = {
  name: 'env',
  facts: ['env'],
  subsets: ['min', 'env'],
  script: () => factScript(sh`printf 'rest\0'; env -0 2>/dev/null || env`),
  read: (answers): Facts => {
    const [rest] = answers.all('rest')
    const parts = (rest ?? '').includes('\0') ? (rest ?? '').split('\0') : (rest ?? '').split('\n')
    const env = new Map<Key, Value>()
    for (const part of parts) {
      const at = part.indexOf('=')
      // Our own words, and functions that bash exports.
      if (at > 0 && !/^(?:m_|_$|BASH_FUNC_)/.test(part.slice(0, at)))
        env.set(part.slice(0, at), covered(part.slice(0, at), part.slice(at + 1)))
    }
    return new Map([['env', env]])
  },
}
