import { randomBytes } from 'node:crypto'
import { field } from '../../probes/fields.ts'
import { stat } from '../../probes/stat.ts'
import { revealText } from '../../values/secret.ts'
import { TaskFailure } from '../../values/task-failure.ts'
import type { Value } from '../../values/value.ts'
import { attributeChange } from '../files/attributes/attributes.ts'
import { changeAttributes } from '../files/attributes/change-attributes.ts'
import { fileResult } from '../files/attributes/file-result.ts'
import { requireOwners } from '../files/attributes/owners.ts'
import { type Destination, type DestinationAnswers, readDestination } from '../files/content/destination.ts'
import { wantedMode } from '../files/content/place-file.ts'
import { effectOf } from '../files/content/write-file.ts'
import { readDone, readState } from '../files/done.ts'
import { withoutSlash } from '../files/trust.ts'
import { type Action, type ActionResult, look, type Outcome } from '../module.ts'
import {
  maskedAddress,
  nameInAddress,
  nameOfAnswer,
  printSums,
  readSums,
  request,
  unanswered,
} from './download.ts'
import { fetchInto, splitOutput } from './fetch.ts'
import type { GetUrlParameters } from './get-url-parameters.ts'
import { config, judged } from './get-url-request.ts'
import { readResponse, trailerFormat } from './response.ts'
import { parseWantedSum, sumInList } from './sums.ts'

export type GetUrlAnswers = Pick<DestinationAnswers, 'runs' | 'owner' | 'group' | 'ancestors' | 'itself'> & {
  readonly sum?: { readonly kind: string; readonly hex?: string } | undefined
}

/** Fetches what has to be fetched; `about` learns what is known of it, for failures. @throws TaskFailure */
export async function* fetched(
  params: GetUrlParameters,
  answers: GetUrlAnswers,
  about: Record<string, Value>,
  check: boolean,
): AsyncGenerator<Action, Outcome, ActionResult> {
  about['checksum_dest'] = null
  about['checksum_src'] = null
  const url = revealText(params.url)
  const wanted = yield* wantedSum(params)
  const { itself } = answers
  const through = itself.target?.stat ?? itself.stat
  const isDirectory = through?.kind === 'directory'
  const place = isDirectory
    ? yield* placeInDirectory(params, answers, url)
    : destination(params, answers, params.dest)
  const { path } = place.facts
  about['dest'] = path
  if (params.dest.endsWith('/') && !isDirectory)
    throw new TaskFailure(`Destination ${withoutSlash(params.dest)} does not exist`)
  if (place.missing.names.length > 0)
    throw new TaskFailure(`Destination ${path.slice(0, path.lastIndexOf('/'))} does not exist`, {
      hint: 'make it first (file: state=directory)',
    })
  if (!check) requireOwners(place.owners)
  const there = isDirectory ? null : through
  const right = wanted !== null && answers.sum?.hex === wanted.hex
  if (there !== null && !params.force && right) return yield* alreadyThere(params, place)
  const since = there === null || params.force || wanted !== null ? undefined : there.mtime
  if (check) return yield* foreseen(params, since)
  const mark = randomBytes(16).toString('hex')
  const fetch = fetchInto(place, {
    mode: params.mode,
    statuses: [200],
    write: ['-sS', '-q', '-K', '-', '-D', '-', '-w', trailerFormat(mark)],
    unsafeWrites: params.unsafe_writes,
    follow: false,
    backup: params.backup,
    look: (old) => printSums(old, wanted),
  })
  const output = yield {
    kind: 'run',
    says: `fetch ${path}`,
    script: fetch.script,
    stdin: config(params, 'GET', since),
    ...effectOf(fetch.placement),
  }
  const { answer, rc } = splitOutput(output, 'get_url')
  if (rc !== 0) throw unanswered(rc, output)
  const { status, msg } = judged(readResponse({ ...output, stdout: answer }, mark))
  if (status === 304)
    return { changed: false, msg, result: { ...fileResult(place.facts, 'dest'), status_code: status } }
  const sums = readSums(output)
  if (sums !== null) {
    about['checksum_src'] = sums.sha1
    about['checksum_dest'] = sums.old
  }
  if (sums?.mismatch !== undefined)
    throw new TaskFailure(
      `The checksum for ${maskedAddress(url)} did not match ${wanted?.hex}; it was ${sums.mismatch}.`,
      { hint: 'the file on the host is as it was; find out whether the address or the checksum is wrong' },
    )
  const fields = readDone(output, path)
  const backup = field(fields, 'backup')
  return {
    msg,
    ...(fields.some((one) => one.name === 'same') ? { changed: false } : {}),
    result: {
      ...fileResult(readState(fields, path), 'dest'),
      status_code: status,
      md5sum: sums?.md5 ?? null,
      ...(backup === undefined ? {} : { backup_file: backup.toString('utf8') }),
    },
  }
}

