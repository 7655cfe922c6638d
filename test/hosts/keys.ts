import ssh2 from 'ssh2'

/** About one in 400 keys that ssh2 makes cannot be read, by ssh2 itself: "Malformed OpenSSH private key". */
export function newKey(): { readonly private: string; readonly public: string } {
  for (;;) {
    const key = ssh2.utils.generateKeyPairSync('ed25519', { comment: 'muster test run' })
    if (!(ssh2.utils.parseKey(key.private) instanceof Error)) return key
  }
}
