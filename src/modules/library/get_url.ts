import { checksum } from '../../probes/digest.ts'
import { stat } from '../../probes/stat.ts'
import { mapText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { statResult } from '../files/attributes/file-result.ts'
import { observeOwners } from '../files/attributes/owners.ts'
import { observeAncestors, withoutSlash } from '../files/trust.ts'
import { maskedAddress } from '../http/download.ts'
import { fetched } from '../http/get-url.ts'
import { getUrlSpec } from '../http/get-url-parameters.ts'
import { parseWantedSum } from '../http/sums.ts'
import { defineModule } from '../module.ts'

export default defineModule({
  name: 'get_url',
  runsOn: 'host',
  documentation: {
    summary: 'Fetches a file from a web server onto the host.',
    notes: [
      'The host fetches it itself, by curl, which it must have. Headers and password go to curl on standard input and are in no command line.',
      'Fetched into a hidden file beside the target, checked and renamed: the target is never half written, and a file with a wrong checksum never in its place.',
      'Without a checksum that is right already, each run asks the server whether the file was modified; check mode asks for its headers alone, and says changed when the server does not say that it was not.',
      'unredirected_headers and use_gssapi are refused.',
    ],
    examples: `
- name: an exporter's archive
  get_url:
    url: https://example.com/exporter-1.2.tar.gz
    dest: /var/cache/exporter-1.2.tar.gz
    checksum: sha256:https://example.com/sha256sums.txt
`,
    returns: {
      'dest, url': 'path and address',
      'checksum_src, checksum_dest': 'SHA-1 of what came and of what was there',
      md5sum: 'MD5 of the file',
      'msg, status_code': 'of the answer',
      backup_file: 'path of the backup, when one was made',
      elapsed: 'seconds',
      'uid, gid, owner, group, mode, size, state': 'of the file',
    },
  },
  spec: getUrlSpec,

  observe(params) {
    const dest = withoutSlash(params.dest)
    const wanted = params.checksum === '' ? null : parseWantedSum(params.checksum)
    return {
      ...observeOwners(params),
      ancestors: observeAncestors(dest),
      itself: stat(dest),
      sum: wanted === null ? undefined : checksum(dest, wanted.algorithm),
    }
  },

  async *converge(params, answers, context) {
    const about: Record<string, Value> = {
      dest: answers.itself.path,
      url: mapText(params.url, maskedAddress),
    }
    const started = performance.now()
    const elapsed = () => Math.floor((performance.now() - started) / 1000)
    try {
      const outcome = yield* fetched(params, answers, about, context.check)
      return { ...outcome, result: { ...about, elapsed: elapsed(), ...outcome.result } }
    } catch (error) {
      if (!(error instanceof TaskFailure)) throw error
      const through = answers.itself.target?.stat ?? answers.itself.stat
      throw error.with({
        ...about,
        elapsed: elapsed(),
        ...(through === null ? {} : statResult(through)),
        ...error.result,
        changed: false,
      })
    }
  },
})