/** What the checksum parameter wants; its list is fetched by the host. @throws TaskFailure */
async function* wantedSum(params: GetUrlParameters) {
  if (params.checksum === '') return null
  const { algorithm, hex, list } = parseSum(params)
  if (hex !== null) return { algorithm, hex }
  const address = list as string
  const response = yield* request(
    'fetch the list of checksums',
    config({ ...params, url: address }, 'GET', undefined),
    false,
  )
  judged(response)
  const name = nameInAddress(revealText(params.url))
  return { algorithm, hex: sumInList(response.body.toString('utf8'), name, maskedAddress(address)) }
}

function parseSum(params: GetUrlParameters) {
  return parseWantedSum(params.checksum)
}

const NO_FILE = { kind: 'no-file' } as const

/** Nothing has to be known of the old file's content before: it is compared where the new one lies. */
function destination(params: GetUrlParameters, answers: GetUrlAnswers, dest: string): Destination {
  return readDestination(
    { dest: withoutSlash(dest), owner: params.owner, group: params.group, name: null, withText: false },
    {
      ...answers,
      itsDigest: NO_FILE,
      itsText: undefined,
      inside: undefined,
      insideDigest: undefined,
      insideText: undefined,
    },
  )
}

/** Asks the server what the file is called, and the host about the file of that name. */
async function* placeInDirectory(params: GetUrlParameters, answers: GetUrlAnswers, url: string) {
  const response = yield* request('ask for the name of the file', config(params, 'GET', undefined), true)
  judged(response)
  const name = nameOfAnswer(response)
  const directory = withoutSlash(params.dest)
  const { inside } = yield* look(`look for ${name} in ${directory}`, { inside: stat({ directory, name }) })
  if ((inside.target?.stat ?? inside.stat)?.kind === 'directory')
    throw new TaskFailure(`${inside.path} is a directory, and the file of ${maskedAddress(url)} is called so`)
  return readDestination(
    { dest: params.dest, owner: params.owner, group: params.group, name, withText: false },
    {
      ...answers,
      itsDigest: NO_FILE,
      itsText: undefined,
      inside,
      insideDigest: NO_FILE,
      insideText: undefined,
    },
  )
}

/** The right file is there: owner and mode alone may differ. */
async function* alreadyThere(params: GetUrlParameters, place: Destination) {
  const { facts, trust, owners } = place
  const followed = facts.link === null ? null : trust.follow(facts)
  const found =
    followed === null
      ? { path: facts.path, place: trust.placeOf(facts), stat: facts.stat! }
      : { path: followed.path, place: trust.placeOfReal(followed.path), stat: followed.stat }
  const mode = wantedMode(params.mode, undefined)
  const msg =
    attributeChange(found.stat, owners, mode) === null
      ? 'file already exists'
      : 'file already exists but file attributes changed'
  const result = yield* changeAttributes(found, owners, mode, 'dest')
  return { msg, result: { ...result, dest: facts.path } }
}

/** Check mode: as Ansible does, only the headers are asked for. */
async function* foreseen(params: GetUrlParameters, since: number | undefined) {
  const { status, msg } = judged(
    yield* request('ask whether it was modified', config(params, 'HEAD', since), false),
  )
  return { changed: status !== 304, msg, result: { status_code: status } }
}
