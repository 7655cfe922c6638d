declare module 'snappyjs' {
  /** Snappy's block format. @throws Error for bytes that are not that */
  export function uncompress(compressed: Uint8Array): Uint8Array
  export function compress(plain: Uint8Array): Uint8Array
}
