/**
 * The host dropped the connection before it had said who it is. sshd does that at random when too many knock at once
 * (MaxStartups), so another try may do better.
 */
export class Dropped extends Error {}
