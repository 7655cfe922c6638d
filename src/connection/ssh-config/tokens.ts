import { createHash } from 'node:crypto'
import { hostname, userInfo } from 'node:os'

/** What the tokens of ssh_config(5) stand for. */
export interface TokenValues {
  /** As given on the command line. */
  readonly originalHost: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly home: string
  readonly hostKeyAlias?: string | undefined
  readonly proxyJump?: string | undefined
}

/** Tokens of every option that takes them; ProxyCommand takes `%%`, `%h`, `%n`, `%p` and `%r` alone. */
export const ALL_TOKENS = '%CLdhijklnpru'
export const PROXY_TOKENS = '%hnpr'

/**
 * Text with its `%` tokens and `${VARIABLES}` of the environment replaced.
 *
 * @throws RangeError for a token that the option does not take, and for a variable that is not set
 */
export function expandTokens(text: string, values: TokenValues, allowed = ALL_TOKENS): string {
  const local = hostname()
  const { username, uid } = userInfo()
  const jump = values.proxyJump ?? ''
  const short = local.replace(/\..*/s, '')
  const tokens: Readonly<Record<string, string>> = {
    '%': '%',
    C: createHash('sha1').update(`${local}${values.host}${values.port}${values.user}${jump}`).digest('hex'),
    d: values.home,
    h: values.host,
    i: String(uid),
    j: jump,
    k: values.hostKeyAlias ?? values.host,
    L: short,
    l: local,
    n: values.originalHost,
    p: String(values.port),
    r: values.user,
    u: username,
  }
  return text.replaceAll(
    /%(.?)|\$\{([^}]*)\}/gs,
    (_, token: string | undefined, name: string | undefined) => {
      if (name !== undefined) {
        const value = allowed === PROXY_TOKENS ? undefined : process.env[name]
        if (allowed === PROXY_TOKENS) return `\${${name}}`
        if (value === undefined) throw new RangeError(`the environment has no ${name}`)
        return value
      }
      if (token === undefined || token === '' || !allowed.includes(token))
        throw new RangeError(`%${token} has no meaning there`)
      return tokens[token] as string
    },
  )
}
