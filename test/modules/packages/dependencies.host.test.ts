import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import apt from '../../../src/modules/library/apt.ts'
import type { Value } from '../../../src/values/value.ts'
import { caseContext } from '../conformance/case-context.ts'
import { type CaseHost, ROOT, startCaseHost } from '../conformance/case-host.ts'
import { runModule } from '../conformance/run-module.ts'

const ALL = ['casepkg', 'casedep', 'caserec', 'casefriend']

let target: CaseHost
beforeAll(async () => {
  target = await startCaseHost()
  // A repository on the host itself, beside the files.
  await target.host.sh(`mkdir -p /srv/repo
deb() {
  mkdir -p /srv/b/DEBIAN /srv/b/usr/share/$1; echo $2 >/srv/b/usr/share/$1/version
  printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: Case <case@example.com>\\nDescription: case\\n' $1 $2 >/srv/b/DEBIAN/control
  [ -z "$3" ] || echo "$3" >>/srv/b/DEBIAN/control
  dpkg-deb -b /srv/b /srv/$1_$2.deb >/dev/null; rm -rf /srv/b
}
deb casedep 1.0; deb caserec 1.0
deb casepkg 1.0 'Recommends: caserec'
deb casepkg 2.0 'Depends: sed, casedep (>= 1)
Recommends: caserec'
deb casefriend 1.0 'Depends: casepkg (= 1.0)'
cp /srv/casepkg_1.0.deb /srv/oddly-named.deb
for f in casedep_1.0 caserec_1.0; do
  cp /srv/$f.deb /srv/repo/
  { dpkg-deb -f /srv/$f.deb; echo "Filename: ./$f.deb"; echo "Size: $(stat -c %s /srv/$f.deb)"; echo "SHA256: $(sha256sum </srv/$f.deb | cut -d' ' -f1)"; echo; } >>/srv/repo/Packages
done
rm -f /etc/apt/sources.list; rm -rf /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/srv/repo ./' >/etc/apt/sources.list.d/case.list; apt-get update -qq`)
})
afterAll(async () => target?.stop())
beforeEach(async () => {
  await target.host.sh(`dpkg --purge --force-all ${ALL.join(' ')} >/dev/null 2>&1 || :`)
})

function run(args: Record<string, Value>, check = false) {
  return runModule(apt, new Map(Object.entries(args)), caseContext({ check }), target.connection, ROOT)
}

const there = async () =>
  (
    await target.host.sh(
      `dpkg-query -W -f '\${Package}=\${Version} \${db:Status-Status}\n' ${ALL.join(' ')} 2>/dev/null || :`,
    )
  )
    .split('\n')
    .flatMap((row) => /^(\S+) installed$/.exec(row)?.[1] ?? [])

describe('a package file on the host', () => {
  it('that needs nothing is installed in one request, whatever apt would say', async () => {
    const ran = await run({ deb: '/srv/casepkg_1.0.deb' })
    expect([ran.msg, ran.did]).toEqual([undefined, ['install casepkg 1.0']])
    expect(await there()).toEqual(['casepkg=1.0'])
  })

  it.each(['/srv/casepkg_1.0.deb', '/srv/oddly-named.deb'])(
    '%s costs nothing when it is installed',
    async (deb) => {
      await run({ deb: '/srv/casepkg_1.0.deb' })
      const again = await run({ deb })
      expect([again.changed, again.requests]).toEqual([false, 0])
    },
  )

  it('brings what it depends on, and what it recommends only when asked', async () => {
    const ran = await run({ deb: '/srv/casepkg_2.0.deb' })
    expect([ran.msg, ran.did]).toEqual([undefined, ['look', 'install casepkg 2.0']])
    expect(await there()).toEqual(['casedep=1.0', 'casepkg=2.0'])
    expect(await target.host.sh('apt-mark showauto casedep')).toBe('casedep\n')
    await target.host.sh(`dpkg --purge ${ALL.slice(0, 2).join(' ')} >/dev/null`)
    await run({ deb: '/srv/casepkg_2.0.deb', install_recommends: true })
    expect(await there()).toEqual(['casedep=1.0', 'casepkg=2.0', 'caserec=1.0'])
  })

  it('is upgraded without apt, unless another package may stand in the way', async () => {
    await target.host.sh('dpkg -i /srv/casedep_1.0.deb /srv/casepkg_1.0.deb >/dev/null')
    expect((await run({ deb: '/srv/casepkg_2.0.deb' })).did).toEqual(['look', 'look', 'install casepkg 2.0'])
    expect(await there()).toEqual(['casedep=1.0', 'casepkg=2.0'])
    await target.host.sh(
      'dpkg --purge casepkg >/dev/null; dpkg -i /srv/casepkg_1.0.deb /srv/casefriend_1.0.deb >/dev/null',
    )
    const asked = await run({ deb: '/srv/casepkg_2.0.deb' }, true)
    expect(asked.did.filter((one) => one === 'look')).toHaveLength(3)
  })

  it('reads the lists first when asked', async () => {
    const ran = await run({ deb: '/srv/casepkg_1.0.deb', update_cache: true })
    expect(ran.did).toEqual(["read apt's lists", 'look', 'install casepkg 1.0'])
    expect(ran.result['cache_updated']).toBe(true)
    const fresh = await run({ deb: '/srv/casepkg_1.0.deb', cache_valid_time: 3600 })
    expect([fresh.changed, fresh.did, fresh.result['cache_updated']]).toEqual([false, [], false])
  })
})
