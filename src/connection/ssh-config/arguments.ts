import { didYouMean } from '../../values/text/nearest.ts'
import type { SshOption } from './evaluate.ts'
import { readDirective } from './lines.ts'
import { canonicalKeyword, OPTION_NAMES, optionOf } from './options.ts'
import { splitWords } from './words.ts'

/** Letters of ssh's command line with the option that each sets; `null` takes the letter's argument. */
const LETTERS: Readonly<Record<string, readonly [option: string, value: string | null]>> = {
  '4': ['AddressFamily', 'inet'],
  '6': ['AddressFamily', 'inet6'],
  A: ['ForwardAgent', 'yes'],
  a: ['ForwardAgent', 'no'],
  B: ['BindInterface', null],
  b: ['BindAddress', null],
  C: ['Compression', 'yes'],
  c: ['Ciphers', null],
  D: ['DynamicForward', null],
  E: ['SyslogFacility', null],
  e: ['EscapeChar', null],
  f: ['ForkAfterAuthentication', 'yes'],
  I: ['PKCS11Provider', null],
  i: ['IdentityFile', null],
  J: ['ProxyJump', null],
  K: ['GSSAPIAuthentication', 'yes'],
  k: ['GSSAPIDelegateCredentials', 'no'],
  L: ['LocalForward', null],
  l: ['User', null],
  M: ['ControlMaster', 'yes'],
  m: ['MACs', null],
  N: ['SessionType', 'none'],
  n: ['StdinNull', 'yes'],
  p: ['Port', null],
  q: ['LogLevel', 'QUIET'],
  R: ['RemoteForward', null],
  S: ['ControlPath', null],
  s: ['SessionType', 'subsystem'],
  T: ['RequestTTY', 'no'],
  t: ['RequestTTY', 'force'],
  v: ['LogLevel', 'DEBUG'],
  w: ['TunnelDevice', null],
  X: ['ForwardX11', 'yes'],
  x: ['ForwardX11', 'no'],
  Y: ['ForwardX11', 'yes'],
}

/** What a command line of ssh says. */
export interface SshWords {
  readonly options: readonly SshOption[]
  /** `-F`. */
  readonly configFile?: string
  readonly problems: readonly { readonly reason: string; readonly hint?: string | undefined }[]
}

/**
 * Reads options as they stand behind `ssh`, in variables such as `ansible_ssh_common_args`.
 *
 * @param from the variable's name, for messages
 */
export function readSshWords(text: string, from: string): SshWords {
  const options: SshOption[] = []
  const problems: { reason: string; hint?: string | undefined }[] = []
  let configFile: string | undefined
  let words: string[]
  try {
    words = splitWords(text)
  } catch (error) {
    return { options, problems: [{ reason: `cannot be read: ${(error as Error).message}` }] }
  }
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!
    if (!/^-[^-]/.test(word)) {
      problems.push({
        reason: `has ${word}, which is no option`,
        hint: 'it may hold options of ssh, such as -o OPTION=VALUE',
      })
      continue
    }
    for (let in_ = 1; in_ < word.length; in_ += 1) {
      const letter = word[in_]!
      const takesArgument = letter === 'o' || letter === 'F' || LETTERS[letter]?.[1] === null
      const rest = word.slice(in_ + 1)
      const argument = takesArgument ? (rest !== '' ? rest : words[++at]) : undefined
      if (takesArgument && argument === undefined) problems.push({ reason: `has -${letter} without a value` })
      else if (letter === 'F') configFile = argument
      else if (letter === 'o') addOption(argument!)
      else if (LETTERS[letter] === undefined) {
        problems.push({
          reason: `has -${letter}, which muster does not know`,
          hint: 'it knows -o OPTION=VALUE',
        })
      } else {
        const [name, value] = LETTERS[letter]
        options.push({ name, words: [value ?? argument!], from })
      }
      if (takesArgument) break
    }
  }
  return { options, problems, ...(configFile === undefined ? {} : { configFile }) }

  function addOption(argument: string): void {
    let directive: ReturnType<typeof readDirective>
    try {
      directive = readDirective(argument)
    } catch (error) {
      problems.push({ reason: `has -o ${argument}: ${(error as Error).message}` })
      return
    }
    const option = optionOf(canonicalKeyword(directive.keyword))
    if (option === undefined) {
      const written = /^\s*([^\s=]*)/.exec(argument)?.[1] ?? argument
      const hint = didYouMean(written, OPTION_NAMES) ?? 'ssh_config(5) lists the options of OpenSSH'
      problems.push({ reason: `has -o ${written}, which muster does not know`, hint })
    } else if (directive.words.length === 0) problems.push({ reason: `has -o ${argument} without a value` })
    else options.push({ name: option.name, words: directive.words, from })
  }
}
