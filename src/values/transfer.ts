/** What a script on a host left behind. Bytes are the host's: hostile until a module has looked at them. */
export interface Output {
  /** Exit status; null when there is none (killed by a signal, timed out). Never take null for success. */
  readonly rc: number | null
  readonly stdout: Buffer
  readonly stderr: Buffer
  /** Seconds on the host's side of the request. */
  readonly seconds: number
  /** Output was cut at the connection's bound. */
  readonly truncated: boolean
  readonly timedOut: boolean
}

/** A file on the controller, or content made there, to be sent to a host. */
export interface PushSource {
  readonly size: number
  /** Hex SHA-256, computed once a file. */
  readonly sha256: string
  /** Where a host gets the same content itself; then it is not sent. */
  readonly url?: string
  /** The bytes; those who get them must not change them, and may keep them. */
  read(): AsyncIterable<Buffer>
  /**
   * Hex digests of the content, in one pass and without leaving it in memory, where the source can do that itself;
   * computed anew at every call.
   */
  digests?(algorithms: readonly ('sha1' | 'md5')[]): Promise<string[]>
}
