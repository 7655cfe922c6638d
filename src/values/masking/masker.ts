import { EncryptedValue } from '../encrypted.ts'
import { Float } from '../float.ts'
import { Secret, secretsIn } from '../secret.ts'
import type { Value } from '../value.ts'
import { Automaton } from './automaton.ts'
import { readBase64, readHex } from './encodings.ts'
import { readEscapes } from './escapes.ts'
import { Ranges } from './ranges.ts'
import { beginOf, endOf, type View } from './view.ts'

/** Characters; anything shorter stands in too many innocent texts. */
const SHORTEST = 4

/** Characters of one secret that are known: an automaton is some forty times as large. */
const LONGEST = 64 * 1024

/** Escapes in escapes (JSON in JSON in a shell) that are read. */
const LAYERS = 4

/** A new automaton takes in older ones up to this many times its size, so that few have to be asked. */
const GROWTH = 4

/** Short texts whose masked form is remembered: names of tasks and hosts come again with every event. */
const REMEMBERED = 512
const REMEMBERED_LENGTH = 200

/** Something that carries secrets: shell text. */
interface Carrier {
  readonly secrets: readonly Secret[]
}

/**
 * Hides secrets in texts, where the type cannot: a host may print what it was given. It knows the values, each of
 * their lines, and all that they were made from; and it recognises them in other spellings, alone or in each other:
 * escapes of shells, JSON, C, Python, URLs, HTML and SQL, in either case and for any of the characters; base64 of both
 * alphabets at any alignment, in lines or not; hexadecimal digits; with colours or invisible characters between the
 * letters; as UTF-16 in base64. Its work grows with the text, whatever stands there and however many it knows.
 */
export class Masker {
  readonly #forms = new Set<string>()
  readonly #seen = new WeakSet<object>()
  readonly #hidden = new WeakMap<Secret, boolean>()
  readonly #remembered = new Map<string, string>()
  /** Forms that no automaton looks for yet. */
  #fresh: Uint8Array[] = []
  #automata: Automaton[] = []

