import { sh } from '../../../shell/sh.ts'
import { dict, type Value } from '../../../values/value.ts'
import { count, type FactAnswers, type FactGroup, type Facts, factScript } from '../group.ts'

/** What is mounted, with sizes. */
export const mounts: FactGroup = {
  name: 'mounts',
  facts: ['mounts'],
  subsets: ['hardware', 'mounts'],
  // A file system that does not answer must not hold up the host.
  script: ({ timeout }) =>
    factScript(sh`m_all mounts /proc/mounts; m_all mountinfo /proc/self/mountinfo
if [ -r /proc/mounts ]; then
  set --
  while read -r m_d m_p m_t m_x; do
    case $m_d in /*|*:/*) [ "$m_t" = none ] || set -- "$@" "$(printf '%b' "$m_p")" ;; esac
  done </proc/mounts
  m_w=; ! command -v timeout >/dev/null 2>&1 || m_w='timeout '${timeout}
  if [ $# -gt 0 ]; then printf 'sizes\0'; $m_w stat -f -c '%S %s %b %a %c %d %n' -- "$@" 2>/dev/null </dev/null; printf '\0'; fi
  set --
fi
if command -v lsblk >/dev/null 2>&1; then printf 'uuids\0'; lsblk --list --noheadings --paths --output NAME,UUID --exclude 2 2>/dev/null; printf '\0'; fi`),
  read: (answers): Facts => new Map([['mounts', mountsOf(answers)]]),
}

function mountsOf(answers: FactAnswers): Value[] {
  const uuids = new Map(
    answers.lines('uuids').map((line) => line.trim().split(/\s+/) as [string, string | undefined]),
  )
  const sizes = sizesOf(answers)
  const bound = boundMounts(answers)
  return answers.lines('mounts').flatMap((line) => {
    const [device = '', mount = '', fstype = '', options = '', dump, pass] = line
      .split(' ')
      .map(unescapeOctal)
    if (!(/^[/\\]/.test(device) || device.includes(':/')) || fstype === 'none') return []
    return dict({
      mount,
      device,
      fstype,
      options: bound.has(mount) && !/\bbind\b/.test(options) ? `${options},bind` : options,
      dump: count(dump) ?? 0,
      passno: count(pass) ?? 0,
      ...sizes.get(mount),
      uuid: uuids.get(device) || 'N/A',
    })
  })
}

/** Blanks and their like stand as `\040`. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}

function sizesOf(answers: FactAnswers): Map<string, Record<string, number>> {
  const found = new Map<string, Record<string, number>>()
  for (const line of answers.lines('sizes')) {
    const match = /^(\d{1,15}) (\d{1,15}) (\d{1,19}) (\d{1,19}) (\d{1,19}) (\d{1,19}) (.*)$/.exec(line)
    if (match === null) continue
    const [fragment, block, total, available, inodes, free] = match.slice(1, 7).map(Number) as [
      ...[number, number, number, number, number, number],
    ]
    found.set(match[7] as string, {
      size_total: fragment * total,
      size_available: fragment * available,
      block_size: block,
      block_total: total,
      block_available: available,
      block_used: total - available,
      inode_total: inodes,
      inode_available: free,
      inode_used: inodes - free,
    })
  }
  return found
}

/** Mount points that show a part of a file system. */
function boundMounts(answers: FactAnswers): Set<string> {
  const found = new Set<string>()
  for (const line of answers.lines('mountinfo')) {
    const [, , , root, mount] = line.split(' ')
    if (root !== undefined && mount !== undefined && root !== '/') found.add(unescapeOctal(mount))
  }
  return found
}

