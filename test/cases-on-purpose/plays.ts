/** Recorded plays that muster runs, or refuses, otherwise than Ansible: what differs, a part of muster's answer, and why. */
export const ON_PURPOSE: Readonly<
  Record<string, { readonly reason: string; readonly differs: Readonly<Record<string, string>> }>
> = {
  '016-serial-not-a-number': {
    reason: 'Refused before any connection with words that say what serial takes; Ansible crashes.',
    differs: { error: 'serial takes a whole number of hosts' },
  },
  '223-start-at-task-unknown': {
    reason: 'Refused before any connection; Ansible runs nothing, says so at the end, and exits with 0.',
    differs: { refused: 'No matching task', error: 'No matching task' },
  },
  '028-max-fail-exit-beside-unreachable': {
    reason:
      'The budget is checked at each host that is lost, not after each task: hosts that have not begun are not touched.',
    differs: { recap: '', order: '' },
  },
  '069-handler-unknown': {
    reason: 'Refused before any connection; Ansible notices when a changed task notifies it, after changes.',
    differs: { error: "no handler is named 'nosuch' or listens to it" },
  },
  '081-when-undefined': {
    reason:
      'A name that no host can have is refused before any connection; Ansible fails the host at its turn.',
    differs: { refused: "Error while evaluating conditional: 'nosuch' is undefined" },
  },
  '085-when-empty': {
    reason: 'Refused before any connection; Ansible fails the host at its turn.',
    differs: { refused: 'Empty conditional expressions are not allowed.' },
  },
  '086-when-syntax-error': {
    reason: 'Refused before any connection; Ansible fails the host at its turn.',
    differs: { refused: 'Syntax error in expression' },
  },
  '105-until-false-failed-when-false': {
    reason:
      'A task whose retries are used up has failed; Ansible shows it as changed while its register says failed.',
    differs: { exit: '', recap: '', order: '', debug: '' },
  },
  '113-register': {
    reason: 'A failed command has no traceback of a Python module, so no key `exception`.',
    differs: { debug: '' },
  },
  '127-include-missing-rescued': {
    reason:
      'A file that is written out and missing is told before any connection; Ansible fails the host at its turn.',
    differs: { refused: "Could not find or access 'nosuch.yaml'" },
  },
  '136-include-tasks-missing': {
    reason:
      'A file that is written out and missing is told before any connection; Ansible fails the host at its turn.',
    differs: { refused: "Could not find or access 'nosuch.yaml'" },
  },
  '184-meta-unknown': {
    reason:
      'Refused before any connection, in words that name what there is; Ansible ends the run at its turn.',
    differs: { error: 'value of action must be one of: noop, flush_handlers' },
  },
  '212-tags-unknown': {
    reason: 'A tag that no task has is refused; Ansible runs without a word and does nothing.',
    differs: { refused: "--tags: no task has the tag 'nosuch'" },
  },
  '027-max-fail-blind-with-force-handlers': {
    reason: "Ansible's own gap: under force_handlers it does not count a failure against the budget.",
    differs: { recap: '', order: '', debug: '' },
  },
  '034-any-errors-fatal-unreachable': {
    reason:
      "Ansible's own gap: later plays run, although all hosts have stopped for one that is unreachable.",
    differs: { recap: '', order: '', debug: '' },
  },
  '053-delegate-to': {
    reason:
      'Hosts that do one task at the same time have no order among each other: of what two of them set on a third one either may come last.',
    differs: { debug: 'h6: - h1' },
  },
  '054-delegate-to-undefined': {
    reason:
      'A name that no host can have is refused before any connection; Ansible fails the host at its turn.',
    differs: { refused: "'nope' is undefined" },
  },
  '057-host-patterns': {
    reason: 'A word of a pattern that means nothing is refused, with its place; Ansible warns.',
    differs: { refused: 'no host and no group is called nosuch' },
  },
  '058-run-once-rescued': {
    reason: "Ansible's own gap: the other hosts vanish without a mark; here they run the rescue too.",
    differs: { exit: '0, recorded 2', recap: '', order: '', debug: '' },
  },
  '253-error-run-once-undefined': {
    reason: 'The host fails at its turn; Ansible ends the whole run.',
    differs: { exit: '2, recorded 1', recap: '' },
  },
  '153-set-fact-bad-name': {
    reason: 'Refused before any connection; Ansible fails the host at its turn.',
    differs: { refused: "Invalid variable name 'not-valid'." },
  },
  '156-vars-files': {
    reason: 'A missing variable file is refused; Ansible runs on with half of the variables.',
    differs: { refused: 'vars_files: no such file: nosuch.yaml' },
  },
  '159-undefined-variable': {
    reason:
      'A name that no host can have is refused before any connection; Ansible fails the host at its turn.',
    differs: { refused: "'nosuch' is undefined" },
  },
  '221-limit-matches-nothing': {
    reason: 'The unknown word of the limit is named, with the nearest known one.',
    differs: { error: 'no host and no group is called nosuch' },
  },
  '230-error-unknown-play-keyword': {
    reason: 'In words that say what is wrong, with the nearest known keyword.',
    differs: { error: "'taskss' is no keyword of a play" },
  },
  '231-error-unknown-task-keyword': {
    reason: 'In words that say what is wrong; Ansible takes the keyword for a second module.',
    differs: { error: "'whenn' is no keyword of a task" },
  },
  '232-error-unknown-block-keyword': {
    reason: 'In words that say what is wrong.',
    differs: { error: "'loop' is no keyword of a block" },
  },
  '233-error-handler-keyword-on-task': {
    reason: 'In words that say what is wrong.',
    differs: { error: "'listen' is no keyword of a task" },
  },
  '238-error-yaml': {
    reason: "The YAML library's own words, with the excerpt.",
    differs: { error: 'not valid YAML' },
  },
  '243-error-tasks-not-a-list': {
    reason: "In muster's own words.",
    differs: { error: 'tasks should be a list' },
  },
  '247-error-ignores-itself': {
    reason: 'Refused before any connection; in Ansible this error ignores itself.',
    differs: { refused: "ignore_errors: the value 'perhaps'", error: "ignore_errors: the value 'perhaps'" },
  },
  '250-error-loop-control': {
    reason: 'In words that say what is wrong.',
    differs: { error: "'nosuch' is no keyword of loop_control" },
  },
  '423-name-templates': {
    reason:
      'A name that cannot be evaluated is shown as it was written; a task without one is called by the short name of its module.',
    differs: { order: 'task {{ x }} {{ item }}', debug: 'debug|h1#4' },
  },
  '504-role-arguments': {
    reason: 'A value of the wrong type is told in the words that muster has for all modules.',
    differs: { debug: 'it takes a whole number' },
  },
  '506-includes-in-blocks': {
    reason:
      'A missing file that a rescue makes up for counts as rescued; Ansible counts it as failed, and exits with 0.',
    differs: { recap: '"rescued":2' },
  },
  '254-error-task-name-undefined': {
    reason: 'A name that cannot be evaluated is shown as it was written.',
    differs: { order: 'task {{ nosuch }}', debug: '' },
  },
}
