import { dirname } from 'node:path'
import type { Become, Connection } from '../../src/connection/connection.ts'
import { loadModule } from '../../src/modules/registry.ts'
import type { Value } from '../../src/values/value.ts'
import { caseContext } from '../modules/conformance/case-context.ts'
import { type Ran, runModule } from '../modules/conformance/run-module.ts'

/** Where root works, and another user can swap every name at every moment. */
export const DEN = '/srv/den'

/** What belongs to root, and what every swapped name leads to. */
const VICTIM = '/srv/victim'

/** Where root copies the den to. */
const TAKEN = '/srv/taken'

/** The uid of the user who owns {@link DEN}. */
export const OWNER = 1000

/** The user of that uid in the host image. */
const OWNER_NAME = 'ops'

/**
 * What the hostile owner runs: over and over, every name in the directory and in `work` below it is moved away and a
 * link to something of root's put there, or the link replaced by an honest file or directory again.
 */
const PROGRAM = `use strict; my ($den, $victim) = @ARGV; my $n = 0;
sub swap { my ($dir) = @_; opendir(my $d, $dir) or return;
  for my $name (readdir $d) { next if $name =~ /^(\\.\\.?|old-.*)$/; my $path = "$dir/$name";
    if (-l $path) { next if rand() < 0.6; unlink $path;
      if ($name eq 'work' || $name eq 'd') { mkdir $path } else { open(my $f, '>', $path) }
      next }
    my $to = -d $path ? "$victim/directory" : "$victim/secret"; next if rand() < ($name =~ /^\\.muster/ ? 0.9 : 0.5);
    my $old = "$dir/old-" . $n++; rename($path, $old) and symlink($to, $path); unlink $old; rmdir $old } }
while (1) { swap($den); swap("$den/work") unless -l "$den/work" }`

/** Makes the victim's files and the den, and lets the owner loose; ends when the marker file goes. */
export function unleash(): string {
  return `set -e; rm -rf ${VICTIM} ${DEN}; mkdir -p ${VICTIM}/directory ${DEN}/work
echo "root's own" >${VICTIM}/secret; chmod 600 ${VICTIM}/secret
echo 'a=1' >${VICTIM}/directory/f; echo 'b=1' >${VICTIM}/directory/d; chmod 640 ${VICTIM}/directory/*
id guest >/dev/null 2>&1 || useradd -M guest
touch -d '2020-01-01' ${VICTIM}/secret ${VICTIM}/directory/* ${VICTIM}/directory
chown -R ${OWNER}:${OWNER} ${DEN}
cat >/srv/attack.pl <<'EOF'
${PROGRAM}
EOF
setpriv --reuid=${OWNER} --regid=${OWNER} --clear-groups perl /srv/attack.pl ${DEN} ${VICTIM} >/dev/null 2>&1 </dev/null & echo $! >/srv/attack.pid`
}

/** Puts back, as the owner, what the tasks are about, and what it left behind. */
export const BAIT = `rm -rf ${DEN}/work/key ${DEN}/work/key.pub ${DEN}/work/home; cd ${DEN} && setpriv --reuid=${OWNER} --regid=${OWNER} --clear-groups sh -c '
[ -L work ] && rm -f work; [ -d work ] || mkdir work; : >f; : >g; cd -P work && { [ -L f ] && rm -f f; : >f; mkdir -p d; }' >/dev/null 2>&1; :`

/** Ends the owner's program. */
export const END = 'kill "$(cat /srv/attack.pid)"'

/** Everything about root's files that a change would show. */
export const STATE = `find ${VICTIM} -exec stat -c '%n %F %u:%g %a %Y %s' {} + | sort; cat ${VICTIM}/secret ${VICTIM}/directory/*; grep -rlE "root's own|a=1|b=1" ${TAKEN} 2>/dev/null || :`

/** A module that root uses in the den. */
export interface Attempt {
  readonly module: string
  /** Fewer tries, for what writes through the same code as another attempt (test/architecture.test.ts sees to it). */
  readonly tries?: number
  readonly args: Readonly<Record<string, Value>>
}

const owned = { owner: String(OWNER), group: String(OWNER) }

