import { expect, test } from 'vitest'
import { editSysctl, sameValue } from '../../../src/modules/host/sysctl-file.ts'

// What ansible.posix's sysctl of ansible 12 made of these texts.
test.each([
  ['', 'vm.swappiness', '7', 'vm.swappiness=7\n', null],
  [
    '# c\n a = 1 \n\nvm.swappiness = 7\nvm.swappiness=8\na=2\n; x=y\nnoequal\n',
    'vm.swappiness',
    '9',
    '# c\na=1\n\nvm.swappiness=9\n; x=y\nnoequal\n',
    '8',
  ],
  ['vm.swappiness = 7\nb=1\n', 'vm.swappiness', null, 'b=1\n', '7'],
])('%j with %s = %s', (text, name, value, wanted, old) => {
  expect(editSysctl(text, name, value)).toEqual({ text: wanted, old })
  expect(editSysctl(wanted, name, value).text).toBe(wanted)
})

test('values are compared word by word', () => {
  expect(sameValue('4096\t87380\t6291456\n', '4096 87380  6291456')).toBe(true)
  expect(sameValue('1', '10')).toBe(false)
})
