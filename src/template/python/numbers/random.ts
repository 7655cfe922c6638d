import { createHash, randomInt } from 'node:crypto'
import { Float } from '../../../values/float.ts'
import type { Value } from '../../../values/value.ts'
import { PythonError } from '../error.ts'
import { typeName } from '../type-name.ts'
import { isInteger } from './number.ts'

const SIZE = 624
const SHIFT = 397

/** Where a filter takes its chance from: `below(n)` is a whole number from 0 up to n, without n. */
export interface Chance {
  below(limit: number): number
}

/** Chance from the system, another one each time. */
export const systemChance: Chance = { below: (limit) => randomInt(limit) }

/**
 * Python's `random.Random(seed)`, a Mersenne Twister: the same seed gives the same choice as in Ansible, which is what
 * people use a seed for (a minute for each host). npm's twisters do not know Python's way of seeding by text.
 * @throws PythonError for a seed that is neither text, a number nor a boolean
 */
export function seededChance(seed: Value): Chance {
  const twister = new Twister(seedWords(seed))
  return {
    below(limit) {
      const bits = limit.toString(2).length
      let value = twister.bits(bits)
      while (value >= limit) value = twister.bits(bits)
      return value
    },
  }
}

/** A list in random order, by Python's `shuffle`. */
export function shuffled<T>(items: readonly T[], chance: Chance): T[] {
  const result = [...items]
  for (let index = result.length - 1; index > 0; index--) {
    const other = chance.below(index + 1)
    const moved = result[index]!
    result[index] = result[other]!
    result[other] = moved
  }
  return result
}

/** The seed as 32-bit words, lowest first; text is followed by its SHA-512 (version 2 of Python's seeding). */
function seedWords(seed: Value): number[] {
  if (typeof seed === 'string') {
    const bytes = Buffer.from(seed, 'utf8')
    return words(Buffer.concat([bytes, createHash('sha512').update(bytes).digest()]))
  }
  const whole = seed instanceof Float && Number.isInteger(seed.value) ? BigInt(seed.value) : seed
  if (!isInteger(whole)) throw new PythonError(`a seed must be text or a whole number, not ${typeName(seed)}`)
  const digits = BigInt(whole).toString(16).replace('-', '')
  return words(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex'))
}

/** A number, highest byte first, as its 32-bit words, lowest first and without those that are 0 at the end. */
function words(bytes: Buffer): number[] {
  const padded = Buffer.concat([Buffer.alloc((4 - (bytes.length % 4)) % 4), bytes])
  const result: number[] = []
  for (let at = padded.length - 4; at >= 0; at -= 4) result.push(padded.readUInt32BE(at))
  while (result.length > 1 && result.at(-1) === 0) result.pop()
  return result
}

/** MT19937 with `init_by_array` (Matsumoto and Nishimura, 2002). */
class Twister {
  readonly #state = new Uint32Array(SIZE)
  #next = SIZE

  constructor(key: readonly number[]) {
    const state = this.#state
    state[0] = 19650218
    for (let i = 1; i < SIZE; i++)
      state[i] = Math.imul(1812433253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i
    let i = 1
    let j = 0
    const step = (factor: number, addition: number) => {
      const previous = state[i - 1]!
      state[i] = (state[i]! ^ Math.imul(previous ^ (previous >>> 30), factor)) + addition
      if (++i >= SIZE) {
        state[0] = state[SIZE - 1]!
        i = 1
      }
    }
    for (let k = Math.max(SIZE, key.length); k > 0; k--) {
      step(1664525, key[j]! + j)
      j = (j + 1) % key.length
    }
    for (let k = SIZE - 1; k > 0; k--) step(1566083941, -i)
    state[0] = 0x80000000
  }

  /** A number of so many random bits, at most 53. */
  bits(count: number): number {
    if (count <= 32) return this.#word() >>> (32 - count)
    const low = this.#word()
    return (this.#word() >>> (64 - count)) * 2 ** 32 + low
  }

  #word(): number {
    if (this.#next >= SIZE) this.#twist()
    let word = this.#state[this.#next++]!
    word ^= word >>> 11
    word ^= (word << 7) & 0x9d2c5680
    word ^= (word << 15) & 0xefc60000
    word ^= word >>> 18
    return word >>> 0
  }

  #twist(): void {
    const state = this.#state
    for (let index = 0; index < SIZE; index++) {
      const mixed = (state[index]! & 0x80000000) | (state[(index + 1) % SIZE]! & 0x7fffffff)
      state[index] = state[(index + SHIFT) % SIZE]! ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0)
    }
    this.#next = 0
  }
}
