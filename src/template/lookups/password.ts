import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Secret } from '../../values/secret.ts'
import type { Value } from '../../values/value.ts'
import { openedText } from '../ciphertext.ts'
import type { Evaluation } from '../evaluator/evaluation.ts'
import { asCount, asText } from '../python/convert.ts'
import { onController, PythonError } from '../python/error.ts'
import { seededChance, systemChance } from '../python/numbers/random.ts'
import { hashPassword, randomSalt } from '../python/password-hash.ts'
import { str } from '../python/text/repr.ts'
import { stripEnd } from '../python/text/strip.ts'
import type { Lookup, Lookups } from './define.ts'
import { inlineTerm } from './inline-options.ts'

const OPTIONS = ['length', 'encrypt', 'chars', 'seed']
const LONGEST = 10_000
const NOWHERE = '/dev/null'

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
/** Names of Python's module `string`. */
const SETS: Readonly<Record<string, string>> = {
  ascii_letters: LOWER + UPPER,
  ascii_lowercase: LOWER,
  ascii_uppercase: UPPER,
  digits: DIGITS,
  hexdigits: `${DIGITS}abcdefABCDEF`,
  octdigits: '01234567',
  punctuation: PUNCTUATION,
  whitespace: ' \t\n\r\x0b\x0c',
  printable: `${DIGITS}${LOWER}${UPPER}${PUNCTUATION} \t\n\r\x0b\x0c`,
}

/**
 * A password kept in a file on the controller: made when the file is not there, read when it is. From `/dev/null` it
 * is another one each time. It is a Secret.
 */
const password: Lookup = {
  options: OPTIONS,
  refused: { ident: 'it belongs to bcrypt, which muster does not make' },
  run: (terms, options, evaluation) =>
    terms.map((term) => {
      const inline = inlineTerm(asText(term, 'the file of password'), OPTIONS)
      const given = (name: string): Value => inline.options.get(name) ?? options.get(name) ?? null
      const path = resolve(evaluation.home.directory, inline.words)
      const encrypt = given('encrypt') === null ? undefined : str(given('encrypt'))
      const make = () => madePassword(given('length'), given('chars'), given('seed'))
      const kept = onController(() => keptPassword(path, encrypt !== undefined, make, evaluation))
      return new Secret(
        encrypt === undefined ? kept.password : hashPassword(kept.password, encrypt, { salt: kept.salt! }),
      )
    }),
}

interface Kept {
  readonly password: string
  readonly salt: string | undefined
}

function keptPassword(path: string, needsSalt: boolean, make: () => string, evaluation: Evaluation): Kept {
  const fresh = (): Kept => ({ password: make(), salt: needsSalt ? randomSalt() : undefined })
  if (path === NOWHERE) return fresh()
  if (!existsSync(path)) {
    evaluation.home.beforeWriting?.()
    const kept = fresh()
    if (writtenFirst(path, kept)) return kept
  }
  const kept = parsed(openedText(readFileSync(path, 'utf8'), path, evaluation.home).text)
  if (!needsSalt || kept.salt !== undefined) return kept
  evaluation.home.beforeWriting?.()
  const salted = { password: kept.password, salt: randomSalt() }
  renameSync(temporaryFile(path, salted), path)
  return salted
}

/** The file's text: the password, and the salt that it is hashed with. */
function parsed(content: string): Kept {
  const text = stripEnd(content)
  const at = text.lastIndexOf(' salt=')
  if (at < 0) return { password: text, salt: undefined }
  const [salt] = text.slice(at + ' salt='.length).split(' ident=', 1)
  return { password: text.slice(0, at), salt: salt! }
}

/** Puts the file there unless another run was first: whole, and readable by its owner only. */
function writtenFirst(path: string, kept: Kept): boolean {
  const temporary = temporaryFile(path, kept)
  try {
    linkSync(temporary, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(temporary, { force: true })
  }
}

function temporaryFile(path: string, { password, salt }: Kept): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = join(dirname(path), `.${randomUUID()}`)
  const content = `${password}${salt === undefined ? '' : ` salt=${salt}`}\n`
  writeFileSync(temporary, content, { flag: 'wx', mode: 0o600 })
  chmodSync(temporary, 0o600)
  return temporary
}

function madePassword(length: Value, chars: Value, seed: Value): string {
  const count = length === null ? 20 : asCount(typeof length === 'string' ? Number(length) : length, 'length')
  if (count > LONGEST) throw new PythonError(`a password of more than ${LONGEST} characters is refused`)
  const characters = Array.from(characterSets(chars).join('').replaceAll(/["']/g, ''))
  if (characters.length === 0) throw new PythonError('Cannot choose from an empty sequence')
  const chance = seed === null ? systemChance : seededChance(seed)
  return Array.from({ length: count }, () => characters[chance.below(characters.length)]!).join('')
}

/** Texts that are no names of sets stand for their characters; in one text they are apart by commas, `,,` is a comma. */
function characterSets(chars: Value): string[] {
  if (chars === null) return [SETS['ascii_letters']!, DIGITS, '.,:-_']
  const listed = Array.isArray(chars)
    ? chars.map(str)
    : [...(str(chars).includes(',,') ? [','] : []), ...str(chars).replaceAll(',,', ',').split(',')]
  return listed.map((name) => (Object.hasOwn(SETS, name) ? SETS[name]! : name))
}

export const passwordLookups: Lookups = { password }
