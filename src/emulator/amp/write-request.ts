import protobuf from 'protobufjs'
import { uncompress } from 'snappyjs'
import type { Labels, Sample } from './series-store.ts'

/** Prometheus' marker for a series that ended: a NaN of its own (model/value/value.go). */
const STALE = 0x7ff0000000000002n

/**
 * The part of Prometheus' WriteRequest (remote write 1.0) that is read. A sample's value is taken as its 64 bits,
 * since JavaScript does not promise to keep the bits of a NaN, and the staleness marker is one.
 */
const WriteRequest = protobuf
  .parse(
    `syntax = "proto3";
     message WriteRequest { repeated TimeSeries timeseries = 1; }
     message TimeSeries { repeated Label labels = 1; repeated Sample samples = 2; }
     message Label { string name = 1; string value = 2; }
     message Sample { fixed64 value = 1; int64 timestamp = 2; }`,
  )
  .root.lookupType('WriteRequest')

interface Decoded {
  readonly timeseries: readonly {
    readonly labels: readonly { readonly name: string; readonly value: string }[]
    readonly samples: readonly { readonly value: Bits; readonly timestamp: Bits }[]
  }[]
}

/** A 64-bit number as protobufjs reads it. */
interface Bits {
  readonly low: number
  readonly high: number
}

export interface WrittenSeries {
  readonly labels: Labels
  readonly samples: readonly Sample[]
}

/**
 * Decodes the body of a remote write: protobuf in Snappy's block format.
 * @throws Error when it is neither
 */
export function decodeWriteRequest(body: Buffer): readonly WrittenSeries[] {
  const decoded = WriteRequest.decode(uncompress(body)) as unknown as Decoded
  return decoded.timeseries.map(({ labels, samples }) => ({
    labels: Object.fromEntries(labels.map(({ name, value }) => [name, value])),
    samples: samples.map(({ value, timestamp }) => {
      const bits = toBigInt(value)
      return {
        timestamp: Number(BigInt.asIntN(64, toBigInt(timestamp))),
        value: toNumber(bits),
        stale: bits === STALE,
      }
    }),
  }))
}

function toBigInt({ low, high }: Bits): bigint {
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)
}

function toNumber(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}
