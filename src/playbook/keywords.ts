// More than 250 lines: the table of all keywords, an entry each.

/** Where a keyword may stand. */
export type Where = 'play' | 'role' | 'block' | 'task' | 'handler' | 'loop_control' | 'rollout' | 'import'

/** The shape of a keyword's value, for the check, the reference page and the JSON Schema. */
export type KeywordType =
  | 'boolean'
  | 'text'
  | 'integer'
  | 'seconds'
  | 'percentage'
  | 'serial'
  | 'conditions'
  | 'names'
  | 'tags'
  | 'variable'
  | 'variables'
  | 'environment'
  | 'hosts'
  | 'files'
  | 'tasks'
  | 'roles'
  | 'loop'
  | 'loop_control'
  | 'rollout'
  | 'canary'
  | 'ramp'
  | 'size'
  | 'action'
  | 'arguments'
  | 'defaults'
  | 'prompts'

export interface Keyword {
  readonly type: KeywordType
  readonly on: readonly Where[]
  /** One sentence for the reference page. */
  readonly doc: string
}

const TASKS = ['task', 'handler'] as const
/** Where a keyword may stand that counts for the tasks inside too. */
const HANDED_DOWN = ['role', 'block', 'import', ...TASKS] as const
const EVERYWHERE = ['play', ...HANDED_DOWN] as const

