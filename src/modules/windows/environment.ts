/** The key of the registry that holds the environment of the machine, or of the login user. */
export function environmentKey(level: 'machine' | 'user'): string {
  return level === 'machine'
    ? 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment'
    : 'HKCU:\\Environment'
}
