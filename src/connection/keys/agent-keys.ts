import ssh2, { type BaseAgent, type ParsedKey } from 'ssh2'
import { displayText } from '../../values/text/visible.ts'

/** One key that an agent holds. */
export interface AgentKey {
  /** Offers and signs with this key alone. */
  readonly agent: BaseAgent
  /** The key's blob. */
  readonly blob: Buffer
  /** `ssh-ed25519` and the like. */
  readonly type: string
  readonly comment: string
}

/**
 * The keys of an agent one by one, so that they can be chosen, ordered and counted. ssh2 would offer them all.
 *
 * @param path of the agent's socket
 * @returns or why the agent cannot be used, which ssh2 would report as the connection's failure
 */
export function agentKeys(path: string): Promise<readonly AgentKey[] | string> {
  const agent = ssh2.createAgent(path) as BaseAgent<ParsedKey>
  return new Promise((resolve) => {
    agent.getIdentities((error, keys) => {
      if (error) return resolve(`agent ${path}: ${displayText(error.message, 200)}`)
      // OpenSSH's agent gives keys alone; the types allow for entries of other agents.
      const found = ((keys ?? []) as ParsedKey[]).map((key) => ({
        agent: oneKey(agent, key),
        blob: key.getPublicSSH(),
        type: key.type,
        comment: displayText(key.comment ?? '', 80),
      }))
      resolve(found)
    })
  })
}

/** The agent as if it held one key. What it forwards is the whole agent, as ssh does. */
function oneKey(agent: BaseAgent<ParsedKey>, key: ParsedKey): BaseAgent {
  const one: BaseAgent<ParsedKey> = Object.create(agent)
  one.getIdentities = (callback) => callback(undefined, [key])
  return one as BaseAgent
}
