import fc from 'fast-check'

const piece = fc.constantFrom(
  '0',
  '1',
  '9',
  '00',
  '10',
  '123456789012345678901',
  'a',
  'Z',
  'rc',
  '.',
  '+',
  '~',
  '~~',
)

/** Versions that dpkg accepts, close enough to each other that the rules matter. */
export const debVersion: fc.Arbitrary<string> = fc
  .tuple(
    fc.option(fc.constantFrom('0', '1', '12'), { nil: undefined }),
    fc.array(piece, { maxLength: 4 }),
    fc.option(fc.array(piece, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  )
  .map(
    ([epoch, upstream, revision]) =>
      `${epoch === undefined ? '' : `${epoch}:`}1${upstream.join('')}${revision === undefined ? '' : `-${revision.join('')}`}`,
  )

/** Two versions; often the same one in two spellings. */
export const debVersionPair: fc.Arbitrary<readonly [string, string]> = fc.oneof(
  fc.tuple(debVersion, debVersion),
  debVersion.map((one) => [one, respelt(one)] as const),
)

function respelt(version: string): string {
  const epoch = version.includes(':') ? version : `0:${version}`
  return epoch.includes('-') ? epoch.replace(/(^|[^0-9])([1-9])/g, '$10$2') : `${epoch}-0`
}
