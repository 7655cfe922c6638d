import { describe, expect, test } from 'vitest'
import { factsOf } from './answers.ts'

// The release files of distributions as they ship them, and what ansible-core 2.19 says of each. Debian 12 was
// measured; the others follow from the rules of its module_utils/facts/system/distribution.py.

interface Distribution {
  readonly files: Readonly<Record<string, string>>
  /** distribution, version, major version, release, family. */
  readonly facts: readonly [string, string, string, string, string]
  readonly minor?: string
  readonly manager: readonly [
    paths: readonly string[],
    more: Readonly<Record<string, string>>,
    pkg_mgr: string,
  ]
}

const APT = [['/usr/bin/apt-get'], {}, 'apt'] as const
const DNF = [['/usr/bin/yum', '/usr/bin/dnf-3'], { dnf: '/usr/bin/dnf-3' }, 'dnf'] as const

const DISTRIBUTIONS: Readonly<Record<string, Distribution>> = {
  'Debian 12': {
    files: {
      os_release: `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"`,
      debian_version: '12.11',
    },
    facts: ['Debian', '12.11', '12', 'bookworm', 'Debian'],
    minor: '11',
    manager: APT,
  },
  'Debian testing': {
    files: {
      os_release: `PRETTY_NAME="Debian GNU/Linux forky/sid"
NAME="Debian GNU/Linux"
VERSION_CODENAME=forky
ID=debian`,
      debian_version: 'forky/sid',
    },
    facts: ['Debian', 'forky/sid', 'forky/sid', 'forky', 'Debian'],
    manager: APT,
  },
  'Ubuntu 24.04': {
    files: {
      os_release: `PRETTY_NAME="Ubuntu 24.04.1 LTS"
NAME="Ubuntu"
VERSION_ID="24.04"
VERSION="24.04.1 LTS (Noble Numbat)"
VERSION_CODENAME=noble
ID=ubuntu
ID_LIKE=debian
HOME_URL="https://www.ubuntu.com/"
UBUNTU_CODENAME=noble
LOGO=ubuntu-logo`,
      debian_version: 'trixie/sid',
      lsb: 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\nDISTRIB_CODENAME=noble\nDISTRIB_DESCRIPTION="Ubuntu 24.04.1 LTS"',
    },
    facts: ['Ubuntu', '24.04', '24', 'noble', 'Debian'],
    manager: APT,
  },
  'RHEL 9': {
    files: {
      os_release: `NAME="Red Hat Enterprise Linux"
VERSION="9.4 (Plow)"
ID="rhel"
ID_LIKE="fedora"
VERSION_ID="9.4"
PLATFORM_ID="platform:el9"
PRETTY_NAME="Red Hat Enterprise Linux 9.4 (Plow)"`,
      redhat: 'Red Hat Enterprise Linux release 9.4 (Plow)',
    },
    facts: ['RedHat', '9.4', '9', 'Plow', 'RedHat'],
    manager: DNF,
  },
  'AlmaLinux 9': {
    files: {
      os_release: `NAME="AlmaLinux"
VERSION="9.4 (Seafoam Ocelot)"
ID="almalinux"
ID_LIKE="rhel centos fedora"
VERSION_ID="9.4"
PLATFORM_ID="platform:el9"
PRETTY_NAME="AlmaLinux 9.4 (Seafoam Ocelot)"`,
      redhat: 'AlmaLinux release 9.4 (Seafoam Ocelot)',
    },
    facts: ['AlmaLinux', '9.4', '9', 'Seafoam Ocelot', 'RedHat'],
    manager: DNF,
  },
  'Rocky Linux 8': {
    files: {
      os_release:
        'NAME="Rocky Linux"\nVERSION="8.9 (Green Obsidian)"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="8.9"',
      redhat: 'Rocky Linux release 8.9 (Green Obsidian)',
      centos: '',
    },
    facts: ['Rocky', '8.9', '8', 'Green Obsidian', 'RedHat'],
    manager: DNF,
  },
  'CentOS 7': {
    files: {
      os_release:
        'NAME="CentOS Linux"\nVERSION="7 (Core)"\nID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="7"\nPRETTY_NAME="CentOS Linux 7 (Core)"',
      redhat: 'CentOS Linux release 7.9.2009 (Core)',
      centos: 'CentOS Linux release 7.9.2009 (Core)',
    },
    facts: ['CentOS', '7.9', '7', 'Core', 'RedHat'],
    manager: [['/usr/bin/yum'], {}, 'unknown'],
  },
  'CentOS Stream 9': {
    files: {
      os_release:
        'NAME="CentOS Stream"\nVERSION="9"\nID="centos"\nID_LIKE="rhel fedora"\nVERSION_ID="9"\nPRETTY_NAME="CentOS Stream 9"',
      redhat: 'CentOS Stream release 9',
      centos: 'CentOS Stream release 9',
    },
    facts: ['CentOS', '9', '9', 'Stream', 'RedHat'],
    manager: DNF,
  },
  'Oracle Linux 9': {
    files: {
      os_release:
        'NAME="Oracle Linux Server"\nVERSION="9.3"\nID="ol"\nID_LIKE="fedora"\nVERSION_ID="9.3"\nPRETTY_NAME="Oracle Linux Server 9.3"',
      redhat: 'Red Hat Enterprise Linux release 9.3 (Plow)',
      oracle: 'Oracle Linux Server release 9.3',
    },
    facts: ['OracleLinux', '9.3', '9', 'NA', 'RedHat'],
    manager: DNF,
  },
  'Fedora 41': {
    files: {
      os_release:
        'NAME="Fedora Linux"\nVERSION="41 (Server Edition)"\nID=fedora\nVERSION_ID=41\nVERSION_CODENAME=""\nPRETTY_NAME="Fedora Linux 41 (Server Edition)"',
      redhat: 'Fedora release 41 (Forty One)',
    },
    facts: ['Fedora', '41', '41', '', 'RedHat'],
    manager: [['/usr/bin/yum', '/usr/bin/dnf5'], { dnf: '/usr/bin/dnf5' }, 'dnf5'],
  },
  'Amazon Linux 2': {
    files: {
      os_release:
        'NAME="Amazon Linux"\nVERSION="2"\nID="amzn"\nID_LIKE="centos rhel fedora"\nVERSION_ID="2"\nPRETTY_NAME="Amazon Linux 2"',
    },
    facts: ['Amazon', '2', '2', 'NA', 'RedHat'],
    minor: 'NA',
    manager: [['/usr/bin/yum'], {}, 'unknown'],
  },
  'Amazon Linux 2023': {
    files: {
      os_release:
        'NAME="Amazon Linux"\nVERSION="2023"\nID="amzn"\nID_LIKE="fedora"\nVERSION_ID="2023"\nPLATFORM_ID="platform:al2023"\nPRETTY_NAME="Amazon Linux 2023.6.20241010"',
    },
    facts: ['Amazon', '2023', '2023', 'NA', 'RedHat'],
    minor: 'NA',
    manager: DNF,
  },
  'SLES 15': {
    files: {
      os_release:
        'NAME="SLES"\nVERSION="15-SP5"\nVERSION_ID="15.5"\nPRETTY_NAME="SUSE Linux Enterprise Server 15 SP5"\nID="sles"\nID_LIKE="suse"\nANSI_COLOR="0;32"\nCPE_NAME="cpe:/o:suse:sles:15:sp5"',
    },
    facts: ['SLES', '15.5', '15', '5', 'Suse'],
    manager: [['/usr/bin/zypper'], {}, 'zypper'],
  },
  'SLES for SAP 15': {
    files: {
      os_release:
        'NAME="SLES"\nVERSION_ID="15.5"\nID="sles"\nPRETTY_NAME="SUSE Linux Enterprise Server 15 SP5"',
      product: 'SLES_SAP.prod',
    },
    facts: ['SLES_SAP', '15.5', '15', '5', 'Suse'],
    manager: [['/usr/bin/zypper'], {}, 'zypper'],
  },
  'openSUSE Leap 15': {
    files: {
      os_release:
        'NAME="openSUSE Leap"\nVERSION="15.6"\nID="opensuse-leap"\nID_LIKE="suse opensuse"\nVERSION_ID="15.6"\nPRETTY_NAME="openSUSE Leap 15.6"',
    },
    facts: ['openSUSE Leap', '15.6', '15', '6', 'Suse'],
    manager: [['/usr/bin/zypper'], {}, 'zypper'],
  },
  'Alpine 3.20': {
    files: {
      os_release: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"',
      alpine: '3.20.3',
    },
    facts: ['Alpine', '3.20.3', '3', 'NA', 'Alpine'],
    manager: [['/sbin/apk'], {}, 'apk'],
  },
}

