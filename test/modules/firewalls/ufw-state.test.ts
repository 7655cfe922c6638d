import { describe, expect, it } from 'vitest'
import { insertionPoint, readUfw, wouldChange } from '../../../src/modules/firewalls/ufw-state.ts'

const SSH = '### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in'
const SSH6 = '### tuple ### allow tcp 22 ::/0 any ::/0 in'
const file = (six: boolean, ...rules: string[]) =>
  `*filter\n:ufw${six ? '6' : ''}-user-input - [0:0]\n### RULES ###\n\n${rules.join('\n-A x\n')}\n### END RULES ###\n`

const state = (dry: string, four: string[] = [], six: string[] = []) =>
  readUfw({
    ...{ rc: 0, stderr: Buffer.alloc(0), seconds: 0, truncated: false, timedOut: false },
    stdout: Buffer.from(
      [
        ...[
          'status',
          'Status: active\n\nTo  Action',
          'defaults',
          'IPV6=yes\nDEFAULT_INPUT_POLICY="REJECT"\n',
        ],
        ...[
          'conf',
          'ENABLED=yes\nLOGLEVEL=medium\n',
          'rules',
          file(false, ...four),
          'rules_six',
          file(true, ...six),
          'dry',
          dry,
        ],
      ]
        .map((one) => `${one}\0`)
        .join(''),
    ),
  })

describe('ufw', () => {
  it('is read from its files', () => {
    expect(state('')).toMatchObject({
      active: true,
      policies: { incoming: 'reject', outgoing: '', routed: '' },
      logging: 'medium',
    })
  })

  it.each([
    ['Skipping adding existing rule\nSkipping adding existing rule (v6)\n', false],
    ['Could not delete non-existent rule\n', false],
    [file(false, SSH) + file(true, SSH6), false],
    [file(false) + file(true), true],
    [`${file(false, SSH, SSH.replace('22', '80'))}Skipping adding existing rule (v6)\n`, true],
    [file(true, SSH6.replace('allow', 'limit')), true],
  ])('would change something: %j', (dry, wanted) => {
    expect(wouldChange(state(dry, [SSH], [SSH6]))).toBe(wanted)
  })

  it.each([
    [2, 'zero', 2],
    [0, 'first-ipv4', 1],
    [0, 'last-ipv4', 2],
    [0, 'first-ipv6', 3],
    [0, 'last-ipv6', 3],
    [1, 'last-ipv6', 0],
  ] as const)('inserts %i from %s as number %i', (insert, relative, number) => {
    const numbered = 'Status: active\n\n[ 1] 22 ALLOW\n[ 2] 80 ALLOW\n[ 3] 22 (v6) ALLOW\n'
    expect(insertionPoint(insert, relative, numbered)).toBe(number)
  })
})
