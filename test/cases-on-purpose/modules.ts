import type { Part } from '../modules/conformance/compare-case.ts'

const WORDS = "the same refusal in other words: Ansible's are those of Python or of its own command line"
const EARLY =
  'what the parameters alone say is refused at once, in check mode too; Ansible finds it on the host'
const LATER = 'in check mode an earlier task may bring what is missing, so a plan must not fail for it'
const SHOWN = 'check mode shows what the run will show; Ansible shows less of it'
const SHOWN_MORE = 'Ansible shows no diff here; muster shows what changes in the file'
const NO_CHANGE = 'nothing changes, so muster says ok; Ansible says changed on every run (facts, rule 4)'

/** Recorded cases in which muster does the safe thing: the parts that differ, and why. */
export const ON_PURPOSE: Readonly<
  Record<string, { readonly differs: readonly Part[]; readonly reason: string }>
> = {
  'apt/07-deb-missing': { differs: ['check'], reason: LATER },
  'apt/08-deb-broken': { differs: ['msg'], reason: WORDS },
  'apt/13-deb-and-name': { differs: ['msg'], reason: WORDS },
  'apt/14-deb-postinst-fails': {
    differs: ['run', 'again'],
    reason:
      'a half-configured package is not ok: it is configured again, and fails again; and it has changed the host',
  },
  'apt/16-deb-two': {
    differs: ['check', 'run', 'msg', 'prints', 'diff', 'diff_check', 'again', 'prints_again'],
    reason: 'files of one task may need each other: they are installed together',
  },
  'apt/21-name-held': { differs: ['msg'], reason: WORDS },
  'apt/25-name-version-older': { differs: ['msg'], reason: WORDS },
  'apt_repository/04-commented': { differs: ['diff', 'diff_check'], reason: SHOWN_MORE },
  'apt_repository/06-absent-other': { differs: ['diff', 'diff_check'], reason: SHOWN_MORE },
  'apt_repository/09-append': { differs: ['diff', 'diff_check'], reason: SHOWN_MORE },
  'command/16-both-forms': { differs: ['msg'], reason: WORDS },
  'copy/23-validate-no-percent': { differs: ['check'], reason: EARLY },
  'copy/33-tree-links-kept': {
    differs: ['keys', 'diff', 'diff_check'],
    reason: "a tree's result and diff are those of the tree, not of its last link",
  },
  'copy/35-tree-one-file': {
    differs: ['check', 'run', 'keys'],
    reason: 'a written file is a change, whatever the last step of the tree says (facts, rule 5)',
  },
  'copy/46-checksum': { differs: ['check'], reason: EARLY },
  'copy/49-not-utf8': {
    differs: ['diff', 'diff_check'],
    reason: 'bytes that are no UTF-8 show as the replacement character; a lone surrogate is no text',
  },
  'copy/50-unsupported': { differs: ['check', 'msg', 'keys'], reason: EARLY },
  'copy/52-owner-unknown': {
    differs: ['keys', 'prints', 'prints_again'],
    reason: 'names are looked up before anything is written (facts, rule 10)',
  },
  'copy/65-remote-src-folder-existing': {
    differs: ['prints', 'prints_again'],
    reason: 'owner and group are those of what is copied; files that only dest has are not given away',
  },
  'copy/66-remote-src-folder-follow': {
    differs: ['prints', 'prints_again'],
    reason:
      "a user's setuid program does not become root's: the bit comes along for a source of the same owner only",
  },
  ...Object.fromEntries(
    ['02-all', '03-key', '05-key-address', '06-absent'].map((name) => [
      `deb822_repository/${name}`,
      { differs: ['diff', 'diff_check'] as const, reason: SHOWN_MORE },
    ]),
  ),
  'file/01-directory-new': { differs: ['diff_check'], reason: SHOWN },
  'file/13-touch-new': { differs: ['diff_check'], reason: SHOWN },
  'file/16-touch-times': { differs: ['diff_check'], reason: SHOWN },
  'file/18-touch-no-parent': { differs: ['diff_check'], reason: SHOWN },
  'file/26-link-owner-follows': { differs: ['diff_check'], reason: SHOWN },
  'file/27-link-owner-nofollow': {
    differs: ['diff', 'diff_check'],
    reason: 'a link has no mode of its own that could be set, so the diff shows none',
  },
  'file/28-link-mode-nofollow': {
    differs: ['check', 'diff', 'diff_check'],
    reason: 'a link has no mode of its own: there is nothing to do, and check mode says so too',
  },
  'file/32-mode-number': {
    differs: ['check', 'run', 'keys', 'prints', 'again', 'prints_again'],
    reason: 'a bare number as mode is refused: nobody can tell whether 644 means 0644 (facts, rule 1)',
  },
  'file/33-mode-number-decimal': {
    differs: ['check', 'run', 'keys', 'prints', 'again', 'prints_again'],
    reason: 'a bare number as mode is refused: Ansible makes 01204 of 644 (facts, rule 1)',
  },
  'file/40-not-writable': { differs: ['msg'], reason: WORDS },
  'get_url/13-checksum-format': { differs: ['keys'], reason: EARLY },
  'get_url/17-no-parent': {
    differs: ['keys'],
    reason: 'nothing is fetched that could not be put in its place',
  },
  'get_url/23-short': { differs: ['msg'], reason: WORDS },
  'lineinfile/35-validate-twice': { differs: ['check', 'msg'], reason: EARLY },
  'lineinfile/36-not-utf8': {
    differs: ['check', 'run', 'msg', 'again', 'diff', 'diff_check'],
    reason: 'Ansible writes the file and then cannot tell of it (facts, rule 5)',
  },
  'replace/12-bad-regexp': { differs: ['msg'], reason: WORDS },
  'replace/16-not-utf8-no-diff': {
    differs: ['diff', 'diff_check'],
    reason: 'a diff was not asked for when this was recorded; muster can show one',
  },
  'systemd/15-static-disabled': { differs: ['check', 'run', 'again'], reason: NO_CHANGE },
  'systemd/35-start-then-enable-order': {
    differs: ['run'],
    reason: 'the unit was enabled before its start failed, so the host was changed',
  },
  'unarchive/18-creates-absent': {
    differs: ['check'],
    reason: 'creates that is not there says that the archive will be unpacked: a plan shows that change',
  },
  'unarchive/20-no-src': { differs: ['msg'], reason: WORDS },
  'unarchive/21-no-remote-src': { differs: ['check'], reason: LATER },
  'uri/11-post-raw': { differs: ['msg', 'keys'], reason: WORDS },
  'uri/21-dest': { differs: ['again'], reason: NO_CHANGE },
  'uri/22-dest-same': { differs: ['run', 'again'], reason: NO_CHANGE },
  'uri/26-method-bad': { differs: ['check'], reason: EARLY },
  'user/02-new-all': {
    differs: ['keys'],
    reason:
      'the parent of the home directory is made before, so that useradd fills it from the skeleton without a warning',
  },
  'user/16-groups-missing-existing': { differs: ['check'], reason: LATER },
  'user/31-unlock-without-password': { differs: ['check', 'run', 'keys', 'again'], reason: NO_CHANGE },
  'wait_for/16-both': { differs: ['check'], reason: EARLY },
  'wait_for/17-path-stopped': { differs: ['check'], reason: EARLY },
  'wait_for/19-regex-bad': { differs: ['check'], reason: EARLY },
}
