import { describe, expect, test } from 'vitest'
import { findChecksum } from '../../src/artifacts/checksum-list.ts'

const A = 'a'.repeat(64)
const B = 'B'.repeat(64)
const find = (list: string) => findChecksum(list, 'prometheus-3.5.5.linux-amd64.tar.gz', 'LIST')

describe('a list of checksums', () => {
  test.each([
    [
      'sha256sums.txt',
      `${B}  prometheus-3.5.5.darwin-amd64.tar.gz\n${A}  prometheus-3.5.5.linux-amd64.tar.gz\n`,
    ],
    ['binary mode', `${A} *prometheus-3.5.5.linux-amd64.tar.gz\n`],
    ['with folders', `${A}  ./dist/prometheus-3.5.5.linux-amd64.tar.gz`],
    ['with line ends of Windows', `${B}  other\r\n${A}  prometheus-3.5.5.linux-amd64.tar.gz\r\n`],
    ['of BSD', `SHA256 (prometheus-3.5.5.linux-amd64.tar.gz) = ${A}\n`],
    ['of OpenSSL', `SHA256(prometheus-3.5.5.linux-amd64.tar.gz)= ${A}\n`],
    ['nothing but the sum', `${A}\n`],
    ['in capitals', `${A.toUpperCase()}  prometheus-3.5.5.linux-amd64.tar.gz`],
    [
      'the same twice',
      `${A}  prometheus-3.5.5.linux-amd64.tar.gz\n${A}  x/prometheus-3.5.5.linux-amd64.tar.gz\n`,
    ],
    ['beside other texts', `# made by CI\n\n${A}  prometheus-3.5.5.linux-amd64.tar.gz\n`],
  ])('is read: %s', (_, list) => {
    expect(find(list)).toBe(A)
  })

  test.each([
    [
      'another file',
      `${A}  prometheus-3.5.5.linux-arm64.tar.gz`,
      /does not name prometheus-3\.5\.5\.linux-amd64/,
    ],
    ['the name as part of another', `${A}  prometheus-3.5.5.linux-amd64.tar.gz.sbom`, /does not name/],
    ['an error page', '<html>Not found</html>', /LIST is no list of SHA-256 checksums/],
    ['SHA-1', `${'a'.repeat(40)}  prometheus-3.5.5.linux-amd64.tar.gz`, /no list of SHA-256/],
    ['SHA-512', `${'a'.repeat(128)}  prometheus-3.5.5.linux-amd64.tar.gz`, /no list of SHA-256/],
    [
      'two sums',
      `${A}  prometheus-3.5.5.linux-amd64.tar.gz\n${B}  prometheus-3.5.5.linux-amd64.tar.gz`,
      /two different checksums/,
    ],
    ['nothing', '', /no list/],
  ])('is refused: %s', (_, list, message) => {
    expect(() => find(list)).toThrow(message)
  })
})
