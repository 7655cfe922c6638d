import { assignPath } from '../../probes/expand-path.ts'
import { type ShellText, sh } from '../../shell/sh.ts'
import { Secret } from '../../values/secret.ts'
import type { Text } from '../parameters.ts'

/**
 * Shell text that sets the positional parameters to a command's words, expanded as Ansible's `command` does without a
 * shell: `~` at the start, `$NAME` and `${NAME}` anywhere, an unset one stays as text; no globs, no splitting
 * (facts/modules.md, rule 14).
 */
export function setWords(words: readonly Text[], expand: boolean): ShellText {
  const steps = words.map((word) => {
    const text = word instanceof Secret ? word.revealText() : word
    if (!expand || !/^~|\$/.test(text)) return sh`set -- "$@" ${word}`
    // A secret is never expanded: its text would have to be parsed as shell.
    if (word instanceof Secret) return sh`set -- "$@" ${word}`
    return sh`${assignPath('m_w', text)}; set -- "$@" "$m_w"`
  })
  return steps.reduce(
    (left, right) => sh`${left}
${right}`,
    sh`set --`,
  )
}
