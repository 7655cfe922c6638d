import { joinTexts, revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { defineModule } from '../module.ts'
import type { ParameterSpec, ParametersOf, Text } from '../parameters.ts'
import type { DnfWish } from '../rpm/dnf-ask.ts'
import { parseDnfSpec } from '../rpm/dnf-names.ts'
import { convergeDnf, observeDnf } from '../rpm/dnf-run.ts'

const spec = {
  parameters: {
    name: {
      type: 'list',
      default: [],
      aliases: ['pkg'],
      doc: "Packages: name, name-version, name.arch, 'name >= 1.2', a pattern, @group, the path of a file that one owns, of an .rpm on the host, or an address. '*' with latest means all.",
    },
    state: {
      type: 'str',
      choices: ['present', 'installed', 'absent', 'removed', 'latest'],
      doc: 'There, gone, or in the newest version. Without it: present, or absent for autoremove alone.',
    },
    allow_downgrade: { type: 'bool', default: false, doc: 'Go back to an older version.' },
    allowerasing: { type: 'bool', default: false, doc: 'Remove packages that stand in the way.' },
    autoremove: { type: 'bool', default: false, doc: 'Remove packages that nothing needs any more.' },
    best: { type: 'bool', doc: 'Take the newest version or none.' },
    nobest: { type: 'bool', doc: 'The opposite.' },
    bugfix: { type: 'bool', default: false, doc: 'With latest: only updates that mend faults.' },
    security: { type: 'bool', default: false, doc: 'With latest: only updates that matter for security.' },
    cacheonly: { type: 'bool', default: false, doc: 'Ask no repository; use what the host has of them.' },
    conf_file: { type: 'str', doc: 'Configuration of dnf, on the host.' },
    disable_excludes: { type: 'str', doc: 'Whose excludes do not count: all, main, or a repository.' },
    disable_gpg_check: { type: 'bool', default: false, doc: 'Do not check signatures.' },
    disable_plugin: { type: 'list', default: [], doc: 'Plugins of dnf that are not used.' },
    enable_plugin: { type: 'list', default: [], doc: 'Plugins of dnf that are used.' },
    disablerepo: { type: 'list', default: [], doc: 'Repositories that are not used.' },
    enablerepo: { type: 'list', default: [], doc: 'Repositories that are used, too.' },
    download_only: { type: 'bool', default: false, doc: 'Fetch packages, and install none.' },
    download_dir: { type: 'str', doc: 'Where they go.' },
    exclude: { type: 'list', default: [], doc: 'Packages that are left alone.' },
    install_weak_deps: { type: 'bool', default: true, doc: 'Install what a package recommends.' },
    releasever: { type: 'str', doc: 'The release whose packages are taken.' },
    skip_broken: { type: 'bool', default: false, doc: 'Leave out what cannot be installed.' },
    update_cache: {
      type: 'bool',
      default: false,
      aliases: ['expire-cache'],
      doc: "Read the repositories' metadata first.",
    },
    update_only: { type: 'bool', default: false, doc: 'Install nothing that is not there.' },
    validate_certs: { type: 'bool', default: true, doc: "Check the certificate of an address's server." },
    sslverify: { type: 'bool', default: true, doc: "Check the repositories' certificates." },
    lock_timeout: { type: 'int', default: 30, doc: 'Seconds to wait for another package manager.' },
    use_backend: {
      type: 'str',
      choices: ['auto', 'dnf', 'yum', 'dnf4', 'yum4'],
      default: 'auto',
      doc: 'The program. auto: dnf, else yum.',
    },
  },
  requiredOneOf: [['name', 'update_cache', 'autoremove']],
  mutuallyExclusive: [['best', 'nobest']],
} as const satisfies ParameterSpec

export default defineModule({
  name: 'dnf',
  aliases: ['yum'],
  runsOn: 'host',
  documentation: {
    summary: 'Installs and removes packages of the Red Hat family.',
    notes: [
      'rpm tells what is installed; dnf (or yum) is asked only where that is not enough: in check mode, for a diff, with latest, and for groups, files, addresses and patterns.',
      'A newer version than the one named stays, unless allow_downgrade; Ansible does the same.',
      'list, installroot and dnf5 are refused; module package takes .rpm files of the controller.',
    ],
    examples: `
- name: an exporter
  dnf: { name: [node_exporter, curl], state: present }
- name: from its own repository
  yum: { name: grafana-agent, enablerepo: [grafana], state: latest }
`,
    returns: {
      msg: 'Nothing to do, when there was nothing',
      results: 'what was installed and removed: `Installed: NAME-VERSION-RELEASE.ARCH`',
      rc: '0',
      failures: 'packages that could not be installed',
    },
  },
  spec,

  observe: (params) => observeDnf(wishOf(params)),

  converge: (params, answers, context) => convergeDnf(wishOf(params), answers, context),
})

type Parameters = ParametersOf<typeof spec>

/** @throws TaskFailure for a name that is none */
function wishOf(params: Parameters): DnfWish {
  const specs = params.name.map((name) => parseDnfSpec(revealText(name)))
  const alone = specs.length === 0 && params.autoremove
  const absent = params.state === 'absent' || params.state === 'removed' || alone
  if (params.autoremove && !absent)
    throw new TaskFailure('Autoremove should be used alone or with state=absent', { result: { results: [] } })
  return {
    specs,
    state: absent ? 'absent' : params.state === 'latest' ? 'latest' : 'present',
    allowDowngrade: params.allow_downgrade,
    updateOnly: params.update_only,
    autoremove: params.autoremove,
    updateCache: params.update_cache,
    options: optionsOf(params, absent),
    program: params.use_backend === 'auto' ? 'auto' : params.use_backend.startsWith('dnf') ? 'dnf' : 'yum',
    lockTimeout: params.lock_timeout,
  }
}

function optionsOf(params: Parameters, absent: boolean): Text[] {
  const lists = (name: string, values: Parameters['exclude']) =>
    values.map((one) => joinTexts([`--${name}=`, one]))
  const text = (name: string, value: Parameters['conf_file']) =>
    value === undefined ? [] : [joinTexts([`--${name}=`, value])]
  const flags: readonly (readonly [boolean, string])[] = [
    [params.allowerasing, '--allowerasing'],
    [params.best === true || params.nobest === false, '--best'],
    [params.nobest === true || params.best === false, '--nobest'],
    [params.bugfix, '--bugfix'],
    [params.security, '--security'],
    [params.cacheonly, '--cacheonly'],
    [params.disable_gpg_check, '--nogpgcheck'],
    [params.download_only, '--downloadonly'],
    [!params.install_weak_deps, '--setopt=install_weak_deps=0'],
    [params.skip_broken, '--skip-broken'],
    [params.update_cache, '--refresh'],
    [!params.sslverify || !params.validate_certs, '--setopt=sslverify=0'],
    [absent, `--setopt=clean_requirements_on_remove=${params.autoremove ? 1 : 0}`],
  ]
  return [
    ...flags.filter(([wanted]) => wanted).map(([, flag]) => flag),
    ...text('config', params.conf_file),
    ...text('disableexcludes', params.disable_excludes),
    ...text('releasever', params.releasever),
    ...text('downloaddir', params.download_dir),
    ...lists('disableplugin', params.disable_plugin),
    ...lists('enableplugin', params.enable_plugin),
    ...lists('disablerepo', params.disablerepo),
    ...lists('enablerepo', params.enablerepo),
    ...lists('exclude', params.exclude),
  ]
}
