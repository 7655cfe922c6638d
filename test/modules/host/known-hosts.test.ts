import { describe, expect, it } from 'vitest'
import { editKnownHosts, hashHost, isKeyOf, namesHost } from '../../../src/modules/host/known-hosts.ts'

// Written by `ssh-keygen -H` of OpenSSH 9.2 for git.example.com.
const FILE = `# ours
git.example.com,10.0.0.1 ssh-ed25519 AAAAone me@here
@cert-authority *.example.com ssh-ed25519 AAAAca
other.example.net ssh-rsa AAAAother
`
const edit = (key: string | null, present = true, text = FILE) =>
  editKnownHosts(text, { host: 'git.example.com', key, present })

describe('the names before a key', () => {
  it.each([
    ['git.example.com', true],
    ['GIT.example.com', true],
    ['*.example.com', true],
    ['git.example.c?m', true],
    ['*,!git.example.com', false],
    ['a,git.example.com', true],
    ['[git.example.com]:22', false],
    ['git.example.com.', false],
    ['*.example.org', false],
  ])('%s: %s', (hosts, is) => {
    expect(namesHost(hosts, 'git.example.com')).toBe(is)
  })

  it('take no longer than their length times the name', () => {
    const began = performance.now()
    expect(namesHost(`${'*a'.repeat(50_000)}b`, 'a'.repeat(60))).toBe(false)
    expect(performance.now() - began).toBeLessThan(1000)
  })

  it('are told when they are hashed', () => {
    const line = hashHost('git.example.com ssh-ed25519 AAAA', 'git.example.com')
    expect(line).toMatch(/^\|1\|[\w+/]+=\|[\w+/]+= ssh-ed25519 AAAA$/)
    expect(isKeyOf(line, 'git.example.com')).toBe(true)
    expect(isKeyOf(line, 'other.example.com')).toBe(false)
    // Of ssh-keygen -H.
    expect(namesHost('|1|F1E1KeoE/eEWhi10WpGv4OdiO6Y=|3988QV0VE8wmZL7suNrYQLITLCg=', '192.168.1.61')).toBe(
      true,
    )
  })
})

describe('a file of known hosts', () => {
  it('has a key replaced by one of its type, and gets one of another behind', () => {
    expect(edit('git.example.com ssh-ed25519 AAAAtwo')).toBe(
      `${FILE.split('\n').toSpliced(1, 1).join('\n')}git.example.com ssh-ed25519 AAAAtwo\n`,
    )
    expect(edit('git.example.com ssh-rsa AAAAtwo')).toBe(`${FILE}git.example.com ssh-rsa AAAAtwo\n`)
  })

  it('stays as it is with that very key; what stands behind it does not count', () => {
    expect(edit('git.example.com,10.0.0.1 ssh-ed25519 AAAAone')).toBeNull()
  })

  it('does not run a key together with an open last line', () => {
    expect(edit('git.example.com ssh-rsa A', true, 'x.example ssh-rsa B')).toBe(
      'x.example ssh-rsa B\ngit.example.com ssh-rsa A\n',
    )
  })

  it('loses all keys of a host but those with a marker, or one', () => {
    expect(edit(null, false)).toBe(FILE.split('\n').toSpliced(1, 1).join('\n'))
    expect(edit(null, false, '@revoked git.example.com ssh-rsa A\n')).toBeNull()
    expect(edit('git.example.com ssh-dss AAAA', false)).toBeNull()
    expect(edit('@cert-authority *.example.com ssh-ed25519 AAAAca', false)).not.toContain('AAAAone')
  })
})
