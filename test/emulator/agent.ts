import { constants, createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import type { Cloud } from '../../src/emulator/cloud.ts'
import type { Credentials } from './clients.ts'

/** A request as the agent makes it, without an SDK, so that nothing of the server's code checks itself. */
async function post(
  cloud: Cloud,
  operation: string,
  members: unknown,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const answer = await fetch(cloud.url(), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AmazonSSM.${operation}`,
      ...headers,
    },
    // A stream goes out chunked, as the agent's token request does.
    body: new Blob([JSON.stringify(members)]).stream(),
    duplex: 'half',
  } as RequestInit)
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

/** The agent's wire behaviour: registers unsigned, asks for tokens with an RSA-PSS signature. */
export class Agent {
  readonly cloud: Cloud
  readonly region: string
  readonly fingerprint = randomUUID()
  id = ''
  privateKey: KeyObject
  publicKey: string

  constructor(cloud: Cloud, region = 'eu-central-1') {
    this.cloud = cloud
    this.region = region
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
    this.privateKey = pair.privateKey
    this.publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  }

  async register(activation: { ActivationId?: string | undefined; ActivationCode?: string | undefined }) {
    const answer = await post(this.cloud, 'RegisterManagedInstance', {
      ActivationId: activation.ActivationId,
      ActivationCode: activation.ActivationCode,
      Fingerprint: this.fingerprint,
      PublicKey: this.publicKey,
      PublicKeyType: 'Rsa',
    })
    if (answer.status === 200) this.id = String(answer.body['InstanceId'])
    return answer
  }

  /** Calls 2 and 3 of facts/ssm-agent.md 6.1. */
  signed(
    operation: string,
    members: unknown,
    options: { readonly key?: KeyObject; readonly date?: Date } = {},
  ) {
    const date = (options.date ?? new Date()).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
    const host = new URL(this.cloud.url()).host
    const type = 'application/x-amz-json-1.1'
    const target = `AmazonSSM.${operation}`
    const hash = (text: string) => createHash('sha256').update(text).digest('hex')
    const signedHeaders = 'content-type;host;x-amz-date;x-amz-target'
    const canonical = [
      'POST',
      '/',
      '',
      `content-type:${type}`,
      `host:${host}`,
      `x-amz-date:${date}`,
      `x-amz-target:${target}`,
      '',
      signedHeaders,
      hash(JSON.stringify(members)),
    ].join('\n')
    const scope = `${date.slice(0, 8)}/${this.region}/ssm/aws4_request`
    const signature = sign('sha256', Buffer.from(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash(canonical)}`), {
      key: options.key ?? this.privateKey,
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: 32,
    }).toString('base64')
    return post(this.cloud, operation, members, {
      'x-amz-date': date,
      authorization: `AWS4-HMAC-SHA256 Credential=${this.id}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    })
  }

  /** Credentials of the node's role. */
  async token(): Promise<Credentials & { readonly sessionToken: string; readonly expires: number }> {
    const { status, body } = await this.signed('RequestManagedInstanceRoleToken', {
      Fingerprint: this.fingerprint,
    })
    if (status !== 200) throw new Error(`${body['__type']}: ${body['message']}`)
    return {
      accessKeyId: String(body['AccessKeyId']),
      secretAccessKey: String(body['SecretAccessKey']),
      sessionToken: String(body['SessionToken']),
      expires: Number(body['TokenExpirationDate']),
    }
  }
}
