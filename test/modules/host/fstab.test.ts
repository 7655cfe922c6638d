import { describe, expect, it } from 'vitest'
import { setFstab, unescaped, unsetFstab } from '../../../src/modules/host/fstab.ts'
import { isOf, mountAt, readMounts } from '../../../src/modules/host/mounts.ts'

const FILE = `# static
UUID=1 / ext4 errors=remount-ro 0 1
/dev/vdb /srv/data xfs noatime # the disk
/dev/vdc none swap sw 0 0
/dev/vdd none swap sw 0 0
too short
`
const DATA = { name: '/srv/data', src: '/dev/vdb', fstype: 'xfs', opts: 'noatime', dump: '0', passno: '0' }

describe('fstab', () => {
  it('has an entry replaced in its place, and gets a new one at the end', () => {
    const set = setFstab(FILE, DATA)
    // The fifth and sixth field may be missing; then they are written, as by Ansible.
    expect(set).toBe(
      FILE.replace('/dev/vdb /srv/data xfs noatime # the disk', '/dev/vdb /srv/data xfs noatime 0 0'),
    )
    expect(setFstab(set!, DATA)).toBeNull()
    expect(setFstab('a b c d 0 0', { ...DATA, name: '/srv/my data', src: '//nas/a&b' })).toBe(
      'a b c d 0 0\n//nas/a\\046b /srv/my\\040data xfs noatime 0 0\n',
    )
  })

  it('tells swap apart by its device', () => {
    const swap = { name: 'none', src: '/dev/vdd', fstype: 'swap', opts: 'pri=1', dump: '0', passno: '0' }
    expect(setFstab(FILE, swap)).toBe(FILE.replace('/dev/vdd none swap sw', '/dev/vdd none swap pri=1'))
    expect(unsetFstab(FILE, { name: 'none', src: '/dev/vdc' })).toBe(
      FILE.replace('/dev/vdc none swap sw 0 0\n', ''),
    )
    expect(unsetFstab(FILE, { name: 'none', src: undefined })).not.toContain('swap')
    expect(unsetFstab(FILE, { name: '/nowhere', src: undefined })).toBeNull()
  })
})

describe('the mounts of the kernel', () => {
  const mounts = readMounts(`20 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
21 20 8:17 / /srv/my\\040data rw - xfs /dev/sdb1 rw
22 20 8:17 /inner /mnt rw master:2 - xfs /dev/sdb1 rw
23 20 8:1 /opt/app /home/app rw - ext4 /dev/sda1 rw
24 20 0:9 / /mnt rw - tmpfs none rw
not a line
`)

  it('are read with their blanks, the last at a path counts', () => {
    expect(mounts.map(({ path }) => path)).toEqual(['/', '/srv/my data', '/mnt', '/home/app', '/mnt'])
    expect(mountAt(mounts, '/mnt')?.fstype).toBe('tmpfs')
    expect(unescaped('a\\040b\\134')).toBe('a b\\')
  })

  it.each([
    [1, '/dev/sdb1', true],
    [1, '/dev/sdc1', false],
    [2, '/srv/my data/inner', true],
    [2, '/srv/my data', false],
    [3, '/opt/app', true],
    [3, '/opt/apple', false],
  ])('the mount %i is of %s: %s', (at, source, is) => {
    expect(isOf(mounts[at]!, source, mounts)).toBe(is)
  })
})
