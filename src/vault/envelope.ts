/** The frame of Ansible Vault around its bytes. */
export interface Envelope {
  readonly version: '1.1' | '1.2'
  /** The label that says which password it was encrypted with; a hint, not a promise. */
  readonly id: string | undefined
  readonly salt: Buffer
  readonly hmac: Buffer
  readonly ciphertext: Buffer
}

const HEADER = '$ANSIBLE_VAULT'
const WIDTH = 80

/** Whether content begins as everything encrypted with Ansible Vault does. */
export function isVaultText(content: string | Buffer): boolean {
  const head = `${HEADER};`
  return typeof content === 'string'
    ? content.startsWith(head)
    : content.subarray(0, head.length).toString('latin1') === head
}

/** The id in the header of a vault text; undefined when it names none. */
export function vaultIdOf(text: string): string | undefined {
  return text.split('\n', 1)[0]!.trim().split(';')[3]
}

/** Reads the frame of a vault text. @returns what is wrong with it, as text */
export function readEnvelope(text: string): Envelope | string {
  const [header = '', ...lines] = text.trim().split(/\r?\n/)
  const [, version, cipher, id] = header.trim().split(';')
  if (version === undefined) return `is no text of Ansible Vault: it does not begin with ${HEADER};`
  if (version !== '1.1' && version !== '1.2') {
    return `is encrypted with version ${version.slice(0, 20)} of Ansible Vault's format; 1.1 and 1.2 are read`
  }
  if (cipher !== 'AES256') return `is encrypted with the cipher ${cipher?.slice(0, 20)}; AES256 is read`
  const inner = fromHex(lines.map((line) => line.trim()).join(''))?.toString('latin1')
  const parts = inner?.split('\n').map(fromHex)
  const [salt, hmac, ciphertext] = parts ?? []
  if (parts?.length !== 3 || salt === undefined || hmac?.length !== 32 || ciphertext === undefined)
    return 'is encrypted with Ansible Vault, but a part of it is missing or was changed'
  return { version, id: version === '1.2' ? id : undefined, salt, hmac, ciphertext }
}

function fromHex(text: string): Buffer | undefined {
  return /^(?:[\da-fA-F]{2})*$/.test(text) ? Buffer.from(text, 'hex') : undefined
}

/** A vault text as ansible-vault writes it, with a line end behind it: version 1.2 where an id says more than `default`. */
export function writeEnvelope(parts: Omit<Envelope, 'version'>): string {
  const labelled = parts.id !== undefined && parts.id !== 'default'
  const header = labelled ? `${HEADER};1.2;AES256;${parts.id}` : `${HEADER};1.1;AES256`
  const inner = [parts.salt, parts.hmac, parts.ciphertext].map((part) => part.toString('hex')).join('\n')
  const outer = Buffer.from(inner, 'latin1').toString('hex')
  return `${[header, ...(outer.match(new RegExp(`.{1,${WIDTH}}`, 'g')) ?? [])].join('\n')}\n`
}
