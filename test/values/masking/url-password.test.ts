import { describe, expect, it } from 'vitest'
import { Masker } from '../../../src/values/masking/masker.ts'
import { withSecrecy } from '../../../src/values/masking/secret-names.ts'
import { Secret } from '../../../src/values/secret.ts'
import { TemplateText } from '../../../src/values/template-text.ts'
import { dict } from '../../../src/values/value.ts'

describe('addresses of proxies', () => {
  it.each(['muster_proxy', 'https_proxy', 'HTTP_PROXY'])('%s with a password is a secret', (name) => {
    expect(withSecrecy(name, 'http://ops:correct%20horse@proxy:3128')).toBeInstanceOf(Secret)
    expect(withSecrecy(name, 'http://ops@proxy:3128')).toBeInstanceOf(Secret)
    expect(withSecrecy(name, 'http://proxy:3128')).toBe('http://proxy:3128')
  })

  it('is one inside a mapping, beside what is none', () => {
    const given = dict({ http_proxy: 'http://a:b1c2d3@proxy', no_proxy: ['.example.com'] })
    const value = withSecrecy('muster_proxy', given) as Map<string, unknown>
    expect(value.get('http_proxy')).toBeInstanceOf(Secret)
    expect(value.get('no_proxy')).toEqual(['.example.com'])
  })

  it('one that is mistyped is one too: an @ or a slash in the password', () => {
    expect(withSecrecy('muster_proxy', 'http://ops:pa@ss/word@proxy:3128')).toBeInstanceOf(Secret)
  })

  it('other variables keep their addresses', () => {
    expect(withSecrecy('repository', 'https://ops:token@git.example.com')).toBe(
      'https://ops:token@git.example.com',
    )
  })

  it('a template with a user in it gives a secret', () => {
    const text = withSecrecy('muster_proxy', new TemplateText('http://ops:{{ word }}@proxy:3128'))
    expect((text as TemplateText).secret).toBe(true)
    expect((withSecrecy('muster_proxy', new TemplateText('http://{{ proxy }}')) as TemplateText).secret).toBe(
      false,
    )
  })

  it('the password is hidden wherever a program prints it: alone, decoded, and as a header', () => {
    const masker = new Masker()
    masker.learn(withSecrecy('muster_proxy', 'http://ops:correct%20horse@proxy:3128') as Secret)
    for (const text of [
      'http://ops:correct%20horse@proxy:3128',
      'using correct%20horse',
      'password correct horse',
      `Proxy-Authorization: Basic ${Buffer.from('ops:correct horse').toString('base64')}`,
    ])
      expect(masker.mask(text)).not.toMatch(/correct|horse|b3Bz/)
    expect(masker.mask('http://proxy:3128')).toBe('http://proxy:3128')
  })
})