  learn(source: Secret | Carrier): void {
    // A list of what is to be learned, since what was made from what may go deep.
    const waiting = source instanceof Secret ? [source] : [...source.secrets]
    const composed: Secret[] = []
    for (let secret = waiting.pop(); secret !== undefined; secret = waiting.pop()) {
      if (this.#seen.has(secret)) continue
      this.#seen.add(secret)
      // What no password opens is nowhere to be seen.
      if (isClosed(secret)) continue
      const { from, joined } = secret.origin
      if (!this.#seen.has(from)) for (const part of from) waiting.push(part)
      this.#seen.add(from)
      if (joined === true) composed.push(secret)
      else this.#learnText(secret)
    }
    // What stands between the parts is for everybody, but a part that is too short to be looked for is not.
    for (const secret of composed.reverse())
      if (!secret.origin.from.every((part) => this.#hides(part))) this.#learnText(secret)
  }

  /**
   * Learns the secrets in values that were read, in lists, dicts and plain objects of them, however deep. Those of a
   * vault are left closed, since opening them is slow: they are learned with what is made of them.
   */
  learnAll(values: Iterable<unknown>): void {
    for (const secret of secretsIn([...values], this.#seen))
      if (!(secret instanceof EncryptedValue)) this.learn(secret)
  }

  /**
   * The text without any secret.
   * @param isCut the text goes on where it ends: what may be the beginning of a secret there is hidden as well
   */
  mask(text: string, isCut = false): string {
    if ((this.#automata.length === 0 && this.#fresh.length === 0) || text.length < SHORTEST) return text
    if (this.#fresh.length > 0) this.#build()
    if (isCut || text.length > REMEMBERED_LENGTH) return this.#masked(text, isCut)
    const known = this.#remembered.get(text)
    if (known !== undefined) return known
    const masked = this.#masked(text, false)
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear()
    this.#remembered.set(text, masked)
    return masked
  }

  /** A value in which every text, key and number is masked; Secrets stay. */
  maskValue<T extends Value>(value: T, isCut?: boolean): T
  maskValue(value: Value, isCut = false): Value {
    if (typeof value === 'string') return this.mask(value, isCut)
    if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float) {
      const text = String(value instanceof Float ? value.value : value)
      const masked = this.mask(text)
      return masked === text ? value : masked
    }
    if (Array.isArray(value)) return value.map((item) => this.maskValue(item, isCut))
    if (value instanceof Map)
      return new Map([...value].map(([key, item]) => [this.maskValue(key), this.maskValue(item, isCut)]))
    return value
  }

  #masked(text: string, isCut: boolean): string {
    const bytes = Buffer.from(text)
    const ranges = new Ranges()
    if (text.includes(CUT)) this.#lookBeforeCuts(bytes, ranges)
    for (const view of layersOf({ bytes })) {
      this.#look(view, ranges, isCut ? bytes.length : -1)
      for (const decoded of [...readBase64(view), ...readHex(view)])
        for (const layer of layersOf(decoded)) this.#look(layer, ranges, -1)
    }
    return ranges.isEmpty ? text : ranges.redact(bytes)
  }

  /** Somebody cut the text before it came here: a secret's beginning may stand before the mark. */
  #lookBeforeCuts(bytes: Buffer, ranges: Ranges): void {
    let begin = 0
    for (let mark = bytes.indexOf(CUT); mark >= 0; mark = bytes.indexOf(CUT, begin)) {
      const piece = bytes.subarray(begin, mark)
      for (const automaton of this.#automata) {
        const rest = automaton.scan(piece, () => {})
        if (rest >= SHORTEST_BEGINNING) ranges.add(mark - rest, mark)
      }
      begin = mark + Buffer.byteLength(CUT)
    }
  }

  #look(view: View, ranges: Ranges, cutAt: number): void {
    const { bytes } = view
    // A form's `+` is a blank, as in URLs; so everywhere.
    const read = bytes.includes(PLUS) ? bytes.map((byte) => (byte === PLUS ? BLANK : byte)) : bytes
    for (const automaton of this.#automata) {
      const rest = automaton.scan(read, (end, length) =>
        ranges.add(beginOf(view, end - length), endOf(view, end - 1)),
      )
      if (rest >= SHORTEST_BEGINNING && endOf(view, bytes.length - 1) === cutAt)
        ranges.add(beginOf(view, bytes.length - rest), cutAt)
    }
  }

  /** Whether nothing of a secret is left when what was learned is hidden. */
  #hides(secret: Secret): boolean {
    const known = this.#hidden.get(secret)
    if (known !== undefined) return known
    const { from, joined } = secret.origin
    const hides =
      isClosed(secret) ||
      isNothing(secret) ||
      (joined === true
        ? from.every((part) => this.#hides(part))
        : secret.revealText().trim().length >= SHORTEST)
    this.#hidden.set(secret, hides)
    return hides
  }

  #learnText(secret: Secret): void {
    // `true` and `null` hide nothing, and stand in too many innocent texts.
    if (isNothing(secret)) return
    const text = secret.revealText().slice(0, LONGEST)
    for (const part of new Set([text, ...text.split(/\r\n|[\r\n]/)])) this.#add(part.trim())
  }

  #add(text: string): void {
    if (text.length < SHORTEST || this.#forms.has(text)) return
    this.#forms.add(text)
    this.#remembered.clear()
    for (const { bytes } of layersOf({ bytes: Buffer.from(text) }))
      if (bytes.length >= SHORTEST) this.#fresh.push(withBlanks(bytes))
    if (/[^\0-\x7f]/.test(text)) {
      this.#fresh.push(withBlanks(Buffer.from(text, 'utf16le')))
      if (/^[\0-\xff]*$/.test(text)) this.#fresh.push(withBlanks(Buffer.from(text, 'latin1')))
    }
  }

  #build(): void {
    let patterns = this.#fresh
    this.#fresh = []
    let size = patterns.reduce((sum, { length }) => sum + length, 0)
    for (let last = this.#automata.at(-1); last !== undefined; last = this.#automata.at(-1)) {
      if (last.size > GROWTH * size) break
      patterns = [...last.patterns, ...patterns]
      size += last.size
      this.#automata.pop()
    }
    this.#automata.push(new Automaton(patterns))
  }
}

/** The mark where a text was cut. */
const CUT = '…'

/** Characters of a secret's beginning before a cut; fewer say nothing. */
const SHORTEST_BEGINNING = 3

const PLUS = 0x2b
const BLANK = 0x20

function withBlanks(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => (byte === PLUS ? BLANK : byte))
}

function isClosed(secret: Secret): boolean {
  return secret instanceof EncryptedValue && !secret.opens()
}

function isNothing(secret: Secret): boolean {
  const value = secret.reveal()
  return value === null || value === '' || typeof value === 'boolean'
}

/** A text as it stands, and with one layer of escapes read after the other. */
function* layersOf(view: View): Generator<View> {
  let layer: View | undefined = view
  for (let depth = 0; layer !== undefined && depth <= LAYERS; depth++) {
    yield layer
    layer = readEscapes(layer)
  }
}
