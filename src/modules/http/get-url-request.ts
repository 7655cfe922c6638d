import { joinTexts, mapText, revealText, Secret, textMatches } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { CurlOption } from './curl-config.ts'
import { maskedAddress } from './download.ts'
import type { GetUrlParameters } from './get-url-parameters.ts'
import { requestConfig } from './request.ts'

/** @throws TaskFailure for a status that brings no file */
export function judged({
  status,
  reason,
  headers,
}: {
  status: number
  reason: string
  headers: ReadonlyMap<string, string>
}) {
  const msg =
    status === 200
      ? `OK (${headers.get('content_length') ?? 'unknown'} bytes)`
      : `HTTP Error ${status}: ${reason}`
  if (status !== 200 && status !== 304)
    throw new TaskFailure('Request failed', {
      result: { status_code: status, response: msg },
      hint: `the server answered ${status} ${reason}`,
    })
  return { status, msg }
}

/** The request as curl's configuration. @throws TaskFailure */
export function config(params: GetUrlParameters, method: string, since: number | undefined): Secret {
  const { url } = params
  if (!textMatches(url, /^https?:\/\//i))
    throw new TaskFailure(`get_url takes addresses of http and https, not ${mapText(url, maskedAddress)}`)
  const more: CurlOption[] = [
    ...(params.force ? [['header', 'cache-control: no-cache'] as const] : []),
    ...(since === undefined
      ? []
      : [['header', `If-Modified-Since: ${new Date(since * 1000).toUTCString()}`] as const]),
    // Nothing packed is asked for, but some servers pack all the same.
    ...(params.decompress
      ? ([
          ['compressed', true],
          ['header', 'Accept-Encoding: identity'],
        ] as const)
      : []),
    ...(params.use_netrc && params.url_username === undefined ? [['netrc-optional', true] as const] : []),
    ...(params.use_proxy ? [] : [['noproxy', '*'] as const]),
    ...(params.ciphers === undefined
      ? []
      : [['ciphers', revealText(joinTexts(params.ciphers, ':'))] as const]),
  ]
  const { url_password: password } = params
  return requestConfig({
    ...params,
    method,
    body: undefined,
    body_format: 'raw',
    follow_redirects: 'all',
    url_password: password instanceof Secret ? password : undefined,
    ca_path: undefined,
    unix_socket: undefined,
    more,
  })
}
