import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { judge, parseDnfSpec, wordsOf } from '../../../src/modules/rpm/dnf-names.ts'
import { dnfFailure, doneTransaction, plannedTransaction } from '../../../src/modules/rpm/dnf-output.ts'
import { compareEvr, compareVersions, parseEvr } from '../../../src/modules/rpm/rpm-version.ts'
import type { RpmEntry } from '../../../src/probes/rpm-package.ts'

describe('versions', () => {
  const recorded = JSON.parse(readFileSync(new URL('versions.json', import.meta.url), 'utf8')) as [
    string,
    string,
    number,
  ][]

  test('are compared as rpm compares them (rpm.labelCompare of rpm 4.18 said what is wanted)', () => {
    const wrong = recorded.filter(([one, other, wanted]) => Math.sign(compareVersions(one, other)) !== wanted)
    expect(wrong).toEqual([])
  })

  test('an epoch is above all, and a release that is not named is like any', () => {
    expect(compareEvr(parseEvr('1:1.0-1'), parseEvr('2.0-1'))).toBeGreaterThan(0)
    expect(compareEvr(parseEvr('1.0'), parseEvr('0:1.0-7'))).toBe(0)
    expect(compareEvr(parseEvr('1.0-10'), parseEvr('1.0-9'))).toBeGreaterThan(0)
  })
})

describe('names', () => {
  test.each([
    ['node_exporter', 'plain'],
    ['casepkg-1.0-1.noarch', 'plain'],
    ['/usr/bin/vi', 'path'],
    ['/tmp/a.rpm', 'other'],
    ['https://x/a.rpm', 'other'],
    ['@Development tools', 'other'],
    ['nginx >= 1.2', 'other'],
    ['kernel*', 'other'],
  ])('%s', (text, kind) => expect(parseDnfSpec(text).kind).toBe(kind))

  test.each(['', ' ', '-y', 'a\nb'])('%j is none', (text) =>
    expect(() => parseDnfSpec(text)).toThrow('names no package'),
  )

  const entry = (version: string): RpmEntry => ({
    name: 'casepkg',
    epoch: '0',
    version,
    release: '1',
    arch: 'noarch',
  })
  const host = (version: string) => (word: string) => {
    const found = ['casepkg', `casepkg-${version}`].includes(word)
    return { installed: found ? [entry(version)] : [], provided: found }
  }

  test.each([
    ['casepkg', '1.0', false, 'there'],
    ['casepkg-1.0', '1.0', false, 'there'],
    ['casepkg-1.0', '1.1', false, 'newer'],
    ['casepkg-1.0-1.noarch', '1.1', false, 'newer'],
    ['casepkg-1.0', '1.1', true, 'install'],
    ['casepkg-1.1', '1.0', false, 'install'],
    ['other', '1.0', false, 'install'],
  ])('%s where %s is installed', (text, version, downgrade, wanted) => {
    expect(judge(parseDnfSpec(text), host(version), downgrade)).toBe(wanted)
  })

  test('rpm is asked about every name that may stand before a version', () => {
    expect(wordsOf(parseDnfSpec('java-1.8.0-openjdk-1.8'))).toEqual([
      'java-1.8.0-openjdk-1.8',
      'java',
      'java-1.8.0-openjdk',
    ])
  })
})

// Printed by dnf 4.14.
const PLANNED = `Dependencies resolved.
================================================================================
 Package              Architecture      Version           Repository       Size
================================================================================
Installing:
 caseneeds            noarch            1.0-1             case            5.4 k
 a-package-with-a-very-long-name-indeed
                      noarch            2:1.0-1           case            5.4 k
Installing dependencies:
 casedep              noarch            1.0-1             case            5.4 k
Downgrading:
 casepkg              noarch            1.0-1             case            5.4 k

Transaction Summary
================================================================================
Install  2 Packages
`
const DONE = `Running transaction
  Preparing        :                                                        1/1 
  Upgrading        : casepkg-1.1-1.noarch                                   1/2 
  Cleanup          : casepkg-1.0-1.noarch                                   2/2 

Upgraded:
  casepkg-1.1-1.noarch                                                          
Installed:
  caseneeds-1.0-1.noarch              casedep-1.0-1.noarch                      

Complete!
`

describe('what dnf prints', () => {
  test('of what it would do', () => {
    expect(plannedTransaction(PLANNED)).toEqual({
      installed: [
        'caseneeds-1.0-1.noarch',
        'a-package-with-a-very-long-name-indeed-2:1.0-1.noarch',
        'casedep-1.0-1.noarch',
      ],
      removed: [],
      downgraded: ['casepkg-1.0-1.noarch'],
    })
  })

  test('of what it did', () => {
    expect(doneTransaction(DONE)).toEqual({
      installed: ['casedep-1.0-1.noarch', 'caseneeds-1.0-1.noarch', 'casepkg-1.1-1.noarch'],
      removed: ['casepkg-1.0-1.noarch'],
      downgraded: [],
    })
  })

  test('of yum of version 3', () => {
    expect(
      doneTransaction(
        'Installed:\n  casepkg.noarch 0:1.0-1      \n\nDependency Installed:\n  dep.x86_64 1:2.0-1    \n',
      ).installed,
    ).toEqual(['casepkg-1.0-1.noarch', 'dep-1:2.0-1.x86_64'])
  })

  const failed = (stdout: string, stderr: string, rc = 1) =>
    dnfFailure(
      {
        rc,
        stdout: Buffer.from(stdout),
        stderr: Buffer.from(stderr),
        seconds: 0,
        truncated: false,
        timedOut: false,
      },
      'dnf install x',
    )

  test.each([
    [
      'No match for argument: x\n',
      'Error: Unable to find a match: x\n',
      'Failed to install some of the specified packages',
    ],
    [
      '',
      'Error: \n Problem: conflicting requests\n  - nothing provides y needed by x\n',
      'Depsolve Error occurred: \n Problem: conflicting requests\n  - nothing provides y needed by x',
    ],
    [
      '',
      'Error: This command has to be run with superuser privileges (under the root user on most systems).\n',
      'This command has to be run under the root user.',
    ],
    [
      '',
      "Error: Failed to download metadata for repo 'x': Cannot download repomd.xml\n",
      "Failed to synchronize repodata: Failed to download metadata for repo 'x': Cannot download repomd.xml",
    ],
    ['', 'nodnf\n', 'the host has neither dnf nor yum'],
    ['', 'Error: strange\n', 'dnf install x failed: strange'],
  ])('when it fails: %j %j', (stdout, stderr, message) =>
    expect(failed(stdout, stderr).message).toBe(message),
  )

  test('when another one is at work', () => expect(failed('', '', 200).message).toContain('holds the lock'))
})
