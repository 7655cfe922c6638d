import type { Endpoint } from './endpoints.ts'
import { type Finding, failed, ok, unchecked, warning } from './finding.ts'
import type { HostAnswers } from './host-answers.ts'

/** Seconds by which a host's clock may be off before AWS refuses signatures (five minutes), and some before that. */
const SKEW = { failed: 240, warning: 10 }

/** What one way of asking an endpoint said, read from the script's lines. */
interface Answer {
  readonly tool: string
  readonly status: number | undefined
  /** Addresses of the name; undefined where the host cannot be asked. */
  readonly addresses: readonly string[] | undefined
  readonly http: number | undefined
  readonly ip: string
  readonly proxy: string
  readonly isAws: boolean
  /** Seconds that the host is ahead of AWS. */
  readonly skew: number | undefined
  readonly said: string
}

/** A finding for each endpoint: the first link of name, TCP, TLS and HTTP that does not hold. */
export function judgeEndpoints(endpoints: readonly Endpoint[], answers: HostAnswers): Finding[] {
  const asked = answers.all('ask')
  return endpoints.map((endpoint) => {
    const text = asked.get(endpoint.service)
    const check = endpoint.service
    return text === undefined
      ? unchecked(check, 'the host gave no answer')
      : judge(check, endpoint, readAnswer(text))
  })
}

/** How far the host's clock is off by the newest answer of AWS itself; undefined where none told the time. */
export function skewByAws(answers: HostAnswers): number | undefined {
  return [...answers.all('ask').values()]
    .map(readAnswer)
    .filter(({ isAws }) => isAws)
    .map(({ skew }) => skew)
    .findLast((skew) => skew !== undefined)
}

/** @param skew seconds that the host's clock is ahead @param by whose clock it was held against */
export function judgeClock(skew: number, by: string, synchronized: boolean | undefined): Finding {
  const found = `${Math.abs(skew)} s ${skew < 0 ? 'behind' : 'ahead of'} ${by}`
  const next = 'set it, and have chrony or systemd-timesyncd keep it'
  if (Math.abs(skew) >= SKEW.failed)
    return failed('clock', `${found}: AWS refuses signatures that are five minutes off`, next)
  if (Math.abs(skew) >= SKEW.warning) return warning('clock', found, next)
  if (synchronized === false)
    return warning('clock', 'right, and nothing keeps it so', 'set up chrony or systemd-timesyncd')
  return ok('clock', skew === 0 ? `that of ${by}` : found)
}

function readAnswer(text: string): Answer {
  const [tool = '', ...lines] = text.split('\n')
  const word = (name: string) => lines.find((line) => line.startsWith(`m-${name} `))?.slice(name.length + 3)
  const header = (pattern: RegExp) =>
    lines.map((line) => pattern.exec(line)?.[1]).findLast((value) => value !== undefined)
  const names = word('names')?.trim() ?? ''
  const code = word('code') ?? header(/^ *HTTP\/\S+ (\d{3})/i)
  const date = Date.parse(header(/^ *date: *(.+?)\r?$/i) ?? '')
  const now = Number(word('now'))
  return {
    tool: tool.trim(),
    status: word('rc') === undefined ? undefined : Number(word('rc')),
    addresses: names.endsWith('.') ? names.slice(0, -1).trim().split(/\s+/).filter(Boolean) : undefined,
    http: code === undefined || Number(code) === 0 ? undefined : Number(code),
    ip: word('ip')?.trim() ?? '',
    proxy: word('proxy')?.trim() ?? '',
    isAws: lines.some((line) => /^ *x-amzn?-/i.test(line)),
    skew: Number.isNaN(date) || !(now > 0) ? undefined : Math.round(now - date / 1000),
    said: lines
      .filter((line) => !line.startsWith('m-') && !/^ *(?:HTTP|date|x-amz)/i.test(line))
      .join(' ')
      .replaceAll(/\s+/g, ' ')
      .replace(/^(?:curl: \(\d+\)|wget:) /, '')
      .trim(),
  }
}

