import { convergeUnarchive } from '../archives/converge-unarchive.ts'
import { unarchiveSpec } from '../archives/unarchive-parameters.ts'
import { observeUnarchive, readUnarchive } from '../archives/unarchive-state.ts'
import { defineModule } from '../module.ts'

export default defineModule({
  name: 'unarchive',
  runsOn: 'host',
  source: { parameter: 'src', folder: 'files' },
  documentation: {
    summary: 'Unpacks a tar archive of the controller (or of the host, or of a web server) on the host.',
    notes: [
      'Plain tar, .gz, .bz2, .xz and .zst; the host needs GNU tar, and the program of the compression. No zip.',
      'Name creates where you can: without it the archive is sent on every run, for tar to compare it on the host, and check mode cannot tell.',
      'An unpacking that was cut off leaves a hidden directory in /var/tmp, by which the next run knows that creates proves nothing.',
      'Members that would leave dest (`..`) are refused before anything is unpacked; of absolute names the leading slash goes.',
      'Files in dest that are not in the archive stay.',
    ],
    examples: `
- name: Prometheus
  unarchive:
    src: prometheus-3.5.0.linux-amd64.tar.gz
    dest: /opt/prometheus
    extra_opts: [--strip-components=1]
    owner: root
    group: root
    creates: /opt/prometheus/prometheus
- name: an archive that is on the host
  unarchive: { src: /var/cache/app.tar.xz, dest: /srv/app, remote_src: true }
`,
    returns: {
      dest: 'the directory',
      src: 'the archive',
      handler: 'TgzArchive (compressed by gzip) or TarArchive',
      files: 'names of the members, with list_files',
      extract_results: 'cmd, rc, out and err of tar, when something was unpacked',
      'uid, gid, owner, group, mode, size, state': 'of the directory',
    },
  },
  spec: unarchiveSpec,
  observe: (params) => observeUnarchive(params),
  converge: (params, answers, context) => convergeUnarchive(params, readUnarchive(params, answers), context),
})
