import { sh } from '../../../shell/sh.ts'
import type { Value } from '../../../values/value.ts'
import { type FactAnswers, type FactGroup, type Facts, factScript } from '../group.ts'

/** In what kind of machine or container the host runs, by the marks that Ansible goes by, in its order. */
export const virtualization: FactGroup = {
  name: 'virtualization',
  facts: [
    ...['virtualization_type', 'virtualization_role'],
    ...['virtualization_tech_guest', 'virtualization_tech_host'],
  ],
  subsets: [
    ...['virtual', 'virtualization_type', 'virtualization_role'],
    ...['virtualization_tech_guest', 'virtualization_tech_host'],
  ],
  script: () =>
    factScript(sh`m_all cgroup /proc/1/cgroup
if [ -r /proc/1/environ ]; then printf 'environ\0'; { tr '\0' '\n' </proc/1/environ; } 2>/dev/null; printf '\0'; fi
m_is vz -e /proc/vz; m_is lve -e /proc/lve; m_is bc -e /proc/bc
m_one container /run/systemd/container
m_is docker -e /.dockerenv -o -e /.dockerinit
m_is xen -e /proc/xen; m_all xen_caps /proc/xen/capabilities
for m_f in product_name sys_vendor product_family bios_vendor; do m_one $m_f /sys/devices/virtual/dmi/id/$m_f; done
if [ -r /proc/self/status ]; then while IFS= read -r m_v; do case $m_v in VxID:*) printf 'vxid\0%s\0' "$m_v" ;; esac; done </proc/self/status; fi
if [ -r /proc/cpuinfo ]; then printf 'cpuinfo\0'; while IFS= read -r m_v; do case $m_v in *QEMU*|*qemu*|*UML*|*'User Mode Linux'*|*PowerVM*|*IBM/S390*) printf '%s\n' "$m_v"; break ;; esac; done </proc/cpuinfo; printf '\0'; fi
if [ -r /proc/modules ]; then printf 'modules\0'; while read -r m_v m_x; do case $m_v in kvm|vboxdrv|virtio) printf '%s\n' "$m_v" ;; esac; done </proc/modules; printf '\0'; fi
m_is kvm -e /dev/kvm`),
  read: (answers): Facts => {
    const verdict = new Verdict()
    containers(answers, verdict)
    machines(answers, verdict)
    hosts(answers, verdict)
    return new Map<string, Value>([
      ['virtualization_type', verdict.type ?? 'NA'],
      ['virtualization_role', verdict.role ?? 'NA'],
      ['virtualization_tech_guest', [...verdict.guests].sort()],
      ['virtualization_tech_host', [...verdict.hosts].sort()],
    ])
  },
}

/** The first mark decides type and role; the others only add to the lists. */
class Verdict {
  readonly guests = new Set<string>()
  readonly hosts = new Set<string>()
  type: string | undefined
  role: string | undefined

  guest(tech: string): void {
    this.guests.add(tech)
    this.#decide(tech, 'guest')
  }

  host(tech: string): void {
    this.hosts.add(tech)
    this.#decide(tech, 'host')
  }

  #decide(type: string, role: string): void {
    if (this.type !== undefined) return
    this.type = type
    this.role = role
  }
}

function containers(answers: FactAnswers, verdict: Verdict): void {
  for (const line of answers.lines('cgroup')) {
    if (/\/docker(?:\/|-[0-9a-f]{1,64}\.scope)/.test(line)) verdict.guest('docker')
    if (line.includes('/lxc/') || line.includes('/machine.slice/machine-lxc')) verdict.guest('lxc')
    if (line.includes('/system.slice/containerd.service')) verdict.guest('containerd')
  }
  for (const line of answers.lines('environ')) {
    if (line.includes('container=lxc')) verdict.guest('lxc')
    if (line.includes('container=podman')) verdict.guest('podman')
    if (/^container=./.test(line)) verdict.guest('container')
  }
  if (answers.has('vz') && !answers.has('lve')) {
    if (answers.has('bc')) verdict.host('openvz')
    else verdict.guest('openvz')
  }
  const bySystemd = answers.text('container')
  if (bySystemd !== undefined) verdict.guest(bySystemd)
  if (answers.has('docker')) verdict.guest('docker')
  const known = ['docker', 'lxc', 'podman', 'openvz', 'containerd'].some((tech) => verdict.guests.has(tech))
  if (known || bySystemd !== undefined) verdict.guests.add('container')
  if (answers.has('xen')) {
    if (answers.text('xen_caps')?.includes('control_d') === true) verdict.host('xen')
    else if (verdict.type === undefined) {
      verdict.type = 'xen'
      verdict.role = 'guest'
    }
  }
}

