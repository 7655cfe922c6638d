import { content, type FileContent } from '../../probes/content.ts'
import type { Probe } from '../../probes/probe.ts'
import { scriptProbe } from '../../probes/script.ts'
import { sh } from '../../shell/sh.ts'
import { reasonOf } from '../../values/host-failure.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Output } from '../../values/transfer.ts'
import { defineModule } from '../module.ts'
import { fetchKey } from '../openpgp/fetch-key.ts'
import { type PublicKey, readPublicKeys } from '../openpgp/keys.ts'

/** Bytes of a key file. */
const LIMIT = 1_000_000

type Probes = {
  /** What rpm calls the keys that it has: the end of their fingerprints. Null where there is no rpm. */
  readonly imported: Probe<readonly string[] | null>
  readonly file: Probe<FileContent> | undefined
}

export default defineModule({
  name: 'rpm_key',
  runsOn: 'host',
  documentation: {
    summary: "Adds and removes keys of rpm's database.",
    notes: [
      'The key is read here, so that the host needs no gpg; an address is fetched by the host, with curl, in check mode too.',
      'What is imported is what was looked at.',
    ],
    examples: `
- name: the repository's key
  rpm_key:
    key: https://example.com/RPM-GPG-KEY
    fingerprint: EBC6 E12C 62B1 C734 026B 2122 A20E 5214 6B8D 79E6
`,
    returns: { changed: 'whether a key was added or removed' },
  },
  spec: {
    parameters: {
      key: {
        type: 'str',
        required: true,
        doc: 'An address, a file on the host, or the id of a key that rpm has.',
      },
      state: {
        type: 'str',
        choices: ['present', 'absent'],
        default: 'present',
        doc: 'Whether rpm shall have the key.',
      },
      fingerprint: { type: 'list', doc: 'Fingerprints that the key must have.' },
      validate_certs: { type: 'bool', default: true, doc: "Check the server's certificate." },
    },
  },

  observe(params): Probes {
    const key = revealText(params.key)
    return {
      imported: scriptProbe(
        sh`command -v rpm >/dev/null 2>&1 || { printf none; exit 0; }
LC_ALL=C rpm -q gpg-pubkey --qf '%{VERSION}\n' 2>/dev/null; :`,
        ({ stdout }) =>
          stdout.equals(Buffer.from('none'))
            ? null
            : (stdout.toString('latin1').match(/^[0-9a-f]{8,64}$/gm) ?? []),
      ),
      file: key.includes('://') || isKeyId(key) ? undefined : content(key, LIMIT),
    }
  },

  async *converge(params, { imported, file }) {
    const key = revealText(params.key)
    if (imported === null) throw new TaskFailure('the host has no rpm')
    const bytes = key.includes('://')
      ? yield* fetchKey(
          key,
          params.validate_certs,
          'rpm_key',
          (url, said) => `failed to fetch key at ${url} , error was: ${said}`,
        )
      : file === undefined
        ? null
        : bytesOf(key, file)
    const keys = bytes === null ? null : readPublicKeys(bytes, String(params.key))
    const id =
      keys === null ? key.trim().toUpperCase().replace(/^0X/, '') : (keys[0] as PublicKey).fingerprint
    const there = imported.some((one) => sameKey(one.toUpperCase(), id))
    if (params.state === 'absent') {
      if (!there) return {}
      const output = yield {
        kind: 'run',
        says: `remove key ${keys === null ? params.key : id}`,
        touches: ['packages', 'files'],
        contained: true,
        script: sh`LC_ALL=C rpm --erase --allmatches ${imported.filter((one) => sameKey(one.toUpperCase(), id)).map((one) => `gpg-pubkey-${one}`)}`,
      }
      if (output.rc !== 0) throw rpmFailure(output)
      return {}
    }
    if (there) return {}
    if (keys === null || bytes === null)
      throw new TaskFailure('When importing a key, a valid file must be given')
    requireFingerprints(
      (params.fingerprint ?? []).map((one) => revealText(one)),
      keys,
    )
    const output = yield {
      kind: 'run',
      says: `import key ${id}`,
      touches: ['packages', 'files'],
      contained: true,
      stdin: bytes,
      // rpm reads no pipe.
      script: sh`m_f=$(mktemp) || exit; trap 'rm -f -- "$m_f"' EXIT; cat >"$m_f" && LC_ALL=C rpm --import "$m_f"`,
    }
    if (output.rc !== 0) throw rpmFailure(output)
    return {}
  },
})

/** Eight hexadecimal digits at the beginning, as Ansible has it. */
function isKeyId(key: string): boolean {
  return /^(?:0x)?[0-9a-f]{8}/i.test(key)
}

/** rpm names keys by their last eight digits, new ones by all. */
function sameKey(known: string, id: string): boolean {
  return known.endsWith(id) || id.endsWith(known)
}

function bytesOf(path: string, file: FileContent): Buffer {
  if (file.kind === 'file') return file.bytes
  throw new TaskFailure(`Not a valid key ${path}`, {
    hint: 'give an address, the path of a file on the host, or an id of eight digits or more',
  })
}

function requireFingerprints(wanted: readonly string[], keys: readonly PublicKey[]): void {
  const known = keys.flatMap(({ fingerprint, subkeys }) => [fingerprint, ...subkeys])
  const all = wanted.map((one) => one.replaceAll(' ', '').toUpperCase())
  if (all.every((one) => known.includes(one))) return
  const set = (texts: readonly string[]) => `'{${texts.map((one) => `'${one}'`).join(', ')}}'`
  throw new TaskFailure(
    `The specified fingerprint, ${set(all)}, does not match any key fingerprints in ${set(known)}`,
    {
      hint: 'the key is not the one that was expected: find out which of them is wrong before anything is installed',
    },
  )
}

function rpmFailure(output: Output): TaskFailure {
  return new TaskFailure(reasonOf(output), { result: { changed: false }, hint: 'become root' })
}
