/** An IPv4 address of an interface. */
export interface Inet {
  readonly device: string
  /** The interface's name, or that of an alias. */
  readonly label: string
  readonly address: string
  readonly broadcast: string
  readonly netmask: string
  readonly network: string
  /** Text, as Ansible has it. */
  readonly prefix: string
  readonly secondary: boolean
}

export interface Inet6 {
  readonly device: string
  readonly address: string
  readonly prefix: string
  readonly scope: string
}

/** The addresses of a host, those of each interface in Ansible's order: secondary and temporary ones last. */
export interface Addresses {
  readonly four: readonly Inet[]
  readonly six: readonly Inet6[]
}

/** Reads what `ip addr show` prints, of iproute2 and of busybox. */
export function readAddresses(lines: readonly string[]): Addresses {
  const four: Inet[] = []
  const six: (Inet6 & { readonly secondary: boolean })[] = []
  let device = ''
  for (const line of lines) {
    const head = /^\d+: ([^:\s]+?)(?:@[^:\s]*)?:\s/.exec(line)
    if (head !== null) device = head[1] as string
    const words = line.trim().split(/\s+/)
    const inet = words[0] === 'inet' ? readInet(words, device) : undefined
    if (inet !== undefined) four.push(inet)
    const inet6 = words[0] === 'inet6' ? readInet6(words, device) : undefined
    if (inet6 !== undefined) six.push(inet6)
  }
  const ordered = <T extends { readonly device: string; readonly secondary: boolean }>(all: readonly T[]) =>
    [...Map.groupBy(all, (one) => one.device).values()].flatMap((own) => [
      ...own.filter((one) => !one.secondary),
      ...own.filter((one) => one.secondary),
    ])
  return {
    four: ordered(four),
    six: ordered(six).map(({ device: of, address, prefix, scope }) => ({
      device: of,
      address,
      prefix,
      scope,
    })),
  }
}

function readInet(words: readonly string[], device: string): Inet | undefined {
  // Without a prefix on point-to-point links.
  const [address = '', length = '32'] = words[1]?.split('/') ?? []
  const bytes = address.split('.').map(Number)
  const prefix = Number(length)
  if (
    bytes.length !== 4 ||
    bytes.some((byte) => !(byte >= 0 && byte <= 255)) ||
    !(prefix >= 0 && prefix <= 32)
  )
    return undefined
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  const mask = prefix === 0 ? 0 : (2 ** 32 - 2 ** (32 - prefix)) % 2 ** 32
  return {
    device,
    label: words.at(-1) ?? device,
    address,
    broadcast: words[2] === 'brd' ? (words[3] ?? '') : '',
    netmask: dotted(mask),
    network: dotted((value & mask) >>> 0),
    prefix: length,
    secondary: words.includes('secondary'),
  }
}

function readInet6(words: readonly string[], device: string): (Inet6 & { secondary: boolean }) | undefined {
  const peer = words[2] === 'peer'
  const [own = '', length] = words[1]?.split('/') ?? []
  const prefix = peer ? words[3]?.split('/')[1] : length
  const scope = words[words.indexOf('scope') + 1]
  if (prefix === undefined || scope === undefined || !words.includes('scope')) return undefined
  return {
    device,
    address: own,
    prefix,
    scope,
    secondary: words.includes('temporary') || words.includes('secondary'),
  }
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
}
