import { content, type FileContent } from '../../probes/content.ts'
import { checksum } from '../../probes/digest.ts'
import type { HostPath } from '../../probes/expand-path.ts'
import { splitLines } from '../../template/python/text/lines.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { type Dict, dict } from '../../values/value.ts'
import { statDict } from '../files/attributes/stat-result.ts'
import { type FoundFile, findProbe } from '../finding/found-files.ts'
import { compile, readAge, readSize, wantedBy } from '../finding/wanted.ts'
import { defineModule, look } from '../module.ts'

/** Files whose content is looked into in one task. */
const MOST_CONTENTS = 200
/** Bytes of a file that is looked into. */
const LARGEST = 1_000_000

/** Keys of `stat` that find does not give. */
const NOT_OF_FIND = [
  'exists',
  'block_size',
  'blocks',
  'readable',
  'writeable',
  'executable',
  'lnk_source',
  'lnk_target',
]

export default defineModule({
  name: 'find',
  runsOn: 'host',
  checkMode: 'run',
  documentation: {
    summary: 'Finds files, directories or links below directories of the host.',
    notes: [
      'Files come sorted by their paths; times are whole seconds.',
      `contains looks into at most ${MOST_CONTENTS} files of up to ${LARGEST} bytes that the other parameters leave.`,
    ],
    examples: `
- name: old logs
  find: { paths: /var/log/agent, patterns: '*.log', age: 4w, recurse: true }
  register: old
- file: { path: '{{ item.path }}', state: absent }
  loop: '{{ old.files }}'
`,
    returns: {
      files: 'a list, each with path and what stat tells',
      'matched, examined': 'how many were found, and looked at',
      skipped_paths: 'paths that could not be looked at, each with the reason',
      msg: 'whether all paths were looked at',
    },
  },
  spec: {
    parameters: {
      paths: {
        type: 'list',
        elements: 'path',
        required: true,
        aliases: ['name', 'path'],
        doc: 'Directories to look in.',
      },
      patterns: {
        type: 'list',
        default: [],
        aliases: ['pattern'],
        doc: 'Names wanted: one of these patterns.',
      },
      excludes: { type: 'list', aliases: ['exclude'], default: [], doc: 'Names not wanted.' },
      use_regex: {
        type: 'bool',
        default: false,
        doc: 'The patterns are regular expressions, from the beginning of the name.',
      },
      contains: {
        type: 'str',
        doc: 'Regular expression that a line of the file must match from its beginning.',
      },
      read_whole_file: { type: 'bool', default: false, doc: 'Look for contains anywhere in the whole file.' },
      file_type: {
        type: 'str',
        choices: ['any', 'directory', 'file', 'link'],
        default: 'file',
        doc: 'What to find.',
      },
      age: { type: 'str', doc: 'At least so old (seconds, or with s, m, h, d, w); with - in front at most.' },
      age_stamp: { type: 'str', choices: ['atime', 'ctime', 'mtime'], default: 'mtime', doc: 'Whose age.' },
      size: {
        type: 'str',
        doc: 'At least so large (bytes, or with b, k, m, g, t); with - in front at most.',
      },
      recurse: { type: 'bool', default: false, doc: 'Look in directories below, too.' },
      depth: { type: 'int', doc: 'How many levels, with recurse; all without it.' },
      hidden: { type: 'bool', default: false, doc: 'Names that begin with a dot count, too.' },
      follow: { type: 'bool', default: false, doc: 'Enter links to directories.' },
      get_checksum: { type: 'bool', default: false, doc: 'Compute the checksum of each file.' },
      checksum_algorithm: {
        type: 'str',
        choices: ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'],
        default: 'sha1',
        aliases: ['checksum', 'checksum_algo'],
        doc: 'Kind of checksum.',
      },
      mode: { type: 'mode', doc: 'Permission bits wanted.' },
      exact_mode: { type: 'bool', default: true, doc: 'Exactly these bits; else one of them is enough.' },
      limit: { type: 'int', doc: 'At most so many.' },
    },
  },

  observe({ paths, recurse, depth, follow, file_type: type, age, size, limit, contains }) {
    if (age !== undefined) readAge(revealText(age))
    if (size !== undefined) readSize(revealText(size))
    if (contains !== undefined) compile(revealText(contains))
    if (limit !== undefined && limit <= 0)
      throw new TaskFailure(`limit cannot be ${limit} (use None for unlimited)`)
    return { found: findProbe({ paths, depth: recurse ? depth : 1, follow, type }) }
  },

  async *converge(params, { found }) {
    const wanted = wantedBy(
      {
        patterns: params.patterns.map((text) => revealText(text)),
        excludes: params.excludes.map((text) => revealText(text)),
        useRegex: params.use_regex,
        hidden: params.hidden,
        age: params.age === undefined ? undefined : readAge(revealText(params.age)),
        ageStamp: params.age_stamp,
        size:
          params.size === undefined || params.file_type === 'directory'
            ? undefined
            : readSize(revealText(params.size)),
        mode: params.mode,
        exactMode: params.exact_mode,
      },
      found.now,
    )
    let files = found.files.filter(wanted)
    if (params.contains !== undefined && params.file_type === 'file') {
      if (files.length > MOST_CONTENTS)
        throw new TaskFailure(`${files.length} files would have to be looked into for contains`, {
          hint: `at most ${MOST_CONTENTS}: say more of their names, age or size, or use shell with grep -l`,
        })
      const { contents } = yield* look('look into the files', {
        contents: files.map(({ path }) => content(asWritten(path), LARGEST)),
      })
      const holds = contentFilter(revealText(params.contains), params.read_whole_file)
      files = files.filter((_, at) => holds(contents[at] as FileContent))
    }
    const limited = params.limit !== undefined && files.length >= params.limit
    if (limited) files = files.slice(0, params.limit)
    const regular = params.get_checksum ? files.filter(({ stat }) => stat.kind === 'file') : []
    const { sums } = yield* look('compute checksums', {
      sums: regular.map(({ path }) => checksum(asWritten(path), params.checksum_algorithm)),
    })
    const skipped = dict(
      Object.fromEntries(found.skipped.map((path) => [path, `'${path}' is not a directory`])),
    )
    return {
      msg:
        skipped.size > 0
          ? 'Not all paths examined, check warnings for details'
          : limited
            ? 'Limit of matches reached'
            : 'All paths examined',
      result: {
        files: files.map((file) => {
          const sum = sums[regular.indexOf(file)]
          return fileDict(file, sum?.kind === 'file' ? sum.hex : undefined)
        }),
        matched: files.length,
        examined: found.examined,
        skipped_paths: skipped,
      },
    }
  },
})

/** A path that was found is no path of type path: nothing in it is expanded. */
function asWritten(path: string): HostPath {
  return { directory: '/', name: path.replace(/^\//, '') }
}

function contentFilter(pattern: string, whole: boolean): (content: FileContent) => boolean {
  const regex = compile(pattern)
  return (file) => {
    if (file.kind !== 'file') return false
    const text = file.bytes.toString('utf8')
    if (whole) return regex.search(text) !== null
    return splitLines(text).some((line) => regex.search(line)?.index === 0)
  }
}

function fileDict({ path, stat }: FoundFile, sum: string | undefined): Dict {
  const facts = {
    path,
    stat,
    link: null,
    target: null,
    directory: null,
    may: { read: false, write: false, execute: false },
  }
  const described = statDict(facts, stat, sum)
  for (const key of NOT_OF_FIND) described.delete(key)
  for (const name of ['pw_name', 'gr_name']) if (!described.has(name)) described.set(name, '')
  return described
}
