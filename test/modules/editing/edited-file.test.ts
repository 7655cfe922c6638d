import { expect, test } from 'vitest'
import { presentLine } from '../../../src/modules/editing/edit-line.ts'
import { readEdited } from '../../../src/modules/editing/edited-file.ts'
import { editing } from '../../../src/modules/editing/patterns.ts'
import { placeEdited } from '../../../src/modules/editing/place-edited.ts'
import type { Action } from '../../../src/modules/module.ts'
import { Secret } from '../../../src/values/secret.ts'
import { caseContext } from '../conformance/case-context.ts'
import { editedAnswers } from './edited-answers.ts'

const WISH = { path: '/etc/file', owner: undefined, group: undefined }
const old = Buffer.from('old\n')

async function first(
  text: Buffer | Secret | null,
  options = {},
  answers = editedAnswers(old),
): Promise<Action | null> {
  const file = readEdited(WISH, answers)
  const { value, done } = await placeEdited(file, text, options, caseContext({ diff: true })).next()
  return done === true ? null : value
}

test('what was read must be the file whose owner and mode the new one gets', () => {
  expect(() => readEdited(WISH, editedAnswers(old, { uid: 1000, identity: '1:77' }))).toThrow(
    '/etc/file was moved while it was looked at',
  )
})

test('a file that came meanwhile is not written over', () => {
  const answers = { ...editedAnswers(null), content: editedAnswers(old).content }
  expect(() => readEdited(WISH, answers)).toThrow('was moved while it was looked at')
})

test('the same text and no word of attributes: nothing', async () => {
  expect(await first(old)).toBeNull()
  expect(await first(null)).toBeNull()
  expect(await first(new Secret('old\n'))).toBeNull()
})

test('where others may write, the file is not written by its name', async () => {
  const action = await first(Buffer.from('new\n'), {}, editedAnswers(old, { uid: 1000 }))
  expect(action).toMatchObject({ kind: 'run', says: 'edit /etc/file' })
  expect(String((action as { script: unknown }).script)).toContain('m_hold /etc/.muster-')
})

test('a secret text is in no diff and in no script', async () => {
  const action = await first(new Secret('hunter22\n'))
  expect(JSON.stringify(action)).not.toContain('hunter22')
  expect(action).toMatchObject({ diff: [{ before: '********', after: '********' }] })
  expect(String((action as { script: unknown }).script)).not.toContain('hunter22')
})

test('only the mode: the text is not sent', async () => {
  const action = await first(null, { mode: '0600', showsAttributes: true })
  expect(action).toMatchObject({ kind: 'run', says: 'set owner or mode of /etc/file' })
  expect(action).not.toHaveProperty('stdin')
})

test('a link to nothing is refused', () => {
  const answers = editedAnswers(null)
  const itself = { ...answers.itself, link: '/nowhere', stat: editedAnswers(old).itself.stat }
  expect(() => readEdited(WISH, { ...answers, itself })).toThrow(
    '/etc/file is a link to /nowhere, where nothing is',
  )
})

test('a pattern that takes too long on what a host has ends the task, however many lines there are', () => {
  const wish = { ...{ line: 'x', searchString: undefined, insertAfter: undefined, insertBefore: undefined } }
  const text = `${'a'.repeat(40)}!\n`.repeat(1000)
  const edit = () => presentLine(text, { ...wish, regexp: '^(a+)+$', backrefs: false, firstMatch: false })
  expect(() => editing('/etc/file', edit)).toThrow(
    "the task's patterns took longer than 1 second on /etc/file",
  )
})
