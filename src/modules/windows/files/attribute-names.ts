const ATTRIBUTES: readonly (readonly [number, string])[] = [
  ...([
    [1, 'ReadOnly'],
    [2, 'Hidden'],
    [4, 'System'],
    [16, 'Directory'],
    [32, 'Archive'],
    [128, 'Normal'],
  ] as const),
  ...([
    [1024, 'ReparsePoint'],
    [2048, 'Compressed'],
    [8192, 'NotContentIndexed'],
    [16384, 'Encrypted'],
  ] as const),
]

/** What Windows calls the bits of FileAttributes: `Hidden, Archive`. */
export function attributeNames(bits: number): string {
  return ATTRIBUTES.filter(([bit]) => (bits & bit) !== 0)
    .map(([, name]) => name)
    .join(', ')
}
