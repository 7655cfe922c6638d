import type { AnyAuthMethod, ParsedKey } from 'ssh2'
import { ConnectionError, type ConnectionSettings } from '../connection.ts'
import { fingerprint } from '../known-hosts/host-key.ts'
import { type AgentKey, agentKeys } from './agent-keys.ts'
import { type AskPerson, Dialogue } from './dialogue.ts'
import type { PrivateKeys } from './private-keys.ts'

/** One thing to show the host, and how a message names it. */
export interface Credential {
  readonly method: AnyAuthMethod
  readonly says: string
  /** Only once the host has taken another method: a person is not asked by every host that refuses a key. */
  readonly secondOnly?: true
}

export interface Credentials {
  /** In the order in which ssh would use them: the key that was named, the agent, keys in the usual places, the password. */
  readonly list: readonly Credential[]
  /** What could not be used, for the message when the rest does not do. */
  readonly notes: string[]
  readonly dialogue: Dialogue
}

/** Tries after which sshd ends a login (MaxAuthTries), where the settings do not say. A key that is not taken is one. */
const MOST_TRIES = 6

/** @throws ConnectionError `private-key` for the key that was named; `authentication` when nothing may be used */
export async function collectCredentials(
  settings: ConnectionSettings,
  keys: PrivateKeys,
  ask?: AskPerson,
): Promise<Credentials> {
  const { user: username, password, authentications } = settings
  const notes: string[] = []
  const offered = await collectKeys(settings, keys, notes)
  const tries = settings.maxAuthTries ?? MOST_TRIES
  // The last try is for the password; without one the host would end the login all the same.
  const list = offered.slice(0, Math.max(1, tries - 1))
  if (offered.length > list.length) {
    const left = offered.slice(list.length).map(({ says }) => says)
    notes.push(
      `${left.length} more keys were not tried, since the host ends a login after ${tries} tries (muster_max_auth_tries): ${left.join('; ')}`,
    )
  }
  const dialogue = new Dialogue(settings, ask, notes)
  if (password !== undefined) {
    list.push({ method: { type: 'password', username, password: password.revealText() }, says: 'password' })
  }
  if (dialogue.possible) {
    const wanted = password !== undefined || authentications?.includes('keyboard-interactive') === true
    list.push({
      method: dialogue.method,
      says: password === undefined ? 'answers of a person' : 'password (keyboard-interactive)',
      ...(wanted ? {} : { secondOnly: true }),
    })
  }
  const allowed =
    authentications === undefined
      ? list
      : authentications.flatMap((method) => list.filter((each) => wireMethod(each.method) === method))
  // Some hosts let everyone in; asking is also how one learns what a host would take.
  if (allowed.every(({ secondOnly }) => secondOnly === true)) {
    const why =
      list.length === allowed.length
        ? 'no key, agent or password'
        : `only ${authentications?.join(', ')} is allowed`
    allowed.unshift({ method: { type: 'none', username }, says: `nothing: ${why}` })
  }
  return { list: allowed, notes, dialogue }
}

/** On the wire an agent, which is a holder of keys, is `publickey`. */
export function wireMethod(method: AnyAuthMethod): string {
  return method.type === 'agent' ? 'publickey' : method.type
}

/** The keys in the order in which ssh offers them: those that were named, the agent's others, those in the usual places. */
async function collectKeys(
  settings: ConnectionSettings,
  keys: PrivateKeys,
  notes: string[],
): Promise<Credential[]> {
  const { user: username, privateKeyFile, privateKeyPassphrase, identityFiles = [], agent } = settings
  if (settings.authentications?.includes('publickey') === false) return []
  const list: Credential[] = []
  const taken: Buffer[] = []
  const add = (blob: Buffer, type: string, credential: Credential) => {
    if (taken.some((other) => other.equals(blob)) || !accepted(type, settings)) return
    taken.push(blob)
    list.push(credential)
  }
  const held = agent === undefined ? [] : await agentKeys(agent)
  if (typeof held === 'string') notes.push(held)
  const inAgent = typeof held === 'string' ? [] : held
  const addHeld = (key: AgentKey) =>
    add(key.blob, key.type, {
      method: { type: 'agent', username, agent: key.agent },
      says: `key of the agent ${key.comment} (${fingerprint(key.blob)})`,
    })
  const addFile = (file: string, key: ParsedKey) =>
    add(key.getPublicSSH(), key.type, {
      method: { type: 'publickey', username, key },
      says: `key ${file} (${fingerprint(key.getPublicSSH())})`,
    })
  for (const file of new Set([...(privateKeyFile === undefined ? [] : [privateKeyFile]), ...identityFiles])) {
    const blob = await keys.publicPart(file)
    const fromAgent = blob === undefined ? undefined : inAgent.find((key) => key.blob.equals(blob))
    if (fromAgent !== undefined) {
      addHeld(fromAgent)
      continue
    }
    try {
      addFile(file, await keys.load(file, privateKeyPassphrase, settings.batch === true))
    } catch (error) {
      // The key that the inventory names is meant; those of a configuration may be for other hosts.
      if (file === privateKeyFile || !(error instanceof ConnectionError)) throw error
      notes.push(error.message)
    }
  }
  if (settings.identitiesOnly !== true) for (const key of inAgent) addHeld(key)
  if (privateKeyFile === undefined && identityFiles.length === 0) {
    for (const { file, key } of await keys.usual()) addFile(file, key)
  }
  return list
}

function accepted(type: string, { algorithms }: ConnectionSettings): boolean {
  const allowed = algorithms?.publicKey
  return (
    allowed === undefined ||
    allowed.includes(type) ||
    (type === 'ssh-rsa' && allowed.some((name) => name.startsWith('rsa-sha2-')))
  )
}
