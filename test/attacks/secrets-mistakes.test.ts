import { describe, expect, test } from 'vitest'
import { showRun } from './secrets-outputs.ts'

const WORD = 'hunter22-x'

/** Files with a mistake in or beside a password. */
const MISTAKES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no blank behind a colon, in flow': {
    'hosts.yaml': `all: {vars: {ansible_password:${WORD}}, hosts: {a: }}\n`,
  },
  'no blank behind a colon, of a host': { 'hosts.yaml': `all:\n  hosts:\n    a: {db_password:${WORD}}\n` },
  'a password in the place of a mapping': { 'hosts.yaml': `all:\n  hosts:\n    a: ${WORD}\n` },
  'a password in the place of variables': { 'hosts.yaml': `all:\n  vars: ${WORD}\n  hosts: {a: }\n` },
  'a line of INI in YAML': {
    'hosts.yaml': `all:\n  hosts:\n    a ansible_host=h ansible_password=${WORD}:\n`,
  },
  'a user and password before a host': { 'hosts.yaml': `all:\n  hosts:\n    "ann:${WORD}@a": \n` },
  'quotes that are not closed': { 'hosts.yaml': `all:\n  vars:\n    db: "${WORD}\n  hosts: {a: }\n` },
  'a brace that is not closed': { 'hosts.yaml': `all: {vars: {db: ${WORD}, hosts: {a: }\n` },
  'block text with a wrong indentation': {
    'hosts.yaml': `all:\n  vars:\n    db: |\n        first\n      ${WORD}: x\n`,
  },
  'an alias': { 'hosts.yaml': `all:\n  vars:\n    db: *${WORD}\n` },
  'a tag': { 'hosts.yaml': `all:\n  vars:\n    db: !${WORD}\n` },
  'a date': { 'hosts.yaml': 'all:\n  vars:\n    db: 2031-02-30\n' },
  'an argument without a blank': {
    'play.yaml': `- hosts: all\n  tasks: [{user: {name: x, password:${WORD}}}]\n`,
  },
  'free text for a module without': {
    'play.yaml': `- hosts: all\n  tasks: [{user: 'name=x password ${WORD}'}]\n`,
  },
  'a keyword without a blank': { 'play.yaml': `- hosts: all\n  vars_x:${WORD}:\n  tasks: []\n` },
  'a task of a word': { 'play.yaml': `- hosts: all\n  tasks: [{password:${WORD}: 1}]\n` },
  'a variable without a blank': { 'play.yaml': `- hosts: all\n  vars: {password:${WORD}}\n  tasks: []\n` },
  'a template that is not closed': {
    'play.yaml': `- hosts: all\n  vars: {password: "${WORD}{{ x"}\n  tasks: []\n`,
  },
}

describe('a mistake beside a password does not show it', () => {
  test.each(Object.entries(MISTAKES))('%s', async (name, files) => {
    const { outputs } = await showRun({
      'play.yaml': '- hosts: all\n  tasks: [{debug: {msg: x}}]\n',
      ...files,
    })
    const all = [...outputs.values()].join('\n')
    expect(all).not.toContain(name === 'a date' ? '2031-02-30' : WORD)
    expect(all).toMatch(/\.yaml:\d+:\d+: |warning: /)
  })

  test.each([`p='${WORD}`, WORD, `{p: ${WORD}, x: [`, `p:${WORD}`])('-e %s', async (text) => {
    const play = '- hosts: all\n  tasks: [{debug: {msg: x}}]\n'
    const { outputs } = await showRun({ 'play.yaml': play }, () => ({ extraVars: [text] }))
    expect(outputs.get('the refusal')).toMatch(/^-e/)
    expect(outputs.get('the refusal')).not.toContain(WORD)
  })
})