/** Block devices: what /sys says of each and of its partitions. Links of udev and host adapters are left out. */
export const devices: FactGroup = {
  name: 'devices',
  facts: ['devices'],
  subsets: ['hardware', 'devices'],
  script: () =>
    factScript(sh`for m_b in /sys/block/*; do
  [ -e "$m_b" ] || continue
  printf 'device\0%s\0' "\${m_b##*/}"
  [ -e "$m_b/device" ] || printf 'virtual\0\0'
  m_one model "$m_b/device/model"; m_one vendor "$m_b/device/vendor"
  m_one removable "$m_b/removable"; m_one sectors "$m_b/size"; m_one sectorsize "$m_b/queue/logical_block_size"
  m_one rotational "$m_b/queue/rotational"; m_one scheduler "$m_b/queue/scheduler"; m_one discard "$m_b/queue/discard_granularity"
  for m_h in "$m_b"/holders/*; do [ ! -e "$m_h" ] || { printf 'holder\0%s' "\${m_h##*/}"; m_v=; { IFS= read -r m_v <"$m_h/dm/name"; } 2>/dev/null; [ -z "$m_v" ] || printf -- '-%s' "$m_v"; printf '\0'; }; done
  for m_h in "$m_b"/*; do
    [ -e "$m_h/partition" ] || [ -e "$m_h/start" ] || continue
    printf 'partition\0%s\0' "\${m_h##*/}"; m_one p_start "$m_h/start"; m_one p_sectors "$m_h/size"
  done
done
if command -v lsblk >/dev/null 2>&1; then printf 'uuids\0'; lsblk --list --noheadings --paths --output NAME,UUID --exclude 2 2>/dev/null; printf '\0'; fi`),
  read: (answers): Facts => new Map([['devices', new Map(devicesOf(answers))]]),
}

interface Raw {
  readonly fields: Map<string, string>
  readonly holders: string[]
  readonly partitions: Map<string, Map<string, string>>
}

function* devicesOf(answers: FactAnswers): Iterable<[string, Value]> {
  const found = new Map<string, Raw>()
  let device: Raw | undefined
  let partition: Map<string, string> | undefined
  for (const [name, text] of answers.pairs()) {
    const value = text.trim()
    if (name === 'device') {
      device = { fields: new Map(), holders: [], partitions: new Map() }
      found.set(value, device)
    } else if (name === 'holder') device?.holders.push(value)
    else if (name === 'partition') {
      partition = new Map()
      device?.partitions.set(value, partition)
    } else if (name.startsWith('p_')) partition?.set(name, value)
    else device?.fields.set(name, value)
  }
  const uuids = new Map(
    answers.lines('uuids').map((line) => line.trim().split(/\s+/) as [string, string | undefined]),
  )
  for (const [name, raw] of found) yield [name, deviceDict(raw, uuids)]
}

function deviceDict(
  { fields, holders, partitions }: Raw,
  uuids: ReadonlyMap<string, string | undefined>,
): Value {
  const sectors = count(fields.get('sectors')) ?? 0
  const size = fields.get('sectorsize') ?? '512'
  return dict({
    virtual: 1,
    model: fields.get('model') ?? null,
    vendor: fields.get('vendor') ?? null,
    removable: fields.get('removable') ?? null,
    rotational: fields.get('rotational') ?? null,
    support_discard: fields.get('discard') ?? null,
    scheduler_mode:
      /\[(\w[\w-]*)\]/.exec(fields.get('scheduler') ?? '')?.[1] ?? fields.get('scheduler') ?? '',
    sectors,
    sectorsize: size,
    size: human(sectors * 512),
    holders,
    partitions: new Map(
      [...partitions].map(([name, own]) => {
        const length = count(own.get('p_sectors')) ?? 0
        return [
          name,
          dict({
            start: own.get('p_start') ?? '0',
            sectors: length,
            sectorsize: count(size) ?? 512,
            size: human(length * 512),
            uuid: uuids.get(`/dev/${name}`) ?? null,
            holders: [],
          }),
        ]
      }),
    ),
  })
}

const UNITS = ['YB', 'ZB', 'EB', 'PB', 'TB', 'GB', 'MB', 'KB']

/** Bytes as Ansible shows the size of a disk: `256.00 GB`, `0.00 Bytes`. */
function human(bytes: number): string {
  for (const [index, unit] of UNITS.entries()) {
    const factor = 2 ** (10 * (UNITS.length - index))
    if (bytes / factor >= 1) return `${(bytes / factor).toFixed(2)} ${unit}`
  }
  return `${bytes.toFixed(2)} Bytes`
}
