import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError, Option } from 'commander'
import { ARCHITECTURES, type Artifact, type ArtifactsFile, PLATFORMS } from '../artifacts/artifact.ts'
import { type FetchResult, fetchArtifacts } from '../artifacts/fetch.ts'
import { readArtifacts } from '../artifacts/read.ts'
import { selectArtifacts } from '../artifacts/resolve.ts'
import { type VerifyResult, verifyArtifacts } from '../artifacts/verify.ts'
import { type ArtifactRow, artifactTable, megabytes } from '../report/artifacts.ts'
import { EXIT } from '../run/exit-code.ts'
import { InputError } from '../values/problem.ts'
import { didYouMean } from '../values/text/nearest.ts'
import { listenForInterruption } from './terminal/interruption.ts'

const SHIPPED = fileURLToPath(new URL('../../artifacts.yaml', import.meta.url))

interface ArtifactOptions {
  readonly file: string
  readonly platform: readonly string[]
  readonly arch: readonly string[]
}

/** `muster artifacts fetch` and `muster artifacts verify`. */
export function artifactsCommand(): Command {
  const command = new Command('artifacts')
    .description('fetch and check the files that are put on hosts, as artifacts.yaml pins them')
    .exitOverride()
  selection(
    command.command('fetch').description('download what is missing, check it, lock checksums not yet known'),
  )
    .option('--to <folder>', 'folder to fill', 'artifacts')
    .option(
      '--trust-download',
      'where upstream publishes no checksum and no signature, lock what its HTTPS server sends now',
    )
    .action(fetchAction)
    .addHelpText('after', '\nExit codes: 0 all there and right, 1 refused, 2 a file failed, 130 interrupted')
  selection(command.command('verify').description('compare a folder with the locked checksums, offline'))
    .option('--from <folder>', 'folder to check', 'artifacts')
    .action(verifyAction)
    .addHelpText(
      'after',
      '\nWith names, their files must be there; without, what is there must be right.\nExit codes: 0 all right, 1 refused, 3 not',
    )
  return command
}

function selection(command: Command): Command {
  return command
    .argument('[name...]', 'products; without, all')
    .option('--file <file>', 'the pins', 'artifacts.yaml')
    .addOption(listOption('--platform <names>', PLATFORMS))
    .addOption(listOption('--arch <names>', ARCHITECTURES))
}

function listOption(flags: string, known: readonly [string, ...string[]]): Option {
  return new Option(flags, `${known.join(', ')} or all`).argParser(words(known)).default([known[0]], known[0])
}

/** Reads `amd64,arm64` or `all`. */
function words(known: readonly string[]) {
  return (text: string): readonly string[] => {
    const names = text.split(',').map((name) => name.trim())
    if (names.includes('all')) return known
    for (const name of names)
      if (!known.includes(name))
        throw new InvalidArgumentError(didYouMean(name, known) ?? `known: ${known.join(', ')}, all.`)
    return names
  }
}

async function read(names: readonly string[], { file, platform, arch }: ArtifactOptions) {
  if (!existsSync(file))
    throw new InputError([
      {
        message: 'no such file',
        position: { file },
        hint: `copy the one that comes with muster: ${SHIPPED}`,
      },
    ])
  const pins = await readArtifacts(file)
  const selected = selectArtifacts(pins, { products: names, platforms: platform, architectures: arch })
  return { pins, selected }
}

async function fetchAction(
  names: readonly string[],
  options: ArtifactOptions & { readonly to: string; readonly trustDownload?: boolean },
): Promise<void> {
  const { pins, selected } = await read(names, options)
  using interruption = listenForInterruption('run it again')
  try {
    const results = await fetchArtifacts(pins, selected, resolve(options.to), {
      signal: interruption.signal,
      environment: process.env,
      trustDownload: options.trustDownload === true,
      // What takes minutes says that it goes on; the table comes at the end.
      done: (result) => process.stderr.write(`${progress(result)}\n`),
    })
    process.stdout.write(`${fetchReport(pins, results)}\n`)
    process.exitCode = results.some(({ state }) => state === 'failed') ? EXIT.failed : EXIT.ok
  } catch (error) {
    if (!interruption.signal.aborted) throw error
    process.stderr.write('muster: interrupted; complete files are kept, parts are not\n')
    process.exitCode = EXIT.interrupted
  }
}

function progress(result: FetchResult): string {
  const { product, name } = result.artifact
  const size = result.state === 'fetched' ? `, ${megabytes(result.bytes)}` : ''
  return `${product}: ${name} ${result.state}${size}`
}

function fetchReport(pins: ArtifactsFile, results: readonly FetchResult[]): string {
  const rows = results.map((result) => {
    if (result.state === 'failed')
      return row(result.artifact, 'failed', result.error.message, result.error.hint)
    const proof = result.locked ? `by ${result.proof}, locked now` : 'as locked'
    return row(result.artifact, `${result.state}, ${proof}`)
  })
  const failed = results.filter(({ state }) => state === 'failed').length
  const locked = results.filter((result) => result.state !== 'failed' && result.locked).length
  const sum = [`${results.length - failed} of ${results.length} files there`]
  if (locked > 0) {
    const [what, them] = locked === 1 ? ['1 checksum', 'it'] : [`${locked} checksums`, 'them']
    sum.push(`${what} locked in ${pins.path}: look at ${them} and commit the file`)
  }
  return `${artifactTable(rows)}\n\n${sum.join('; ')}`
}

async function verifyAction(
  names: readonly string[],
  options: ArtifactOptions & { readonly from: string },
): Promise<void> {
  const { selected } = await read(names, options)
  const folder = resolve(options.from)
  const results = await verifyArtifacts(selected, folder)
  const required = names.length > 0
  const rows = results.map((result) => verifyRow(result, required))
  const there = results.filter(({ state }) => state !== 'missing').length
  const right = results.filter(({ state }) => state === 'ok').length
  const good = there > 0 && rows.every(({ problem }) => problem === undefined)
  const sum =
    there === 0 ? `${folder} holds none of these files` : `${right} of ${there} files there are right`
  process.stdout.write(`${artifactTable(rows)}\n\n${sum}\n`)
  process.exitCode = good ? EXIT.ok : EXIT.unproved
}

function verifyRow({ artifact, path, state, sha256 }: VerifyResult, required: boolean): ArtifactRow {
  switch (state) {
    case 'ok':
      return row(artifact, 'ok')
    case 'missing':
      return required
        ? row(artifact, 'missing', `there is no file ${path}`, `muster artifacts fetch ${artifact.product}`)
        : row(artifact, 'not there')
    case 'not locked':
      return row(
        artifact,
        'not locked',
        `artifacts.yaml does not say which sha256 it must have; this one has ${sha256}`,
        `muster artifacts fetch ${artifact.product} takes it from upstream`,
      )
    case 'wrong':
      return row(
        artifact,
        'wrong',
        `${path} has sha256 ${sha256}, not ${artifact.sha256}`,
        'it is another version, or was damaged or replaced: fetch it again',
      )
  }
}

function row(artifact: Artifact, state: string, problem?: string, hint?: string): ArtifactRow {
  return {
    product: artifact.product,
    version: artifact.version,
    target: `${artifact.platform}/${artifact.architecture}`,
    name: artifact.name,
    state,
    problem,
    hint,
  }
}
