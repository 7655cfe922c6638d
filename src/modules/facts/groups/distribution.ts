import { sh } from '../../../shell/sh.ts'
import type { Value } from '../../../values/value.ts'
import { type FactAnswers, type FactGroup, type Facts, factScript, readAssignments } from '../group.ts'

/** Files that say which distribution this is; see {@link readDistribution}. */
export const RELEASE_FILES = sh`m_all os_release /etc/os-release; [ -f /etc/os-release ] || m_all os_release /usr/lib/os-release
for m_r in redhat centos oracle alpine altlinux slackware gentoo vmware openwrt arch; do m_all "$m_r" "/etc/$m_r-release"; done
m_is arch_there -e /etc/arch-release
m_one debian_version /etc/debian_version
m_all lsb /etc/lsb-release
if [ -L /etc/products.d/baseproduct ]; then printf 'product\0%s\0' "$(readlink /etc/products.d/baseproduct)"; fi`

const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  RedHat: [
    ...['RedHat', 'RHEL', 'Fedora', 'CentOS', 'Scientific', 'SLC', 'Ascendos', 'CloudLinux', 'PSBM'],
    ...['OracleLinux', 'OVS', 'OEL', 'Amazon', 'Amzn', 'Virtuozzo', 'XenServer', 'Alibaba', 'EulerOS'],
    ...['openEuler', 'AlmaLinux', 'Rocky', 'TencentOS', 'EuroLinux', 'MIRACLE'],
    'Kylin Linux Advanced Server',
  ],
  Debian: [
    ...['Debian', 'Ubuntu', 'Raspbian', 'Neon', 'KDE neon', 'Linux Mint', 'SteamOS', 'Devuan', 'Kali'],
    ...['Cumulus Linux', 'Pop!_OS', 'Parrot', 'Pardus GNU/Linux', 'Uos', 'Deepin', 'OSMC'],
    'Linux Mint Debian Edition',
  ],
  Suse: [
    ...['SuSE', 'SLES', 'SLED', 'openSUSE', 'openSUSE Tumbleweed', 'SLES_SAP', 'SUSE_LINUX'],
    ...['openSUSE Leap', 'ALP-Dolomite', 'SL-Micro', 'openSUSE MicroOS'],
  ],
  Archlinux: ['Archlinux', 'Antergos', 'Manjaro'],
  Mandrake: ['Mandrake', 'Mandriva'],
  Gentoo: ['Gentoo', 'Funtoo'],
}

/** os_family of a distribution: its own name where it belongs to none. */
export function familyOf(distribution: string): string {
  return Object.keys(FAMILIES).find((family) => FAMILIES[family]!.includes(distribution)) ?? distribution
}

interface Found {
  readonly name: string
  readonly variety: string
  readonly path: string
  readonly version?: string | undefined
  readonly major?: string | undefined
  readonly minor?: string | undefined
  readonly release?: string | undefined
}

/** What os-release and the older files say, before a distribution's own rules. */
interface Guess {
  readonly text: string
  readonly os: ReadonlyMap<string, string>
  readonly version: string
  readonly codename: string
}

const OS_RELEASE = '/etc/os-release'

/**
 * distribution, distribution_version, distribution_major_version, distribution_release and so on in Ansible's words
 * (measured with ansible-core 2.19.14; rules of module_utils/facts/system/distribution.py).
 */
export function readDistribution(answers: FactAnswers): Map<string, Value> {
  const guess = guessFrom(answers)
  const found = redHatLike(answers) ?? amazon(guess) ?? byName(answers, guess)
  const version = found?.version ?? guess.version
  const name = found?.name ?? nameOf(guess)
  const facts = new Map<string, Value>([
    ['distribution', name],
    ['distribution_version', version],
    ['distribution_major_version', found?.major ?? (version.split('.')[0] || 'NA')],
    ['distribution_release', found?.release ?? guess.codename],
    ['os_family', familyOf(name)],
  ])
  if (found !== undefined) {
    facts.set('distribution_file_parsed', true)
    facts.set('distribution_file_path', found.path)
    facts.set('distribution_file_variety', found.variety)
    if (found.minor !== undefined) facts.set('distribution_minor_version', found.minor)
  }
  return facts
}

function guessFrom(answers: FactAnswers): Guess {
  const text = answers.text('os_release') ?? ''
  const os = readAssignments(text.split('\n'))
  const id = os.get('ID') ?? ''
  const lsb = readAssignments(answers.lines('lsb'))
  const older = releaseFile(answers.text('centos') ?? answers.text('oracle') ?? answers.text('redhat'))
  let version = os.get('VERSION_ID') || lsb.get('DISTRIB_RELEASE') || older?.version || ''
  // Those two keep their minor version elsewhere.
  if (id === 'debian') version = moreExact(version, answers.text('debian_version'))
  if (id === 'centos') version = moreExact(version, older?.version).split('.').slice(0, 2).join('.')
  const inVersion = /\((\D+)\)|,\s*(\D+)/.exec(os.get('VERSION') ?? '')
  const codename =
    os.get('VERSION_CODENAME') ??
    os.get('UBUNTU_CODENAME') ??
    (inVersion?.[1] || inVersion?.[2] || lsb.get('DISTRIB_CODENAME') || older?.codename || 'NA')
  return { text, os, version: version || 'NA', codename }
}

function moreExact(version: string, other: string | undefined): string {
  const dots = (text: string) => text.split('.').length
  return other !== undefined && (version === '' || dots(other) > dots(version)) ? other : version
}