/** What a field of DMI says, and the guest that it means. */
const VENDORS: readonly (readonly [field: string, words: RegExp, tech: string])[] = [
  ['product_name', /^(?:KVM|KVM Server|Bochs|AHV|CloudStack KVM Hypervisor)$/, 'kvm'],
  ['sys_vendor', /^oVirt$/, 'oVirt'],
  ['product_name', /^VMware/, 'VMware'],
  ['product_name', /^(?:OpenStack Compute|OpenStack Nova)$/, 'openstack'],
  ['bios_vendor', /^Xen$/, 'xen'],
  ['bios_vendor', /^innotek GmbH$/, 'virtualbox'],
  ['bios_vendor', /^(?:Amazon EC2|DigitalOcean|Hetzner|Linode)$/, 'kvm'],
  ['sys_vendor', /^(?:QEMU|Amazon EC2|DigitalOcean|Google|Scaleway|Nutanix)$/, 'kvm'],
  ['sys_vendor', /^KubeVirt$/, 'KubeVirt'],
  ['sys_vendor', /^Microsoft Corporation$/, 'VirtualPC'],
  ['sys_vendor', /^Parallels Software International Inc\.$/, 'parallels'],
  ['sys_vendor', /^OpenStack Foundation$/, 'openstack'],
]

const PROCESSORS: readonly (readonly [RegExp, string])[] = [
  [/^model name.*QEMU Virtual CPU/, 'kvm'],
  [/^(?:vendor_id.*User Mode Linux|model name.*UML)/, 'uml'],
  [/^machine.*CHRP IBM pSeries .emulated by qemu./, 'kvm'],
  [/^vendor_id.*PowerVM Lx86/, 'powervm_lx86'],
  [/^vendor_id.*IBM\/S390/, 'PR/SM'],
]

function machines(answers: FactAnswers, verdict: Verdict): void {
  const redHat = answers.text('sys_vendor') === 'Red Hat'
  for (const [field, words, tech] of VENDORS) {
    if (field === 'product_name' && tech === 'VMware' && redHat) redHatMachine(answers, verdict)
    if (words.test(answers.text(field) ?? '')) verdict.guest(tech)
  }
  const vxid = answers.text('vxid')
  if (vxid !== undefined) {
    if (/^VxID:\s+0/.test(vxid)) verdict.host('linux_vserver')
    else verdict.guest('linux_vserver')
  }
  for (const line of answers.lines('cpuinfo'))
    for (const [words, tech] of PROCESSORS) if (words.test(line)) verdict.guest(tech)
  if (verdict.type === 'PR/SM') verdict.role = 'LPAR'
}

function redHatMachine(answers: FactAnswers, verdict: Verdict): void {
  if (answers.text('product_family') === 'RHV') verdict.guest('RHV')
  else if (answers.text('product_name') === 'RHEV Hypervisor') verdict.guest('RHEV')
}

function hosts(answers: FactAnswers, verdict: Verdict): void {
  const modules = answers.lines('modules')
  if (modules.includes('kvm')) verdict.host('kvm')
  if (modules.includes('vboxdrv')) verdict.host('virtualbox')
  if (modules.includes('virtio')) {
    verdict.hosts.add('kvm')
    if (verdict.type === undefined) {
      verdict.type = 'kvm'
      verdict.role = 'guest'
    }
  }
  if (answers.has('kvm')) verdict.host('kvm')
}