function judge(check: string, { url, use }: Endpoint, answer: Answer): Finding {
  const { hostname } = new URL(url)
  const cause = failedLink(hostname, url, answer)
  if (cause !== undefined) return failed(check, `${cause.found} (${use})`, cause.next)
  const where = `${url}${answer.proxy === '' ? '' : ` through ${answer.proxy}`}`
  switch (answer.tool) {
    case 'none':
      return unchecked(check, 'no curl, wget, openssl or bash with timeout on the host', `try ${url} by hand`)
    case 'bash':
      return unchecked(check, `${hostname} takes connections; TLS and HTTP need curl or wget`)
    case 'openssl':
      return unchecked(check, `${hostname} has a certificate that the host trusts; HTTP needs curl or wget`)
  }
  if (!answer.isAws)
    return warning(
      check,
      `${where} answers with HTTP ${answer.http ?? '?'}, and not as AWS does`,
      'does something on the way answer in its place: a portal, a filter, a proxy?',
    )
  if (answer.tool === 'busybox')
    return unchecked(check, `${where} answers; whether its certificate is trusted needs curl or GNU wget`)
  return ok(
    check,
    `${where} answers as AWS does${answer.tool === 'curl-ca' ? ', with the CA of muster_ca_file' : ''}`,
  )
}

interface Cause {
  readonly found: string
  readonly next: string
}

const WAY_OUT =
  'let the firewall pass TCP to it, or set muster_proxy or muster_endpoints (a VPC endpoint) for the host'

/** The first link that does not hold, by what each program says; undefined where all do that it looked at. */
function failedLink(hostname: string, url: string, answer: Answer): Cause | undefined {
  const { tool, status, said, proxy, addresses, http } = answer
  if (tool === 'none') return undefined
  if (http !== undefined && http !== 407 && !(tool.startsWith('curl') && status !== 0)) return undefined
  if (status === 0) return undefined
  const why = said === '' ? '' : `: ${said.slice(0, 200)}`
  if (proxy !== '' && (http === 407 || /407|Proxy[- ]Auth/i.test(said)))
    return {
      found: `the proxy ${proxy} wants a name and a password, or other ones`,
      next: 'write them into muster_proxy: http://USER:PASSWORD@HOST:PORT',
    }
  const port = new URL(url).port || (url.startsWith('http:') ? '80' : '443')
  const [, host, reached] = / to (\S+) port (\d+)/.exec(said) ?? []
  const isProxy = host !== undefined && (host !== hostname || reached !== port)
  if (proxy !== '' && (isProxy || status === 5 || status === 97 || /proxy/i.test(said)))
    return {
      found: `${hostname} is not reached through the proxy ${proxy}${why}`,
      next: 'is the proxy right, does it run, and does it let this host through to that name?',
    }
  if (isTls(answer))
    return {
      found: `TLS with ${hostname} fails${why}`,
      next: 'a proxy that inspects TLS has a CA of its own: set muster_ca_file; else look at ca-certificates and the clock of the host',
    }
  const unresolved = addresses !== undefined && addresses.length === 0
  if (status === 6 || (unresolved && proxy === '') || /bad address|unable to resolve|not known/i.test(said))
    return {
      found: `the name ${hostname} does not resolve`,
      next: "look at /etc/resolv.conf, and for a private endpoint at its private DNS name; with a proxy, names are the proxy's matter: muster_proxy",
    }
  const refused = /refused/i.test(said)
  const timed = status === 28 || status === 124 || /timed out/i.test(said)
  return {
    found: `no TCP connection to ${hostname} (${addresses?.join(', ') || answer.ip || 'address unknown'}) port ${port}: ${
      refused ? 'refused' : timed ? 'no answer' : said.slice(0, 200) || `exit status ${status}`
    }`,
    next: proxy === '' ? WAY_OUT : `is the proxy ${proxy} right? Else ${WAY_OUT}`,
  }
}

/** By curl's and wget's exit status, and openssl's words once a connection is there. */
function isTls({ tool, status, said }: Answer): boolean {
  if (tool.startsWith('curl'))
    return [35, 51, 53, 54, 58, 59, 60, 66, 77, 80, 83, 90, 91].includes(status ?? 0)
  if (tool === 'wget') return status === 5
  return tool === 'openssl' && /verif/i.test(said)
}
