import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { digest } from '../../src/probes/digest.ts'
import { DIGEST_FOLDER, rememberFunction } from '../../src/probes/digest-cache.ts'
import { lines, sh } from '../../src/shell/sh.ts'
import { type CaseHost, ROOT, startCaseHost } from '../modules/conformance/case-host.ts'
import { ask } from '../modules/conformance/run-module.ts'

const FILE = '/srv/large/file.bin'
/** Stands in the entry instead of the real digest, so that an answer tells where it comes from. */
const REMEMBERED = 'ab'.repeat(32)

let target: CaseHost
beforeAll(async () => {
  target = await startCaseHost()
})
afterAll(async () => target?.stop())
beforeEach(async () => {
  await target.host.sh(`rm -rf ${DIGEST_FOLDER} /srv/large; mkdir -m 0755 /srv/large`)
  await place(FILE)
})

/** Puts a file in its place as a write does: content, a moment later the mode, then the memory. */
async function place(path: string, last = sh`sleep 0.1; chmod 0644 "$m_x"; `): Promise<void> {
  const script = lines([
    rememberFunction,
    sh`m_x=${path}; umask 022; head -c 2000000 /dev/zero >"$m_x"; ${last}m_remember ${path} ${REMEMBERED}`,
  ])
  const [output] = await target.connection.request(ROOT, [{ script }])
  expect(output).toMatchObject({ rc: 0, stderr: Buffer.alloc(0) })
}

async function isBelieved(as: 'root' | 'ops' = 'root'): Promise<boolean> {
  const become = as === 'root' ? ROOT : undefined
  const { answer } = await ask({ answer: digest(FILE) }, (steps) => target.connection.request(become, steps))
  if (answer.kind !== 'file') throw new Error(answer.kind)
  const real = (await target.host.sh(`sha256sum <${FILE}`)).slice(0, 64)
  expect([real, REMEMBERED]).toContain(answer.sha256)
  return answer.sha256 === REMEMBERED
}

const entries = async () =>
  (await target.host.sh(`ls -A ${DIGEST_FOLDER} 2>/dev/null || :`)).trim().split('\n')

describe('a digest that root remembers', () => {
  it('is believed while nothing changes, by root', async () => {
    expect([await isBelieved(), await isBelieved()]).toEqual([true, true])
    expect(await isBelieved('ops')).toBe(false)
    expect(await target.host.sh(`stat -c '%U %a' ${DIGEST_FOLDER}`)).toMatch(/^root 700/)
  })

  it.each([
    ['it has more bytes', `echo x >>${FILE}`],
    [
      'its bytes changed, and its time was set back',
      `touch -r ${FILE} /srv/was; printf x | dd of=${FILE} conv=notrunc 2>/dev/null; touch -r /srv/was ${FILE}`,
    ],
    ['another file took its place', `cp -p ${FILE} /srv/large/new; mv /srv/large/new ${FILE}`],
    ['its group may write', `chmod g+w ${FILE}`],
    ['it is somebody else’s', `chown ops ${FILE}`],
    ['a link stands for it', `mv ${FILE} /srv/large/other; ln -s other ${FILE}`],
    ['its directory is open to all', 'chmod 1777 /srv/large'],
    ['its directory is somebody else’s', 'chown ops /srv/large'],
    ['the folder is open', `chmod 0755 ${DIGEST_FOLDER}`],
    ['the folder is somebody else’s', `chown ops ${DIGEST_FOLDER}`],
    ['the entry is cut', `truncate -s -2 ${DIGEST_FOLDER}/*`],
  ])('is not believed when %s', async (_, change) => {
    expect(await isBelieved()).toBe(true)
    await target.host.sh(change)
    expect(await isBelieved()).toBe(false)
  })

  it('is not kept when the last change was to the content', async () => {
    await place('/srv/large/hasty', sh``)
    expect(await entries()).toEqual(['srv!large!file.bin'])
  })

  it('goes when its file is gone, and when there are too many', async () => {
    await target.host.sh(`mv ${FILE} ${FILE}.old`)
    await place('/srv/large/next')
    expect(await entries()).toEqual(['srv!large!next'])
    await target.host.sh(
      `cd /srv/large; for i in $(seq 70); do : >f$i; echo x >${DIGEST_FOLDER}/srv!large!f$i; done`,
    )
    await place('/srv/large/last')
    expect(await entries()).toEqual(['srv!large!last'])
  })
})