/** `NAME release VERSION (CODENAME)`. */
function releaseFile(text: string | undefined): { version: string; codename: string } | undefined {
  const match = /^[^\n]*?release ([\d.]+)(?: \(([^)\n]*)\))?/.exec(text ?? '')
  return match === null ? undefined : { version: match[1] as string, codename: match[2] ?? '' }
}

function nameOf({ os }: Guess): string {
  const id = (os.get('ID') ?? '').toLowerCase()
  if (id === '') return 'OtherLinux'
  return `${id.slice(0, 1).toUpperCase()}${id.slice(1)}`
}

function redHatLike(answers: FactAnswers): Found | undefined {
  const oracle = answers.text('oracle')
  if (oracle !== undefined) {
    const name = oracle.includes('Oracle Linux') ? 'OracleLinux' : firstWord(oracle)
    return { name, variety: 'OracleLinux', path: '/etc/oracle-release' }
  }
  const centos = answers.text('centos')
  if (centos?.includes('CentOS Stream') === true)
    return { name: 'CentOS', variety: 'CentOS', path: '/etc/centos-release', release: 'Stream' }
  if (centos?.includes('TencentOS Server') === true)
    return { name: 'TencentOS', variety: 'CentOS', path: '/etc/centos-release' }
  const redhat = answers.text('redhat')
  if (redhat === undefined) return undefined
  const name = redhat.includes('Red Hat') ? 'RedHat' : firstWord(redhat)
  return { name, variety: 'RedHat', path: '/etc/redhat-release' }
}

function firstWord(text: string): string {
  return text.split(/\s+/)[0] ?? ''
}

function amazon({ text, os }: Guess): Found | undefined {
  if (!text.includes('Amazon')) return undefined
  const version = os.get('VERSION_ID')
  const [major, minor = 'NA'] = version?.split('.') ?? []
  return { name: 'Amazon', variety: 'Amazon', path: OS_RELEASE, version, major, minor }
}

function byName(answers: FactAnswers, guess: Guess): Found | undefined {
  const { text, os } = guess
  const alpine = answers.text('alpine')
  if (alpine !== undefined)
    return {
      name: 'Alpine',
      variety: 'Alpine',
      path: '/etc/alpine-release',
      version: alpine,
      major: guess.version.split('.')[0],
    }
  if (answers.has('arch_there') || text.includes('Arch Linux'))
    return {
      name: 'Archlinux',
      variety: 'Archlinux',
      path: answers.has('arch_there') ? '/etc/arch-release' : OS_RELEASE,
    }
  if (text.toLowerCase().includes('suse')) return suse(answers, guess)
  const debian = debianLike(answers, guess)
  if (debian !== undefined) return debian
  const name = os.get('NAME')
  return name === undefined ? undefined : { name, variety: 'NA', path: OS_RELEASE }
}

function suse(answers: FactAnswers, { text, os }: Guess): Found {
  const [, version, major, minor] = /^((\d+)\.?(\d*))/.exec(os.get('VERSION_ID') ?? '') ?? []
  const lower = text.toLowerCase()
  const release = lower.includes('open') ? minor : lower.includes('enterprise') ? minor || '0' : undefined
  const variant = os.get('VARIANT_ID')
  const product = answers.text('product') ?? ''
  const sap =
    variant === undefined ? product.endsWith('SLES_SAP.prod') : ['server-sap', 'sles-sap'].includes(variant)
  const micro = variant === undefined ? product.endsWith('SL-Micro.prod') : variant === 'transactional'
  const name = sap ? 'SLES_SAP' : micro ? 'SL-Micro' : (os.get('NAME') ?? 'SUSE')
  return { name, variety: 'SUSE', path: OS_RELEASE, version, major, release }
}

/** What the text of os-release holds, and the name of the distribution. */
const DEBIAN_LIKE: readonly (readonly [RegExp, string])[] = [
  [/Debian|Raspbian/, 'Debian'],
  [/Ubuntu/, 'Ubuntu'],
  [/SteamOS/, 'SteamOS'],
  [/Kali/, 'Kali'],
  [/Parrot/, 'Parrot'],
  [/Devuan/, 'Devuan'],
  [/Cumulus/, 'Cumulus Linux'],
  [/Mint/, 'Linux Mint'],
  [/[Uu]os/, 'Uos'],
  [/[Dd]eepin/, 'Deepin'],
  [/LMDE/, 'Linux Mint Debian Edition'],
]

function debianLike(answers: FactAnswers, { text, os }: Guess): Found | undefined {
  const name = DEBIAN_LIKE.find(([pattern]) => pattern.test(text))?.[1]
  if (name === undefined) return undefined
  const found = { name, variety: 'Debian', path: OS_RELEASE }
  if (name !== 'Debian') return found
  const release = /^[^(]+ \(?([^)]+?)\)/.exec(os.get('PRETTY_NAME') ?? '')?.[1]
  const minor = /\d+\.(\d+)/.exec(answers.text('debian_version') ?? '')?.[1]
  return { ...found, release, minor }
}

export const distribution: FactGroup = {
  name: 'distribution',
  facts: [
    ...['distribution', 'distribution_version', 'distribution_major_version', 'distribution_minor_version'],
    ...['distribution_release', 'distribution_file_parsed', 'distribution_file_path'],
    ...['distribution_file_variety', 'os_family'],
  ],
  subsets: [
    'min',
    'distribution',
    'os_family',
    'distribution_version',
    'distribution_release',
    'distribution_major_version',
  ],
  script: () => factScript(RELEASE_FILES),
  read: (answers): Facts => readDistribution(answers),
}
