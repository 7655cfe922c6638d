import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import protobuf from 'protobufjs'
import { compress } from 'snappyjs'
import type { Cloud } from '../../src/emulator/cloud.ts'
import type { Credentials } from './clients.ts'

const WriteRequest = protobuf
  .parse(
    `syntax = "proto3";
     message WriteRequest { repeated TimeSeries timeseries = 1; }
     message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
     message Label { string name = 1; string value = 2; }
     message Sample { double value = 1; int64 timestamp = 2; }`,
  )
  .root.lookupType('WriteRequest')

export interface Written {
  readonly labels: Record<string, string>
  readonly samples: readonly { readonly timestamp: number; readonly value: number }[]
}

/** The body of a remote write, as a client encodes it (values as doubles). */
export function encodeWrite(series: readonly Written[]): Uint8Array {
  const timeseries = series.map(({ labels, samples }) => ({
    labels: Object.entries(labels).map(([name, value]) => ({ name, value })),
    samples,
  }))
  return compress(WriteRequest.encode(WriteRequest.create({ timeseries })).finish())
}

/** A request to AMP's data plane, signed by the SDK's signer. */
export async function signedFetch(
  url: string,
  credentials: Credentials,
  options: {
    readonly method?: string
    readonly headers?: Record<string, string>
    readonly body?: Uint8Array | string
    readonly region?: string
    readonly service?: string
    readonly date?: Date
  } = {},
): Promise<Response> {
  const { hostname, port, host, pathname, searchParams } = new URL(url)
  const signer = new SignatureV4({
    credentials,
    region: options.region ?? 'eu-central-1',
    service: options.service ?? 'aps',
    sha256: Sha256,
  })
  const { method = 'GET', body } = options
  const signed = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers: { host, ...options.headers },
      body,
    },
    options.date === undefined ? {} : { signingDate: options.date },
  )
  return fetch(url, {
    method,
    headers: signed.headers,
    ...(body === undefined ? {} : { body: new Uint8Array(Buffer.from(body)) }),
  })
}

export function remoteWrite(
  cloud: Cloud,
  workspace: string,
  credentials: Credentials,
  body: Uint8Array,
  options: { readonly region?: string; readonly date?: Date; readonly service?: string } = {},
): Promise<Response> {
  return signedFetch(`${cloud.url()}/workspaces/${workspace}/api/v1/remote_write`, credentials, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
    body,
    ...options,
  })
}
