import { describe, expect, it } from 'vitest'
import { filters as hashes } from '../../../src/template/filters/hashes.ts'
import { filters as json } from '../../../src/template/filters/json.ts'
import { filters as passwords } from '../../../src/template/filters/password-hash.ts'
import { filters as unsupported } from '../../../src/template/filters/unsupported.ts'
import { filters as urls } from '../../../src/template/filters/urls.ts'
import { filters as yaml } from '../../../src/template/filters/yaml.ts'
import { Float } from '../../../src/values/float.ts'
import { dict } from '../../../src/values/value.ts'
import { applier } from '../apply.ts'

const apply = applier({ ...json, ...yaml, ...hashes, ...urls, ...passwords, ...unsupported })

describe('JSON filters', () => {
  it('differ in order, indent and escapes', () => {
    const value = dict({ b: 1, a: ["<'"] })
    expect(apply('to_json', value)).toBe(`{"b": 1, "a": ["<'"]}`)
    expect(apply('to_json', value, [], { indent: 1, sort_keys: true })).toBe(
      `{\n "a": [\n  "<'"\n ],\n "b": 1\n}`,
    )
    expect(apply('to_nice_json', dict({ b: 1, a: 2 }), [2])).toBe('{\n  "a": 2,\n  "b": 1\n}')
    expect(apply('tojson', value)).toBe('{"a": ["\\u003c\\u0027"], "b": 1}')
    expect(() => apply('to_json', 1, [], { nosuch: 1 })).toThrow("unexpected keyword argument 'nosuch'")
  })
})

describe('YAML filters', () => {
  it('read YAML 1.1, and never a template', () => {
    expect(apply('from_yaml', 'a: [yes, 0755, 1.0, "{{ x }}"]')).toEqual(
      dict({ a: [true, 493, new Float(1), '{{ x }}'] }),
    )
    expect(apply('from_yaml', '# nothing')).toBeNull()
    expect(apply('from_yaml_all', 'a\n---\nb')).toEqual(['a', 'b'])
    expect(() => apply('from_yaml', 'a: !unsafe x')).toThrow(
      "could not determine a constructor for the tag '!unsafe'",
    )
    expect(() => apply('from_yaml', 'a: b: c')).toThrow('<unicode string>:1:5')
  })

  it('write sorted keys unless told otherwise', () => {
    const value = dict({ b: [1, 2], a: dict({ d: 1, c: 2 }) })
    expect(apply('to_nice_yaml', value)).toBe('a:\n    c: 2\n    d: 1\nb:\n- 1\n- 2\n')
    expect(apply('to_yaml', value, [], { sort_keys: false })).toBe('b: [1, 2]\na: {d: 1, c: 2}\n')
    expect(apply('to_nice_yaml', 5, [], { explicit_start: true })).toBe('--- 5\n')
  })
})

describe('hashes', () => {
  it('are those of Python, UUIDs in the name space of Ansible', () => {
    expect(apply('hash', 'é', ['md5'])).toBe('66ddcd97cfdeabb2f6fb8a999b4bc76f')
    expect(apply('hash', '', ['sha3_256'])).toMatch(/^a7ffc6f8bf1ed766/)
    expect(apply('to_uuid', 'foo.example.com')).toBe('6e7b0d05-6b73-50e8-a7dc-f9c7d81f4c3c')
    expect(() => apply('hash', 'x', ['nosuch'])).toThrow('unsupported hash type nosuch')
    expect(() => apply('to_uuid', 'x', ['nosuch'])).toThrow("Invalid value 'nosuch' for 'namespace'")
  })

  it('of passwords are those of /etc/shadow', () => {
    expect(apply('password_hash', 'secret', ['sha256', 'mysalt'], { rounds: 5000 })).toBe(
      '$5$mysalt$I2SNajjJ3Gc5gIR/tkrLOGngF8wqv59buJCqxh.o9s8',
    )
    expect(apply('password_hash', 'x', ['sha512'], { rounds: 1000 })).toMatch(
      /^\$6\$rounds=1000\$[./\w]{16}\$[./\w]{86}$/,
    )
    expect(() => apply('password_hash', 'x', ['sha512', 'a$b'])).toThrow('invalid characters in sha512 salt')
    expect(() => apply('password_hash', 'x', ['md5'])).toThrow('use sha512 or sha256')
  })

  it('say what is not supported', () => {
    expect(() => apply('vault', 'x', ['key'])).toThrow('not supported')
    expect(() => apply('unvault', 'x', ['key'])).toThrow('not supported')
  })
})

describe('addresses', () => {
  it('are split as Python splits them', () => {
    expect(apply('urlsplit', 'HTTP://u:p@Ex.org:80/a?b#c')).toEqual(
      dict({
        fragment: 'c',
        hostname: 'ex.org',
        netloc: 'u:p@Ex.org:80',
        password: 'p',
        path: '/a',
        port: 80,
        query: 'b',
        scheme: 'http',
        username: 'u',
      }),
    )
    expect(apply('urlsplit', 'http://[::1]:9/', ['hostname'])).toBe('::1')
    expect(apply('urlsplit', '/a', ['port'])).toBeNull()
    expect(() => apply('urlsplit', 'http://a:99999/')).toThrow('Port out of range 0-65535')
    expect(() => apply('urlsplit', 'http://a/', ['host'])).toThrow('unknown URL component: host')
  })

  it('are quoted by bytes', () => {
    expect(apply('urlencode', '/a b/é')).toBe('/a%20b/%C3%A9')
    expect(apply('urlencode', dict({ a: '/ ', b: 1 }))).toBe('a=%2F+&b=1')
    expect(apply('urldecode', 'a%20b+c%zz%C3%A9')).toBe('a b c%zzé')
  })
})

describe('quote', () => {
  it('is the one of shlex', () => {
    expect(apply('quote', "it's")).toBe(`'it'"'"'s'`)
    expect(apply('quote', null)).toBe("''")
    expect(apply('quote', 'a/b:c,d@e%f+g_h.i=-')).toBe('a/b:c,d@e%f+g_h.i=-')
  })
})
