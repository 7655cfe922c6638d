import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, stat as statHere, unlink } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { basename as posixBasename } from 'node:path/posix'
import { checksum } from '../../probes/digest.ts'
import { assignPath } from '../../probes/expand-path.ts'
import { scriptProbe } from '../../probes/script.ts'
import { stat } from '../../probes/stat.ts'
import { lines, sh } from '../../shell/sh.ts'
import { reasonOf } from '../../values/host-failure.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import { landingPath } from '../finding/landing-path.ts'
import {
  type Action,
  type ActionResult,
  defineModule,
  look,
  type ModuleContext,
  type Outcome,
} from '../module.ts'

/** Bytes of one answer. */
const CHUNK = 900_000
/** Larger files are refused: they would be held in memory, for every host. */
const LARGEST = 64 * 1024 * 1024

export default defineModule({
  name: 'fetch',
  runsOn: 'host',
  checkMode: 'skip',
  documentation: {
    summary: 'Copies a file of the host to the controller.',
    notes: [
      'It lands in dest/HOST/path, or with flat at dest itself. Relative paths start from the playbook’s folder.',
      `Files of up to ${LARGEST / 1024 / 1024} MiB. Nothing is sent where the file here is the same.`,
    ],
    examples: `
- name: logs of all hosts
  fetch: { src: /var/log/agent/errors.log, dest: logs, fail_on_missing: false }
`,
    returns: {
      dest: 'the file on the controller',
      'checksum, md5sum': 'of the file here',
      remote_checksum: 'of the file on the host, where it was fetched',
    },
  },
  spec: {
    parameters: {
      src: { type: 'path', required: true, doc: 'File on the host; links are followed.' },
      dest: {
        type: 'str',
        required: true,
        doc: 'Folder on the controller; with flat the file itself, or a folder with a slash at its end.',
      },
      flat: { type: 'bool', default: false, doc: 'Without folders of host and path.' },
      fail_on_missing: { type: 'bool', default: true, doc: 'Fail when there is no such file.' },
      validate_checksum: { type: 'bool', default: true, doc: 'Compare the checksums when it was fetched.' },
    },
  },

  observe: ({ src }) => ({ facts: stat(src), sum: checksum(src, 'sha1') }),

  async *converge(params, { facts, sum }, context) {
    const { path } = facts
    const found = facts.target?.stat ?? facts.stat
    if (found === null || found.kind === 'link') return missing(params.fail_on_missing, path)
    if (found.kind === 'directory') {
      const words = 'remote file is a directory, fetch cannot work on directories'
      if (params.fail_on_missing) throw new TaskFailure(words)
      return { msg: `${words}, not transferring, ignored`, result: { file: path } }
    }
    if (sum.kind !== 'file')
      throw new TaskFailure(`File is not readable: ${path}`, { hint: 'become a user who may read it' })
    if (found.size > LARGEST)
      throw new TaskFailure(`${path} has ${found.size} bytes: too much to fetch`, {
        hint: `at most ${LARGEST} bytes: pack it on the host, or copy it with scp`,
      })
    const dest = await destination(params, path, context)
    const here = await readFile(dest).catch(() => undefined)
    if (here !== undefined && hash(here, 'sha1') === sum.hex)
      return { result: { file: path, dest, checksum: sum.hex, md5sum: hash(here, 'md5') } }
    const result = { dest, checksum: sum.hex, remote_checksum: sum.hex, remote_md5sum: null }
    if (context.check) {
      yield { kind: 'call', says: `fetch ${path}`, predicted: {}, call: async () => null }
      return { result }
    }
    const bytes = yield* read(params.src, path)
    const got = hash(bytes, 'sha1')
    if (params.validate_checksum && got !== sum.hex)
      throw new TaskFailure('checksum mismatch', {
        result: { file: path, dest, checksum: got, remote_checksum: sum.hex },
        hint: 'the file changed while it was read: fetch it when nobody writes to it',
      })
    yield { kind: 'call', says: `fetch ${path}`, call: () => write(dest, bytes) }
    return { result: { ...result, checksum: got, md5sum: hash(bytes, 'md5') } }
  },
})

function missing(fails: boolean, path: string): Outcome {
  const words = 'the remote file does not exist'
  if (fails) throw new TaskFailure(`${words}: ${path}`, { hint: 'fail_on_missing: false lets it be missing' })
  return { msg: `${words}, not transferring, ignored`, result: { file: path } }
}

/**
 * Where the file lands. What the host makes of the path can lead nowhere else: it is only ever read below the folder.
 */
async function destination(
  { dest, flat }: { readonly dest: unknown; readonly flat: boolean },
  path: string,
  context: ModuleContext,
): Promise<string> {
  const written = revealText(dest as string)
  const folder = resolve(String(context.variable('playbook_dir') ?? '.'), written)
  if (!flat) return landingPath(landingPath(folder, context.host), path)
  const isFolder = (await statHere(folder).catch(() => undefined))?.isDirectory() === true
  if (written.endsWith('/')) return landingPath(folder, posixBasename(path))
  if (isFolder)
    throw new TaskFailure(
      'dest is an existing directory, use a trailing slash if you want to fetch src into that directory',
    )
  return folder
}

async function* read(src: string, path: string): AsyncGenerator<Action, Buffer, ActionResult> {
  const parts: Buffer[] = []
  let length = 0
  for (;;) {
    const { part } = yield* look(`read ${path}`, {
      part: scriptProbe(
        lines([assignPath('m_p', src), sh`tail -c ${`+${length + 1}`} <"$m_p" | head -c ${CHUNK}`]),
        (output) => output,
      ),
    })
    if (part.rc !== 0 || part.truncated) throw new TaskFailure(`${path} cannot be read: ${reasonOf(part)}`)
    parts.push(part.stdout)
    length += part.stdout.length
    if (part.stdout.length < CHUNK) return Buffer.concat(parts)
    if (length > LARGEST) throw new TaskFailure(`${path} grows while it is read`)
  }
}

/** Whole or not at all. */
async function write(dest: string, bytes: Buffer): Promise<null> {
  const temporary = join(dirname(dest), `.${basename(dest)}.${process.pid}.muster`)
  try {
    await mkdir(dirname(dest), { recursive: true })
    const file = await open(temporary, 'wx', 0o666)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, dest)
    return null
  } catch (error) {
    await unlink(temporary).catch(() => {})
    throw new TaskFailure(`${dest} cannot be written here: ${(error as Error).message}`, { result: { dest } })
  }
}

function hash(bytes: Buffer, algorithm: 'sha1' | 'md5'): string {
  return createHash(algorithm).update(bytes).digest('hex')
}
