import { expect, it } from 'vitest'
import { TemplateText } from '../../../src/values/template-text.ts'
import { holdsTemplate } from '../../../src/values/text/holds-template.ts'
import { dict } from '../../../src/values/value.ts'

it('finds a template at any depth, and takes plain text for data', () => {
  const template = new TemplateText('{{ x }}')
  expect(holdsTemplate(template)).toBe(true)
  expect(holdsTemplate([1, dict({ a: [template] })])).toBe(true)
  expect(holdsTemplate(['{{ x }}', dict({ a: null })])).toBe(false)
})