/** The keywords muster knows, with Ansible's meanings (facts/plays.md, section 1). */
export const KEYWORDS: Readonly<Record<string, Keyword>> = {
  name: { type: 'text', on: EVERYWHERE, doc: 'What the play or task is called in all output.' },
  hosts: { type: 'hosts', on: ['play'], doc: 'The pattern of hosts, or a list of patterns. Required.' },
  pre_tasks: {
    type: 'tasks',
    on: ['play'],
    doc: 'Tasks before the others; the handlers that they notify run before those begin.',
  },
  roles: {
    type: 'roles',
    on: ['play'],
    doc: 'Roles whose tasks run before `tasks`: names, or mappings with `role` and what counts for its tasks.',
  },
  tasks: { type: 'tasks', on: ['play'], doc: 'The tasks, in order.' },
  post_tasks: {
    type: 'tasks',
    on: ['play'],
    doc: 'Tasks after the others and after the handlers that those notified: the place for a proof.',
  },
  handlers: { type: 'tasks', on: ['play'], doc: 'Tasks that run when a changed task notifies them.' },
  vars_files: {
    type: 'files',
    on: ['play'],
    doc: 'Files of variables, later ones win; a list in the list means the first that exists. A missing file is an error.',
  },
  vars_prompt: {
    type: 'prompts',
    on: ['play'],
    doc: 'Variables that are asked for on the terminal before the run, unless -e gives them; private ones, as they are unless told otherwise, are secrets.',
  },
  serial: {
    type: 'serial',
    on: ['play'],
    doc: 'Batch size: hosts, a percentage, or a list of both, whose last entry repeats.',
  },
  max_fail_percentage: {
    type: 'percentage',
    on: ['play'],
    doc: 'Stop when more than this share of a batch has failed or is unreachable.',
  },
  rollout: {
    type: 'rollout',
    on: ['play'],
    doc: 'Waves instead of `serial`: a canary, a ramp, a budget of lost hosts, and a gate after each wave.',
  },
  rollback: {
    type: 'tasks',
    on: ['play'],
    doc: 'Tasks for the hosts of a wave whose gate failed, or that broke the budget; then the rollout stops.',
  },
  canary: {
    type: 'canary',
    on: ['rollout'],
    doc: 'The first wave: how many hosts, a percentage, or the pattern of those hosts.',
  },
  ramp: {
    type: 'ramp',
    on: ['rollout'],
    doc: 'How waves grow: how many times the one before, or a list of sizes, whose last one repeats. All the rest at once unless given.',
  },
  spread_by: {
    type: 'variable',
    on: ['rollout'],
    doc: 'A variable of hosts (their site): every wave has hosts of all its values, in the shares that the play has.',
  },
  max_unavailable: {
    type: 'size',
    on: ['rollout'],
    doc: 'Hosts (or percent) that may be worked on or be lost at a time: what is lost makes the waves smaller.',
  },
  budget: {
    type: 'size',
    on: ['rollout'],
    doc: 'Hosts (or percent of the play) that may be lost over the whole run; with one more, the rollout stops at once.',
  },
  count_unreachable: {
    type: 'boolean',
    on: ['rollout'],
    doc: 'Unreachable hosts count as lost: yes unless given.',
  },
  approval: {
    type: 'boolean',
    on: ['rollout'],
    doc: 'Between waves, wait until somebody approves: by SIGUSR2, by `approval_file`, or beforehand by --approve.',
  },
  approval_file: {
    type: 'text',
    on: ['rollout'],
    doc: 'A file on the controller; making or touching it approves the next wave.',
  },
  approval_timeout: {
    type: 'seconds',
    on: ['rollout'],
    doc: 'Seconds without approval after which the rollout stops.',
  },
  gate: {
    type: 'tasks',
    on: ['rollout'],
    doc: 'Tasks on the controller after each wave; when one fails, the rollout stops. They know `muster_wave` and `muster_wave_hosts`.',
  },
  block: { type: 'tasks', on: ['block'], doc: 'Tasks in order, what the block says handed down to each.' },
  rescue: {
    type: 'tasks',
    on: ['block'],
    doc: 'Tasks that run when one of the block has failed; when they succeed, the failure is forgotten.',
  },
  always: {
    type: 'tasks',
    on: ['block'],
    doc: 'Tasks that run at the end, whatever happened, but on a host that is unreachable.',
  },
  gather_facts: {
    type: 'boolean',
    on: ['play'],
    doc: 'Whether the play has facts of its hosts: yes unless given. Only what is used is read.',
  },
  gather_subset: {
    type: 'names',
    on: ['play'],
    doc: 'Which facts there are: subsets (all, min, hardware, network, virtual ...), with ! for those to leave out.',
  },
  gather_timeout: {
    type: 'integer',
    on: ['play'],
    doc: 'Seconds for what may take long: full or hanging file systems, programs among local facts.',
  },
  fact_path: {
    type: 'text',
    on: ['play'],
    doc: 'The folder of local facts: /etc/ansible/facts.d unless given.',
  },
  remote_user: {
    type: 'text',
    on: EVERYWHERE,
    doc: 'The user to log in as, where no variable of the host says so. A task with one of its own has a connection of its own.',
  },
  user: { type: 'text', on: ['play'], doc: 'The old name of `remote_user`.' },
  port: {
    type: 'integer',
    on: EVERYWHERE,
    doc: 'The port of ssh, where no variable of the host says so. A task with one of its own has a connection of its own.',
  },
  module_defaults: {
    type: 'defaults',
    on: EVERYWHERE,
    doc: 'Arguments that tasks of a module get that do not write them, by module; of several for one module the nearest counts.',
  },
  diff: {
    type: 'boolean',
    on: EVERYWHERE,
    doc: 'Whether the difference that it makes is shown, whatever --diff says.',
  },
  vars: { type: 'variables', on: EVERYWHERE, doc: 'Variables, by name; evaluated when they are used.' },
  environment: {
    type: 'environment',
    on: EVERYWHERE,
    doc: 'Environment variables for what runs on the host; those of the task win over those of the play.',
  },
  tags: {
    type: 'tags',
    on: EVERYWHERE,
    doc: 'Tags for --tags and --skip-tags; a list, or text with commas.',
  },
  become: { type: 'boolean', on: EVERYWHERE, doc: 'Run as another user, root unless become_user says so.' },
  become_user: { type: 'text', on: EVERYWHERE, doc: 'The user that become means.' },
  become_method: { type: 'text', on: EVERYWHERE, doc: 'sudo (default), su or doas.' },
  become_flags: { type: 'text', on: EVERYWHERE, doc: 'Options for sudo, su or doas.' },
  become_exe: {
    type: 'text',
    on: EVERYWHERE,
    doc: "The path of sudo, su or doas, where it is not on the host's PATH.",
  },
  no_log: { type: 'boolean', on: EVERYWHERE, doc: 'Show neither arguments nor results.' },
  action: { type: 'action', on: TASKS, doc: 'The module and its arguments, in the older form.' },
  args: { type: 'arguments', on: TASKS, doc: "Further arguments, beside text behind the module's name." },
  when: { type: 'conditions', on: HANDED_DOWN, doc: 'Run only if this holds; of a list, all must hold.' },
  loop: { type: 'loop', on: TASKS, doc: 'Run once for each item of this list.' },
  loop_control: { type: 'loop_control', on: TASKS, doc: 'Names and labels of the loop.' },
  register: { type: 'variable', on: TASKS, doc: 'The variable that gets the result.' },
  notify: {
    type: 'names',
    on: HANDED_DOWN,
    doc: 'Handlers, by name or topic, to run when this task changed something.',
  },
  listen: { type: 'names', on: ['handler'], doc: 'Topics that notify this handler, beside its name.' },
  changed_when: { type: 'conditions', on: TASKS, doc: 'Overrules whether the task counts as changed.' },
  failed_when: { type: 'conditions', on: TASKS, doc: 'Overrules whether the task counts as failed.' },
  ignore_errors: {
    type: 'boolean',
    on: EVERYWHERE,
    doc: 'Go on when the task failed (not when the host is unreachable).',
  },
  check_mode: {
    type: 'boolean',
    on: EVERYWHERE,
    doc: 'true: never change anything; false: run also in check mode.',
  },
  until: { type: 'conditions', on: TASKS, doc: 'Try again until this holds.' },
  retries: {
    type: 'integer',
    on: TASKS,
    doc: 'How often to try again: 3 unless given, so 4 attempts at most.',
  },
  delay: { type: 'seconds', on: TASKS, doc: 'Seconds between attempts: 5 unless given.' },
  timeout: {
    type: 'integer',
    on: EVERYWHERE,
    doc: 'Seconds after which the task, or one item of its loop, fails.',
  },
  async: {
    type: 'integer',
    on: TASKS,
    doc: 'Seconds that the task may take.',
  },
  poll: {
    type: 'integer',
    on: TASKS,
    doc: 'Beside async: with 0 a command goes on as a job of its own, for async_status to look at; with anything else muster waits for the task.',
  },
  ignore_unreachable: {
    type: 'boolean',
    on: EVERYWHERE,
    doc: 'Go on when the host cannot be reached; the next task tries again.',
  },
  any_errors_fatal: {
    type: 'boolean',
    on: EVERYWHERE,
    doc: 'When a host fails at the task, all hosts of the batch fail there, and nothing further is begun.',
  },
  run_once: {
    type: 'boolean',
    on: EVERYWHERE,
    doc: 'Done by the first host of the batch that comes there; its results are set for all of them.',
  },
  delegate_to: {
    type: 'text',
    on: HANDED_DOWN,
    doc: 'Done on another host, with the variables of this one and the connection of that one.',
  },
  delegate_facts: {
    type: 'boolean',
    on: HANDED_DOWN,
    doc: 'Gathered facts are those of the host that the task is delegated to.',
  },
  throttle: {
    type: 'integer',
    on: EVERYWHERE,
    doc: 'Done by so many hosts at a time at most; 0 is no limit.',
  },
  connection: {
    type: 'text',
    on: EVERYWHERE,
    doc: 'How the host is reached where no variable says so: ssh, openssh, paramiko_ssh or local.',
  },
  collections: {
    type: 'names',
    on: EVERYWHERE,
    doc: 'Taken as it is: modules have their short names whatever stands here, and muster has no others.',
  },
  local_action: { type: 'action', on: TASKS, doc: 'A module and its arguments, done on the controller.' },
  order: {
    type: 'text',
    on: ['play'],
    doc: 'The order of hosts: inventory, reverse_inventory, sorted, reverse_sorted or shuffle.',
  },
  strategy: {
    type: 'text',
    on: ['play'],
    doc: 'linear: results are as if all hosts did a task before the next one; free: no host waits for another.',
  },
  force_handlers: {
    type: 'boolean',
    on: ['play'],
    doc: 'Handlers that were notified run on a host that fails, too.',
  },
  loop_var: { type: 'variable', on: ['loop_control'], doc: 'The variable of the item: `item` unless given.' },
  index_var: { type: 'variable', on: ['loop_control'], doc: "The variable of the item's index, from 0." },
  label: { type: 'text', on: ['loop_control'], doc: 'What to show of an item; usually a template.' },
  pause: {
    type: 'seconds',
    on: ['loop_control', 'rollout'],
    doc: 'Seconds between items, or between waves.',
  },
  extended: {
    type: 'boolean',
    on: ['loop_control'],
    doc: 'Set `ansible_loop`: index, index0, first, last, length, revindex, revindex0, allitems, previtem, nextitem.',
  },
  extended_allitems: {
    type: 'boolean',
    on: ['loop_control'],
    doc: '`ansible_loop.allitems` is there: true unless given.',
  },
  break_when: {
    type: 'conditions',
    on: ['loop_control'],
    doc: 'End the loop after the item for which this holds.',
  },
}

/** The keywords that may stand there. */
export function keywordsOn(where: Where): string[] {
  return Object.keys(KEYWORDS).filter((name) => KEYWORDS[name]!.on.includes(where))
}

/** Whether Ansible knows the keyword at that place (facts/plays.md). */
export function isKeyword(name: string, where: Where): boolean {
  return Object.hasOwn(KEYWORDS, name) && KEYWORDS[name]!.on.includes(where)
}
