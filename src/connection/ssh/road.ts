import type { Duplex } from 'node:stream'

/** A stream of bytes to a host's sshd: a socket, a channel of a bastion, a program. */
export interface Road {
  readonly stream: Duplex
  traffic(): { readonly sent: number; readonly received: number }
  /** What the one who leads there says, for messages. */
  said?(): Promise<Buffer>
  /** Who else than the host is to blame for the stream's end, in words for a person. */
  blame?(): string | undefined
  /** The handshake over it is over, whatever its outcome. */
  started?(): void
}