/** Every way in which the modules of files change something. `large` is a file of the controller that has to be pushed. */
export const ATTEMPTS: Readonly<Record<string, Attempt>> = {
  'copy of a text': {
    module: 'copy',
    args: { content: 'new\n', dest: `${DEN}/f`, mode: '0666', ...owned },
  },
  'copy of a text in a directory below': {
    module: 'copy',
    args: { content: 'new\n', dest: `${DEN}/work/f`, mode: '0666', ...owned },
  },
  'copy with a backup': {
    module: 'copy',
    args: { content: 'new\n', dest: `${DEN}/f`, backup: true, mode: '0644' },
  },
  'copy of a pushed file': { module: 'copy', args: { src: 'large', dest: `${DEN}/work/f`, ...owned } },
  'copy of a folder': { module: 'copy', args: { src: 'tree', dest: `${DEN}/work`, ...owned } },
  'copy on the host': {
    module: 'copy',
    args: { src: '/etc/hostname', remote_src: true, dest: `${DEN}/work/f`, mode: '0666', ...owned },
  },
  'copy of a folder on the host': {
    module: 'copy',
    args: { src: '/etc/skel', remote_src: true, dest: `${DEN}/work`, ...owned },
  },
  // What is copied is given to whoever owns the den: {@link STATE} tells whether anything of root's is in it.
  'copy of a folder from the den': {
    module: 'copy',
    args: { src: DEN, remote_src: true, local_follow: true, dest: TAKEN, ...owned },
  },
  template: { module: 'template', args: { src: 't.j2', dest: `${DEN}/work/f`, mode: '0666', ...owned } },
  'owner of a file': {
    module: 'file',
    args: { path: `${DEN}/work/f`, state: 'file', mode: '0666', ...owned },
  },
  'owner of a directory': {
    module: 'file',
    args: { path: `${DEN}/work/d`, state: 'directory', mode: '0777', ...owned },
  },
  'a directory with parents': {
    module: 'file',
    args: { path: `${DEN}/work/d/e/f`, state: 'directory', mode: '0777', ...owned },
  },
  'owner of all below': {
    module: 'file',
    args: { path: DEN, state: 'directory', recurse: true, mode: '0777', ...owned },
  },
  touch: { module: 'file', args: { path: `${DEN}/work/f`, state: 'touch', mode: '0666', ...owned } },
  'a link': {
    module: 'file',
    args: { path: `${DEN}/work/f`, src: '/etc/hostname', state: 'link', follow: false, ...owned },
  },
  'a hard link': {
    module: 'file',
    args: { path: `${DEN}/work/f`, src: `${DEN}/g`, state: 'hard', force: true, mode: '0666', ...owned },
  },
  'nothing any more': { module: 'file', args: { path: `${DEN}/work`, state: 'absent' } },
  'a line of a file': {
    module: 'lineinfile',
    args: { path: `${DEN}/work/f`, line: 'new', mode: '0666', ...owned },
  },
  'a block of a file': { module: 'blockinfile', args: { path: `${DEN}/work/f`, block: 'new', backup: true } },
  'what stands in a file': { module: 'replace', args: { path: `${DEN}/work/f`, regexp: '^', replace: 'x' } },
  "a user's authorized key": {
    module: 'authorized_key',
    tries: 25,
    args: {
      user: OWNER_NAME,
      key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA== x',
      path: `${DEN}/work/f`,
      manage_dir: false,
    },
  },
  'a repository of apt': {
    module: 'apt_repository',
    tries: 25,
    args: { repo: 'deb http://127.0.0.1 x main', filename: `${DEN}/work/f`, update_cache: false },
  },
  'a repository of yum': {
    module: 'yum_repository',
    tries: 25,
    args: { name: 'f', description: 'x', baseurl: 'http://127.0.0.1', reposdir: `${DEN}/work`, ...owned },
  },
  'a parameter of the kernel': {
    module: 'sysctl',
    tries: 25,
    args: { name: 'vm.swappiness', value: '60', sysctl_file: `${DEN}/work/f`, reload: false },
  },
  'a temporary directory': {
    module: 'tempfile',
    tries: 25,
    args: { path: `${DEN}/work`, state: 'directory' },
  },
  'an answer put into a file': {
    module: 'uri',
    args: { url: '@SERVER@/hello.txt', dest: `${DEN}/work/f`, mode: '0666', ...owned },
  },
  'a file from a server': {
    module: 'get_url',
    args: { url: '@SERVER@/hello.txt', dest: `${DEN}/work/f`, mode: '0666', force: true, ...owned },
  },
  "a user's SSH key": {
    module: 'user',
    args: {
      ...{ name: OWNER_NAME, create_home: false, generate_ssh_key: true },
      ...{ ssh_key_type: 'ed25519', ssh_key_file: `${DEN}/work/key` },
    },
  },
  "a user's home": { module: 'user', args: { name: 'guest', home: `${DEN}/work/home` } },
  'unarchive into a directory of root above': {
    module: 'unarchive',
    args: { src: 'b.tar', dest: dirname(DEN), mode: '0777' },
  },
  unarchive: { module: 'unarchive', args: { src: 'a.tar', dest: `${DEN}/work`, ...owned, mode: '0777' } },
}

/** Has root do a task many times while the owner is at work. Whether each succeeds is no matter. */
export async function attempt(
  { module: name, args }: Attempt,
  times: number,
  options: {
    readonly directory: string
    readonly connection: Connection
    readonly become: Become | undefined
    /** Runs {@link BAIT}. */
    readonly bait: () => Promise<unknown>
  },
): Promise<Ran[]> {
  const module = await loadModule(name)
  const context = caseContext({ directory: options.directory })
  const ran: Ran[] = []
  for (let at = 0; at < times; at += 1) {
    await options.bait()
    ran.push(
      await runModule(module, new Map(Object.entries(args)), context, options.connection, options.become),
    )
  }
  return ran
}
