import type { AnyAuthMethod, BaseAgent, ParsedKey } from 'ssh2'
import ssh2 from 'ssh2'
import { displayText } from '../values/visible.ts'
import type { ConnectionSettings } from './connection.ts'
import { fingerprint } from './host-key.ts'
import type { PrivateKeys } from './private-keys.ts'

/** One thing to show the host, and how a message names it. */
export interface Credential {
  readonly method: AnyAuthMethod
  readonly says: string
}

export interface Credentials {
  /** In the order in which ssh would use them: the key that was named, the agent, keys in the usual places, the password. */
  readonly list: readonly Credential[]
  /** What could not be used, for the message when the rest does not do. */
  readonly notes: string[]
}

/** @throws ConnectionError `private-key` for the key that was named */
export async function collectCredentials(
  settings: ConnectionSettings,
  keys: PrivateKeys,
): Promise<Credentials> {
  const { user: username, privateKeyFile, privateKeyPassphrase, agent, password } = settings
  const list: Credential[] = []
  const notes: string[] = []
  const addKey = (file: string, key: ParsedKey) => {
    const says = `key ${file} (${fingerprint(key.getPublicSSH())})`
    list.push({ method: { type: 'publickey', username, key }, says })
  }
  if (privateKeyFile !== undefined)
    addKey(privateKeyFile, await keys.load(privateKeyFile, privateKeyPassphrase))
  if (agent !== undefined) {
    const held = await identities(agent)
    if (typeof held === 'string') notes.push(held)
    else if (held.count > 0) {
      list.push({
        method: { type: 'agent', username, agent: held.agent },
        says: `agent with ${held.count} keys`,
      })
    }
  }
  if (privateKeyFile === undefined) {
    for (const { file, key } of await keys.usual()) addKey(file, key)
  }
  if (password !== undefined) {
    const text = password.revealText()
    list.push({ method: { type: 'password', username, password: text }, says: 'password' })
    list.push({ method: keyboardInteractive(username, text, notes), says: 'password (keyboard-interactive)' })
  }
  // Some hosts let everyone in; asking is also how one learns what a host would take.
  if (list.length === 0)
    list.push({ method: { type: 'none', username }, says: 'nothing: no key, agent or password' })
  return { list, notes }
}

/** The agent and the number of its keys, or why it cannot be used. ssh2 would report that as the connection's failure. */
function identities(path: string): Promise<{ readonly agent: BaseAgent; readonly count: number } | string> {
  const agent = ssh2.createAgent(path)
  return new Promise((resolve) => {
    agent.getIdentities((error, keys) => {
      resolve(error ? `agent ${path}: ${error.message}` : { agent, count: keys?.length ?? 0 })
    })
  })
}

/** Answers the one hidden prompt with the password. Whatever else a host asks, nobody is there to answer. */
function keyboardInteractive(username: string, password: string, notes: string[]): AnyAuthMethod {
  let answered = false
  return {
    type: 'keyboard-interactive',
    username,
    prompt(_name, _instructions, _lang, prompts, finish) {
      const hidden = prompts.filter(({ echo }) => echo !== true)
      if (prompts.length === 1 && hidden.length === 1 && !answered) {
        answered = true
        finish([password])
        return
      }
      const asked = prompts.map(({ prompt }) => displayText(Buffer.from(prompt), 80).trim()).join(', ')
      notes.push(`the host also asks: ${asked}`)
      finish(prompts.map(() => ''))
    },
  }
}