describe.each(Object.entries(DISTRIBUTIONS))('%s', (_name, { files, facts, minor, manager }) => {
  test('is told as Ansible tells it', () => {
    const found = factsOf('distribution', files) as Record<string, unknown>
    expect([
      found['distribution'],
      found['distribution_version'],
      found['distribution_major_version'],
      found['distribution_release'],
      found['os_family'],
    ]).toEqual(facts)
    expect(found['distribution_minor_version']).toBe(minor)
  })

  test('has its package manager', () => {
    const [there, more, expected] = manager
    expect(factsOf('pkg_mgr', { ...files, there, ...more })).toEqual({ pkg_mgr: expected })
  })
})

test('rpm beside apt is a tool of Debian; an apt that belongs to rpm is none of dpkg', () => {
  const debian = DISTRIBUTIONS['Debian 12']!.files
  expect(factsOf('pkg_mgr', { ...debian, there: ['/usr/bin/apt-get', '/usr/bin/zypper'] })).toEqual({
    pkg_mgr: 'apt',
  })
  expect(factsOf('pkg_mgr', { os_release: 'NAME=X', there: ['/usr/bin/apt-get'], apt_is_rpm: '' })).toEqual({
    pkg_mgr: 'apt_rpm',
  })
})

test('nothing that is known is told as nothing that is known', () => {
  expect(factsOf('distribution', {})).toMatchObject({
    distribution: 'OtherLinux',
    distribution_version: 'NA',
  })
  expect(factsOf('distribution', { os_release: 'NAME="My Own Linux"\nID=mine' })).toMatchObject({
    distribution: 'My Own Linux',
    os_family: 'My Own Linux',
  })
})
