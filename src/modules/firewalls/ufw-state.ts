import { field, readFields } from '../../probes/fields.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import type { Output } from '../../values/transfer.ts'

/** What is known of ufw: its files say the same whether it runs or not. */
export interface UfwState {
  readonly active: boolean
  /** Of /etc/default/ufw, in the words of ufw. */
  readonly policies: Readonly<Record<'incoming' | 'outgoing' | 'routed', string>>
  /** off, low, medium, high or full. */
  readonly logging: string
  /** The rules, a line each, of IPv4 and IPv6. */
  readonly rules: Readonly<Record<Family, readonly string[]>>
  /** What `ufw --dry-run` printed of the task's rule; empty without one. */
  readonly dry: string
  /** What `ufw status numbered` printed; empty when it was not asked. */
  readonly numbered: string
}

type Family = 'ipv4' | 'ipv6'

/** The exit status of {@link ufwLook} where the host has no ufw. */
export const NO_UFW = 127

/** Asks ufw, and tries the task's rule without doing it. */
export function ufwLook(dry: ShellText | null, numbered: boolean): ShellText {
  return sh`command -v ufw >/dev/null 2>&1 || exit ${NO_UFW}
export LC_ALL=C LANG=C
m_f() { printf '%s\0' "$1"; [ ! -r "$2" ] || tr -d '\0' <"$2"; printf '\0'; }
m_o=$(ufw status 2>&1) || { printf '%s\n' "$m_o" >&2; exit 1; }
printf 'status\0%s\0' "$m_o"
m_f defaults /etc/default/ufw
m_f conf /etc/ufw/ufw.conf
for m_d in /etc/ufw /lib/ufw /var/lib/ufw; do
  if [ -e "$m_d/user.rules" ]; then m_f rules "$m_d/user.rules"; m_f rules_six "$m_d/user6.rules"; break; fi
done
${numbered ? sh`printf 'numbered\0'; ufw status numbered; printf '\0'` : sh`:`}
${
  dry === null
    ? sh`:`
    : sh`m_o=$(ufw --dry-run ${dry} 2>&1) || { printf '%s\n' "$m_o" >&2; exit 1; }
printf 'dry\0%s\0' "$m_o"`
}`
}

/** Reads what {@link ufwLook} printed. @throws TaskFailure where ufw refuses, with its words */
export function readUfw(output: Output): UfwState {
  const fields = readFields(output, 'ask ufw')
  const text = (name: string) => field(fields, name)?.toString('utf8') ?? ''
  const setting = (file: string, key: string) =>
    new RegExp(`^${key}="?([A-Za-z]+)`, 'm').exec(text(file))?.[1] ?? ''
  const policy = (key: string) => POLICIES[setting('defaults', `DEFAULT_${key}_POLICY`).toUpperCase()] ?? ''
  return {
    active: /^Status: active$/m.test(text('status')),
    policies: { incoming: policy('INPUT'), outgoing: policy('OUTPUT'), routed: policy('FORWARD') },
    logging: setting('conf', 'LOGLEVEL'),
    rules: { ipv4: tuples(text('rules')), ipv6: tuples(text('rules_six')) },
    dry: text('dry'),
    numbered: text('numbered'),
  }
}

const POLICIES: Readonly<Record<string, string>> = { ACCEPT: 'allow', DROP: 'deny', REJECT: 'reject' }

function tuples(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('### tuple ###'))
}

/** Whether the rule that was tried would change something: ufw prints the whole of each file that it would write. */
export function wouldChange({ dry, rules }: UfwState): boolean {
  return dry
    .split(/^\*filter$/m)
    .slice(1)
    .some((file) => {
      const family = file.includes(':ufw6-') ? 'ipv6' : 'ipv4'
      return tuples(file).join('\n') !== rules[family].join('\n')
    })
}

/** The number of a rule that shall go before or behind others, 0 for the end. */
export function insertionPoint(
  insert: number,
  relative: 'zero' | 'first-ipv4' | 'last-ipv4' | 'first-ipv6' | 'last-ipv6',
  numbered: string,
): number {
  if (relative === 'zero') return insert
  const rules = numbered.split('\n').flatMap((line) => {
    const number = /^\[ *(\d+)\] /.exec(line)?.[1]
    return number === undefined ? [] : [{ number: Number(number), six: line.includes('(v6)') }]
  })
  const last = Math.max(0, ...rules.map(({ number }) => number))
  const four = Math.max(0, ...rules.filter(({ six }) => !six).map(({ number }) => number))
  const base = {
    'first-ipv4': 1,
    'last-ipv4': Math.max(four, 1),
    'first-ipv6': four + 1,
    'last-ipv6': rules.some(({ six }) => six) ? last : last + 1,
  }[relative]
  // ufw wants no number that is above all.
  return insert + base > last ? 0 : insert + base
}
